/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sse-parser.h"

#include "cloche-line-splitter.h"
#include "cloche-llm-error.h"

#include <string.h>

/*
 * Source: WHATWG HTML, "Server-sent events", section "Interpreting an event stream". One thing is done otherwise: an
 * event that the end of the stream leaves without its blank line is given by cloche_sse_parser_pop_last(), since some
 * servers end so; whoever reads it sees by its own protocol whether it is whole.
 */

struct _ClocheSseParser
{
  ClocheLineSplitter *lines;
  GString *data;                /* each line of it ends in LF */
  GString *type;
  gsize max_bytes;
  ClocheSseEvent event;         /* the one that was popped last */
  gboolean is_popped;           /* @data and @type belong to @event and not to the next one */
  gboolean is_broken;           /* an event was too large */
};

/**
 * cloche_sse_parser_new:
 * @max_bytes: more in one line, or in the data of one event, is an error
 */
ClocheSseParser *
cloche_sse_parser_new (gsize max_bytes)
{
  ClocheSseParser *self = g_new0 (ClocheSseParser, 1);

  self->lines = cloche_line_splitter_new (max_bytes);
  self->data = g_string_new (NULL);
  self->type = g_string_new (NULL);
  self->max_bytes = max_bytes;

  return self;
}

void
cloche_sse_parser_free (ClocheSseParser *self)
{
  cloche_line_splitter_free (self->lines);
  g_string_free (self->data, TRUE);
  g_string_free (self->type, TRUE);
  g_free (self);
}

static gboolean
fail (ClocheSseParser *self,
      GError         **error)
{
  self->is_broken = TRUE;
  g_set_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE,
               "An event is larger than %" G_GSIZE_FORMAT " bytes", self->max_bytes);
  return FALSE;
}

/**
 * cloche_sse_parser_push:
 * @bytes: the next bytes of the stream; may end anywhere
 *
 * Takes @bytes; pop every event before the next push.
 *
 * Errors: %CLOCHE_LLM_ERROR_TOO_LARGE once a line without an end, or an event, exceeds the cap; for ever after, too.
 */
gboolean
cloche_sse_parser_push (ClocheSseParser *self,
                        const void      *bytes,
                        gsize            length,
                        GError         **error)
{
  return self->is_broken ? fail (self, error) : cloche_line_splitter_push (self->lines, bytes, length, error);
}

static void
forget (ClocheSseParser *self)
{
  g_string_truncate (self->data, 0);
  g_string_truncate (self->type, 0);
  self->is_popped = FALSE;
}

/* NULL: nothing but comments came, or an event without data, which the standard says is none. */
static const ClocheSseEvent *
dispatch (ClocheSseParser *self)
{
  gsize length = self->data->len;

  /* "data:" alone makes data of nothing but an LF, which is taken away: an event, but one that says nothing. */
  if (length <= 1) {
    forget (self);
    return NULL;
  }

  g_string_truncate (self->data, length - 1);
  self->event = (ClocheSseEvent) {
    .type = self->type->len > 0 ? self->type->str : "message",
    .data = self->data->str,
    .length = self->data->len,
  };
  self->is_popped = TRUE;

  return &self->event;
}

/* Whether @line's field is @name; @line then moves to its value. */
static gboolean
is_field (const char  *name,
          const char **line,
          gsize       *length)
{
  gsize n = strlen (name);

  if (*length < n || memcmp (*line, name, n) != 0 || (*length > n && (*line)[n] != ':'))
    return FALSE;

  n = MIN (n + 1, *length);
  if (n < *length && (*line)[n] == ' ')
    n++;
  *line += n;
  *length -= n;

  return TRUE;
}

static gboolean
read_field (ClocheSseParser *self,
            const char      *line,
            gsize            length,
            GError         **error)
{
  if (is_field ("data", &line, &length)) {
    g_string_append_len (self->data, line, (gssize) length);
    g_string_append_c (self->data, '\n');
  } else if (is_field ("event", &line, &length)) {
    g_string_truncate (self->type, 0);
    g_string_append_len (self->type, line, (gssize) length);
  }

  if (self->data->len <= self->max_bytes)
    return TRUE;

  forget (self);
  return fail (self, error);
}

/**
 * cloche_sse_parser_pop:
 *
 * Returns: (transfer none) (nullable): the next event, valid until the next call; %NULL without an error when more
 *   bytes are needed
 *
 * Errors: %CLOCHE_LLM_ERROR_TOO_LARGE.
 */
const ClocheSseEvent *
cloche_sse_parser_pop (ClocheSseParser *self,
                       GError         **error)
{
  const char *line;
  gsize length;

  if (self->is_popped)
    forget (self);

  while (!self->is_broken && (line = cloche_line_splitter_pop (self->lines, &length)) != NULL) {
    if (length > 0 && !read_field (self, line, length, error))
      return NULL;
    if (length == 0 && dispatch (self) != NULL)
      return &self->event;
  }

  return NULL;
}

/**
 * cloche_sse_parser_pop_last:
 *
 * To be called when the stream has ended and pop() gave %NULL.
 *
 * Returns: (transfer none) (nullable): the event that lacks its blank line, or perhaps its second half
 */
const ClocheSseEvent *
cloche_sse_parser_pop_last (ClocheSseParser *self,
                            GError         **error)
{
  gsize length = 0;
  const char *line = cloche_line_splitter_pop_last (self->lines, &length);

  if (self->is_broken || (line != NULL && length > 0 && !read_field (self, line, length, error)))
    return NULL;

  return dispatch (self);
}
