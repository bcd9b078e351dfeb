/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-services.h"

#include "cloche-alloc.h"
#include "cloche-cgroup.h"
#include "cloche-console.h"
#include "cloche-environment.h"
#include "cloche-process.h"
#include "cloche-text-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* bytes: a service's name; part of a socket's path. */
#define NAME_BYTES 48

/* bytes: where "# user:" must stand in a service's text. */
#define HEAD_BYTES 512

/* connections that wait for a service that is starting. */
#define BACKLOG 64

/* ms: after its last connection ended, until a service that rests is frozen: models think for a while between two calls. */
#define REST_MS 5000

/* A service that ends sooner than this, that often, is broken for a while. */
#define SHORT_LIFE_US 1000000
#define MAX_SHORT_LIVES 3
#define BROKEN_MS 10000

typedef struct service
{
  cloche_agent *agent;
  char *name;                   /* fits NAME_BYTES */
  char *program;
  int listen_fd;
  cloche_source *source;        /* NULL while the program runs and accepts by itself */
  cloche_process *process;      /* NULL while it does not run */
  int64_t started_us;
  int n_short_lives;
  cloche_timer *repair;         /* running: broken */
  char group[NAME_BYTES + 16];
  int n_connected;
  bool rests;                   /* frozen while nobody is connected */
  cloche_timer *rest;
  struct service *next;
} service;

struct cloche_services
{
  cloche_agent *agent;
  service *first;
  cloche_service_call *calls;
};

static void watch_socket (service *self);

/* The account that the line "# user: NAME" in the program's head names, and what "# memory: PERCENT" and "# rests: yes" say. */
static int
read_head (service        *self,
           cloche_account *ret_account,
           unsigned       *ret_percent)
{
  char *head, *line;
  char name[CLOCHE_ACCOUNT_NAME_BYTES];
  int result = cloche_text_file_read (self->program, HEAD_BYTES, &head);

  if (result < 0)
    return result;
  line = strstr (head, "\n# user: ");
  result = line == NULL || sscanf (line, "\n# user: %32s", name) != 1 ? -EINVAL : 0;
  line = strstr (head, "\n# memory: ");
  if (line == NULL || sscanf (line, "\n# memory: %3u", ret_percent) != 1)
    *ret_percent = 0;
  self->rests = strstr (head, "\n# rests: yes\n") != NULL;
  free (head);
  *ret_account = self->agent->user;
  if (result < 0 || !self->agent->is_init || strcmp (name, "user") == 0)
    return result;
  return cloche_account_look_up (name, ret_account);
}

static void
repaired_cb (void *user_data)
{
  service *self = user_data;

  self->repair = NULL;
  self->n_short_lives = 0;
}

static void
exited_cb (int   status,
           void *user_data)
{
  service *self = user_data;
  bool is_short = cloche_loop_now_us () - self->started_us < SHORT_LIFE_US;

  self->process = NULL;
  cloche_console_say ("service %s ended with status %d", self->name, status);
  self->n_short_lives = is_short ? self->n_short_lives + 1 : 0;
  if (self->n_short_lives >= MAX_SHORT_LIVES && self->repair == NULL)
    self->repair = cloche_loop_after (self->agent->loop, BROKEN_MS, repaired_cb, self);
  watch_socket (self);
}

static int
start (service *self)
{
  const char *argv[] = { self->program, NULL };
  cloche_account account;
  cloche_process_setup setup = {
    .argv = argv, .cwd = "/", .account = &account, .group = self->group,
    .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .listen_fd = self->listen_fd,
  };
  unsigned percent;
  int result = read_head (self, &account, &percent);

  if (result < 0)
    return result;
  setup.environment = cloche_environment_new (self->agent, &account, NULL);
  self->started_us = cloche_loop_now_us ();
  result = cloche_process_start (self->agent->children, &setup, exited_cb, self, &self->process);
  cloche_environment_free ((char **) setup.environment);
  if (result == 0 && percent > 0 && self->agent->is_init && cloche_cgroup_limit_part (self->group, percent) < 0)
    cloche_console_say ("service %s: no limit of its memory", self->name);
  return result;
}

/* True if there was somebody who waited. */
static bool
turn_away (service *self)
{
  struct pollfd waiting = { .fd = self->listen_fd, .events = POLLIN };
  int fd = poll (&waiting, 1, 0) == 1 ? accept4 (self->listen_fd, NULL, NULL, SOCK_CLOEXEC) : -1;

  if (fd >= 0)
    (void) close (fd);
  return fd >= 0;
}

static void
wanted_cb (uint32_t events,
           void    *user_data)
{
  service *self = user_data;
  int result = self->repair != NULL ? -EAGAIN : start (self);

  if (result == 0) {
    cloche_source_remove (self->source);
    self->source = NULL;
    return;
  }
  if (result != -EAGAIN)
    cloche_console_say ("service %s: %s", self->name, strerror (-result));
  (void) turn_away (self);      /* Somebody who has gone again is away, too. */
}

static void
watch_socket (service *self)
{
  self->source = cloche_loop_watch (self->agent->loop, self->listen_fd, EPOLLIN, wanted_cb, self);
}

