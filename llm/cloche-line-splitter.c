/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-line-splitter.h"

#include "cloche-llm-error.h"

#include <string.h>

/* bytes: consumed bytes are dropped from the buffer's front once there are this many, so that a stream of short lines
 * costs no move per line. */
#define COMPACT_BYTES (64 * 1024)

struct _ClocheLineSplitter
{
  GByteArray *buffer;
  gsize start;                  /* bytes: where the line being collected begins in @buffer */
  gsize scanned;                /* bytes: no line end lies between @start and this offset */
  gsize max_line_bytes;
  gboolean is_past_first_line;
  gboolean ended_in_cr;         /* the last line ended in CR: an LF that follows belongs to it */
  gboolean is_broken;           /* a line was too long */
};

/**
 * cloche_line_splitter_new:
 * @max_line_bytes: a longer line is an error; the buffer never holds more than this and one push
 */
ClocheLineSplitter *
cloche_line_splitter_new (gsize max_line_bytes)
{
  ClocheLineSplitter *self = g_new0 (ClocheLineSplitter, 1);

  self->buffer = g_byte_array_new ();
  self->max_line_bytes = max_line_bytes;

  return self;
}

void
cloche_line_splitter_free (ClocheLineSplitter *self)
{
  g_byte_array_unref (self->buffer);
  g_free (self);
}

static void
compact (ClocheLineSplitter *self)
{
  if (self->start < COMPACT_BYTES && self->start < self->buffer->len)
    return;

  g_byte_array_remove_range (self->buffer, 0, (guint) self->start);
  self->scanned -= self->start;
  self->start = 0;
}

/**
 * cloche_line_splitter_push:
 * @bytes: the next bytes of the stream; may end anywhere
 *
 * Takes @bytes; pop every line before the next push.
 *
 * Errors: %CLOCHE_LLM_ERROR_TOO_LARGE once a line without an end exceeds the cap; for ever after, too.
 */
gboolean
cloche_line_splitter_push (ClocheLineSplitter *self,
                           const void         *bytes,
                           gsize               length,
                           GError            **error)
{
  compact (self);

  if (!self->is_broken && self->scanned - self->start <= self->max_line_bytes) {
    g_byte_array_append (self->buffer, bytes, (guint) length);
    return TRUE;
  }

  self->is_broken = TRUE;
  g_byte_array_set_size (self->buffer, 0);
  self->start = self->scanned = 0;
  g_set_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE,
               "A line is longer than %" G_GSIZE_FORMAT " bytes", self->max_line_bytes);
  return FALSE;
}

static const char *
take_line (ClocheLineSplitter *self,
           gsize               end,
           gsize               next,
           gsize              *ret_length)
{
  static const char BOM[3] = { '\xef', '\xbb', '\xbf' };
  const char *line = (const char *) self->buffer->data + self->start;
  gsize length = end - self->start;

  self->start = self->scanned = next;
  if (!self->is_past_first_line && length >= sizeof BOM && memcmp (line, BOM, sizeof BOM) == 0) {
    line += sizeof BOM;
    length -= sizeof BOM;
  }
  self->is_past_first_line = TRUE;
  *ret_length = length;

  return line;
}

/**
 * cloche_line_splitter_pop:
 *
 * Returns: (nullable): the next complete line without its end, not NUL-terminated, valid until the next push; blank
 *   lines come as lines of length 0. %NULL when more bytes are needed.
 */
const char *
cloche_line_splitter_pop (ClocheLineSplitter *self,
                          gsize              *ret_length)
{
  const guint8 *data = self->buffer->data;

  if (self->ended_in_cr && self->start < self->buffer->len) {
    if (data[self->start] == '\n')
      self->scanned = ++self->start;
    self->ended_in_cr = FALSE;
  }

  for (gsize i = self->scanned; i < self->buffer->len; i++)
    if (data[i] == '\n' || data[i] == '\r') {
      self->ended_in_cr = data[i] == '\r';
      return take_line (self, i, i + 1, ret_length);
    }
  self->scanned = self->buffer->len;

  return NULL;
}

/**
 * cloche_line_splitter_pop_last:
 *
 * To be called when the stream has ended and pop() gave %NULL.
 *
 * Returns: (nullable): what follows the last line end, if anything does
 */
const char *
cloche_line_splitter_pop_last (ClocheLineSplitter *self,
                               gsize              *ret_length)
{
  if (self->start >= self->buffer->len)
    return NULL;

  return take_line (self, self->buffer->len, self->buffer->len, ret_length);
}
