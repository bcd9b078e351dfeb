/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-line-reader.h"

#include "cloche-byte-queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cloche_line_reader
{
  cloche_byte_queue line;       /* With a NUL in place of the line end once it is whole. */
  size_t max_bytes;
  bool is_whole;
  int error;                    /* Negative errno, sticky. */
};

cloche_line_reader *
cloche_line_reader_new (size_t max_bytes)
{
  cloche_line_reader *self = calloc (1, sizeof *self);

  if (self != NULL)
    self->max_bytes = max_bytes;

  return self;
}

void
cloche_line_reader_free (cloche_line_reader *self)
{
  if (self == NULL)
    return;

  cloche_byte_queue_clear (&self->line);
  free (self);
}

int
cloche_line_reader_feed (cloche_line_reader *self,
                         const uint8_t      *bytes,
                         size_t              length,
                         size_t             *ret_taken)
{
  const uint8_t *end = length > 0 ? memchr (bytes, '\n', length) : NULL;
  size_t n = end != NULL ? (size_t) (end - bytes) : length;

  *ret_taken = 0;
  if (self->error < 0)
    return self->error;

  if (self->is_whole) {
    cloche_byte_queue_drop (&self->line, self->line.length);
    self->is_whole = false;
  }

  if (n > self->max_bytes - self->line.length)
    return self->error = -EMSGSIZE;
  if (cloche_byte_queue_append (&self->line, bytes, n) < 0 ||
      (end != NULL && cloche_byte_queue_append (&self->line, "", 1) < 0))
    return self->error = -ENOMEM;

  self->is_whole = end != NULL;
  *ret_taken = n + self->is_whole;

  return self->is_whole;
}

const char *
cloche_line_reader_get_line (const cloche_line_reader *self,
                             size_t                   *ret_length)
{
  if (!self->is_whole)
    return NULL;

  *ret_length = self->line.length - 1;

  return (const char *) cloche_byte_queue_peek (&self->line);
}

bool
cloche_line_reader_is_at_border (const cloche_line_reader *self)
{
  return self->is_whole || self->line.length == 0;
}
