/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* One line to a service, one line back. */
#include "cloche-services.h"

#include "cloche-alloc.h"
#include "cloche-limits.h"
#include "cloche-line-reader.h"
#include "cloche-reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* bytes: one read of an answer. */
#define CHUNK_BYTES 4096

struct cloche_service_call
{
  cloche_services *services;
  char *name;
  int fd;
  cloche_source *source;
  cloche_line_reader *reader;
  cloche_services_replied replied;
  void *user_data;
  cloche_service_call **first;  /* of those that wait */
  cloche_service_call *next;
};

static void
end_call (cloche_service_call *self,
          json_t              *reply)
{
  cloche_service_call **at = self->first;

  while (*at != self)
    at = &(*at)->next;
  *at = self->next;
  if (self->replied != NULL)
    self->replied (reply, self->user_data);
  json_decref (reply);
  cloche_source_remove (self->source);
  cloche_line_reader_free (self->reader);
  if (self->fd >= 0)
    cloche_services_disconnect (self->services, self->name, self->fd);
  free (self->name);
  free (self);
}

static void
answered_cb (uint32_t events,
             void    *user_data)
{
  cloche_service_call *self = user_data;
  uint8_t chunk[CHUNK_BYTES];
  ssize_t n = read (self->fd, chunk, sizeof chunk);
  size_t taken, length;
  const char *line;
  int result;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  result = n <= 0 ? -EPIPE : cloche_line_reader_feed (self->reader, chunk, (size_t) n, &taken);
  if (result == 0)
    return;
  line = result == 1 ? cloche_line_reader_get_line (self->reader, &length) : NULL;
  end_call (self, line != NULL ? cloche_request_parse (line, length) : NULL);
}

void
cloche_services_call (cloche_services        *self,
                      const char             *name,
                      json_t                 *request,
                      cloche_services_replied replied,
                      void                   *user_data)
{
  cloche_service_call *made = cloche_new (sizeof *made);
  char *text = json_dumps (request, JSON_COMPACT);
  char *line = cloche_format ("%s\n", text != NULL ? text : "{}");
  cloche_loop *loop = cloche_services_get_loop (self);

  json_decref (request);
  free (text);
  made->services = self;
  made->name = cloche_strdup (name);
  made->replied = replied;
  made->user_data = user_data;
  made->first = cloche_services_get_calls (self);
  made->next = *made->first;
  *made->first = made;
  made->reader = cloche_line_reader_new (CLOCHE_LIMIT_LINE_BYTES);
  made->fd = cloche_services_connect (self, name);
  /* Requests of ours are short: a fresh socket takes them whole or is broken. */
  if (made->fd >= 0 && send (made->fd, line, strlen (line), MSG_NOSIGNAL) == (ssize_t) strlen (line))
    made->source = cloche_loop_watch (loop, made->fd, EPOLLIN, answered_cb, made);
  free (line);
  if (made->source == NULL)
    end_call (made, NULL);
}

void
cloche_services_end_calls (cloche_services *self)
{
  cloche_service_call **first = cloche_services_get_calls (self);

  while (*first != NULL)
    end_call (*first, NULL);
}
