/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Bytes that go in at one end and out at the other, in one piece of memory, so that a reader sees all of them at once.
 * Appending and dropping cost amortised constant time per byte; an emptied queue gives back what it took.
 */

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty queue. The fields are the queue's own. */
typedef struct
{
  uint8_t *memory;
  size_t capacity;
  size_t start;
  size_t length;
} cloche_byte_queue;

/* 0, or -ENOMEM, which leaves the queue as it was. */
int            cloche_byte_queue_append (cloche_byte_queue *self,
                                         const void        *bytes,
                                         size_t             length);
/* Forgets the oldest @length bytes; no more than there are. */
void           cloche_byte_queue_drop   (cloche_byte_queue *self,
                                         size_t             length);
void           cloche_byte_queue_clear  (cloche_byte_queue *self);

/* The oldest byte and all that follow; NULL if the queue is empty. Valid until the next change. */
static inline const uint8_t *
cloche_byte_queue_peek (const cloche_byte_queue *self)
{
  return self->length > 0 ? self->memory + self->start : NULL;
}
