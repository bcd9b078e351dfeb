/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * The newest records of one job. A record is one of protocol.md: type, length, payload. The oldest are dropped when the
 * whole is over the cap, never the last one; the sequence numbers go on counting.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes: what one job's ring keeps. */
#define CLOCHE_RING_BYTES (1024 * 1024)

/* Shared by the ring and by the readers that are sending it. */
typedef struct
{
  unsigned references;
  size_t length;                /* bytes: with the header */
  uint8_t bytes[];              /* as it goes over the wire */
} cloche_ring_record;

typedef struct cloche_ring cloche_ring;

cloche_ring        *cloche_ring_new        (void);
void                cloche_ring_free       (cloche_ring *self);

/* @length: at most CLOCHE_LIMIT_RECORD_BYTES. */
void                cloche_ring_append     (cloche_ring *self,
                                            char         type,
                                            const void  *payload,
                                            size_t       length);
/* Sequence of the oldest record that is kept, and of the next one that will be appended. */
uint64_t            cloche_ring_get_first  (const cloche_ring *self);
uint64_t            cloche_ring_get_next   (const cloche_ring *self);
/* True if a record of @length bytes of payload would push out the record @sequence. */
bool                cloche_ring_would_drop (const cloche_ring *self,
                                            uint64_t           sequence,
                                            size_t             length);
/* A reference on the record, or NULL if it is not kept (any more or yet). */
cloche_ring_record *cloche_ring_dup_record (cloche_ring *self,
                                            uint64_t     sequence);
/* NULL is allowed. */
void                cloche_ring_release    (cloche_ring_record *record);