static void
make_address (cloche_agent       *agent,
              const char         *name,
              struct sockaddr_un *address)
{
  *address = (struct sockaddr_un) { .sun_family = AF_UNIX };
  (void) snprintf (address->sun_path, sizeof address->sun_path, "%s/run/cloche/%s.sock", agent->root, name);
}

/* Only root, that is the agent, may connect: what it asks for is done unseen. */
static int
open_socket (cloche_agent *agent,
             const char   *name)
{
  struct sockaddr_un address;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result;

  if (fd < 0)
    return -errno;
  make_address (agent, name, &address);
  (void) unlink (address.sun_path); /* There is none after a boot. */
  if (bind (fd, (struct sockaddr *) &address, sizeof address) == 0 && chmod (address.sun_path, 0600) == 0 &&
      listen (fd, BACKLOG) == 0)
    return fd;
  result = -errno;
  (void) close (fd);
  return result;
}

static void
add (cloche_services *self,
     const char      *folder,
     const char      *name)
{
  service *added;
  int fd = open_socket (self->agent, name);

  if (fd < 0) {
    cloche_console_say ("service %s: %s", name, strerror (-fd));
    return;
  }
  added = cloche_new (sizeof *added);
  added->agent = self->agent;
  added->name = cloche_strdup (name);
  (void) snprintf (added->group, sizeof added->group, "service-%s", name);
  added->program = cloche_format ("%s/%s", folder, name);
  added->listen_fd = fd;
  added->next = self->first;
  self->first = added;
  watch_socket (added);
}

cloche_services *
cloche_services_new (cloche_agent *agent)
{
  cloche_services *self = cloche_new (sizeof *self);
  char *folder = cloche_format ("%s/usr/lib/cloche/services", agent->root);
  char *sockets = cloche_format ("%s/run/cloche", agent->root);
  DIR *programs = opendir (folder);
  struct dirent *entry;

  self->agent = agent;
  (void) mkdir (sockets, 0711); /* It may be there. */
  while (programs != NULL && (entry = readdir (programs)) != NULL)
    if (entry->d_name[0] != '.' && strlen (entry->d_name) < NAME_BYTES)
      add (self, folder, entry->d_name);
  if (programs != NULL)
    (void) closedir (programs);
  free (sockets);
  free (folder);
  return self;
}

void
cloche_services_free (cloche_services *self)
{
  if (self == NULL)
    return;
  cloche_services_end_calls (self);
  while (self->first != NULL) {
    service *first = self->first;

    self->first = first->next;
    cloche_timer_cancel (first->repair);
    cloche_timer_cancel (first->rest);
    cloche_source_remove (first->source);
    (void) close (first->listen_fd);
    free (first->name);
    free (first->program);
    free (first);
  }
  free (self);
}

cloche_loop *
cloche_services_get_loop (cloche_services *self)
{
  return self->agent->loop;
}

static service *
find (cloche_services *self,
      const char      *name)
{
  service *at = self->first;

  while (at != NULL && strcmp (at->name, name) != 0)
    at = at->next;
  return at;
}

static void
rest_cb (void *user_data)
{
  service *self = user_data;

  self->rest = NULL;
  (void) cloche_cgroup_freeze (self->group, true); /* One that is not running has no group. */
}

/* It rests no longer, and not before this connection and every other has ended. */
static void
hold (service *self)
{
  self->n_connected++;
  cloche_timer_cancel (self->rest);
  self->rest = NULL;
  if (self->rests)
    (void) cloche_cgroup_freeze (self->group, false); /* The same. */
}

int
cloche_services_connect (cloche_services *self,
                         const char      *name)
{
  struct sockaddr_un address;
  service *wanted = find (self, name);
  int fd = wanted != NULL ? socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;
  int result;

  if (fd < 0)
    return wanted != NULL ? -errno : -ENOENT;
  make_address (self->agent, name, &address);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0) {
    hold (wanted);
    return fd;
  }
  result = -errno;
  (void) close (fd);
  return result;
}

void
cloche_services_disconnect (cloche_services *self,
                            const char      *name,
                            int              fd)
{
  service *left = find (self, name);

  (void) close (fd);
  left->n_connected--;
  if (left->n_connected == 0 && left->rests)
    left->rest = cloche_loop_after (self->agent->loop, REST_MS, rest_cb, left);
}

void
cloche_services_end (cloche_services *self,
                     const char      *name)
{
  service *ended = find (self, name);

  if (ended == NULL || ended->process == NULL)
    return;
  cloche_console_say ("service %s does not answer and is ended", name);
  cloche_process_signal (ended->process, SIGKILL);
  while (turn_away (ended))
    continue; /* What it was asked for and has not taken yet is not the next one's. */
}

void
cloche_services_rest (cloche_services *self)
{
  for (service *at = self->first; at != NULL; at = at->next) {
    if (!at->rests || at->n_connected > 0)
      continue;                 /* Nobody of ours may ever have connected: warming does that by itself. */
    cloche_timer_cancel (at->rest);
    rest_cb (at);
  }
}

cloche_service_call **
cloche_services_get_calls (cloche_services *self)
{
  return &self->calls;
}
