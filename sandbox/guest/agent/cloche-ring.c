/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ring.h"

#include "cloche-alloc.h"

#include <stdlib.h>
#include <string.h>

/* bytes: type and length before each payload. */
#define HEADER_BYTES 5

/* bytes: what a record costs beyond its bytes, so that a million empty ones are no way round the cap. */
#define OVERHEAD_BYTES 64

struct cloche_ring
{
  cloche_ring_record **records; /* records[sequence % capacity]; capacity is a power of two */
  size_t capacity;
  uint64_t first;
  uint64_t next;
  size_t used;                  /* bytes: of all records kept, with their overhead */
};

cloche_ring *
cloche_ring_new (void)
{
  cloche_ring *self = cloche_new (sizeof *self);

  self->capacity = 16;
  self->records = cloche_new (self->capacity * sizeof *self->records);
  return self;
}

void
cloche_ring_release (cloche_ring_record *record)
{
  if (record != NULL && --record->references == 0)
    free (record);
}

static cloche_ring_record **
get_slot (const cloche_ring *self,
          uint64_t           sequence)
{
  return &self->records[sequence & (self->capacity - 1)];
}

static void
drop_first (cloche_ring *self)
{
  cloche_ring_record **slot = get_slot (self, self->first++);

  self->used -= (*slot)->length + OVERHEAD_BYTES;
  cloche_ring_release (*slot);
  *slot = NULL;
}

void
cloche_ring_free (cloche_ring *self)
{
  if (self == NULL)
    return;
  while (self->first < self->next)
    drop_first (self);
  free (self->records);
  free (self);
}

static void
grow (cloche_ring *self)
{
  cloche_ring wider = *self;

  wider.capacity *= 2;
  wider.records = cloche_new (wider.capacity * sizeof *wider.records);
  for (uint64_t i = self->first; i < self->next; i++)
    *get_slot (&wider, i) = *get_slot (self, i);
  free (self->records);
  *self = wider;
}

void
cloche_ring_append (cloche_ring *self,
                    char         type,
                    const void  *payload,
                    size_t       length)
{
  cloche_ring_record *record = cloche_new (sizeof *record + HEADER_BYTES + length);

  record->references = 1;
  record->length = HEADER_BYTES + length;
  record->bytes[0] = (uint8_t) type;
  record->bytes[1] = (uint8_t) (length >> 24);
  record->bytes[2] = (uint8_t) (length >> 16);
  record->bytes[3] = (uint8_t) (length >> 8);
  record->bytes[4] = (uint8_t) length;
  if (length > 0)
    memcpy (record->bytes + HEADER_BYTES, payload, length);

  if (self->next - self->first == self->capacity)
    grow (self);
  *get_slot (self, self->next++) = record;
  self->used += record->length + OVERHEAD_BYTES;
  while (self->used > CLOCHE_RING_BYTES && self->next - self->first > 1)
    drop_first (self);
}

uint64_t
cloche_ring_get_first (const cloche_ring *self)
{
  return self->first;
}

uint64_t
cloche_ring_get_next (const cloche_ring *self)
{
  return self->next;
}

bool
cloche_ring_would_drop (const cloche_ring *self,
                        uint64_t           sequence,
                        size_t             length)
{
  size_t used = self->used + length + HEADER_BYTES + OVERHEAD_BYTES;

  for (uint64_t i = self->first; i < self->next && i < sequence && used > CLOCHE_RING_BYTES; i++)
    used -= (*get_slot (self, i))->length + OVERHEAD_BYTES;
  return used > CLOCHE_RING_BYTES;
}

cloche_ring_record *
cloche_ring_dup_record (cloche_ring *self,
                        uint64_t     sequence)
{
  cloche_ring_record *record;

  if (sequence < self->first || sequence >= self->next)
    return NULL;
  record = *get_slot (self, sequence);
  record->references++;
  return record;
}
