/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* bytes: what an empty queue may keep, so that small messages do not allocate each time. */
#define KEPT_BYTES 4096

#define FIRST_BYTES 512

/* Makes room for @length more at the end. The bytes move to the front only when they fill at most half of the memory, and
 * so each move is paid for by as many drops before it. */
static int
make_room (cloche_byte_queue *self,
           size_t             length)
{
  size_t capacity = self->capacity > 0 ? self->capacity : FIRST_BYTES;
  uint8_t *memory;

  if (length > SIZE_MAX / 4 || self->length > SIZE_MAX / 4)
    return -ENOMEM;
  if (length <= self->capacity - self->start - self->length)
    return 0;
  if (self->length <= self->capacity / 2 && length <= self->capacity - self->length) {
    memmove (self->memory, self->memory + self->start, self->length);
    self->start = 0;
    return 0;
  }

  while (capacity < self->length + length)
    capacity *= 2;
  /* Doubling even if the bytes would just fit keeps the moves rare when the queue is nearly full all the time. */
  if (capacity == self->capacity)
    capacity *= 2;
  memory = malloc (capacity);
  if (memory == NULL)
    return -ENOMEM;
  if (self->length > 0)
    memcpy (memory, self->memory + self->start, self->length);
  free (self->memory);
  self->memory = memory;
  self->capacity = capacity;
  self->start = 0;

  return 0;
}

int
cloche_byte_queue_append (cloche_byte_queue *self,
                          const void        *bytes,
                          size_t             length)
{
  int result;

  if (length == 0)
    return 0;

  result = make_room (self, length);
  if (result < 0)
    return result;

  memcpy (self->memory + self->start + self->length, bytes, length);
  self->length += length;

  return 0;
}

void
cloche_byte_queue_drop (cloche_byte_queue *self,
                        size_t             length)
{
  if (length > self->length)
    length = self->length;
  self->start += length;
  self->length -= length;

  if (self->length == 0) {
    self->start = 0;
    if (self->capacity > KEPT_BYTES)
      cloche_byte_queue_clear (self);
  }
}

void
cloche_byte_queue_clear (cloche_byte_queue *self)
{
  free (self->memory);
  memset (self, 0, sizeof *self);
}
