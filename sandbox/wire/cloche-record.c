/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-record.h"

#include "cloche-byte-queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cloche_record_decoder
{
  uint8_t header[CLOCHE_RECORD_HEADER_BYTES];
  size_t n_header_bytes;
  cloche_byte_queue payload;
  size_t payload_length;        /* As the header says, once it is whole. */
  size_t max_bytes;
  bool is_whole;
  int error;                    /* Negative errno, sticky. */
};

void
cloche_record_write_header (uint8_t  header[CLOCHE_RECORD_HEADER_BYTES],
                            uint8_t  type,
                            uint32_t length)
{
  header[0] = type;
  header[1] = (uint8_t) (length >> 24);
  header[2] = (uint8_t) (length >> 16);
  header[3] = (uint8_t) (length >> 8);
  header[4] = (uint8_t) length;
}

cloche_record_decoder *
cloche_record_decoder_new (size_t max_bytes)
{
  cloche_record_decoder *self = calloc (1, sizeof *self);

  if (self != NULL)
    self->max_bytes = max_bytes;

  return self;
}

void
cloche_record_decoder_free (cloche_record_decoder *self)
{
  if (self == NULL)
    return;

  cloche_byte_queue_clear (&self->payload);
  free (self);
}

static bool
is_known_type (uint8_t type)
{
  return type == CLOCHE_RECORD_OUTPUT || type == CLOCHE_RECORD_ERROR ||
         type == CLOCHE_RECORD_EVENT || type == CLOCHE_RECORD_INPUT;
}

/* Checks the type as soon as it is there, so that a peer out of step is found out at its first byte. */
static int
take_header (cloche_record_decoder *self,
             const uint8_t         *bytes,
             size_t                 length,
             size_t                *ret_taken)
{
  size_t n = sizeof self->header - self->n_header_bytes;

  if (n > length)
    n = length;
  if (n > 0)
    memcpy (self->header + self->n_header_bytes, bytes, n);
  self->n_header_bytes += n;
  *ret_taken = n;

  if (self->n_header_bytes > 0 && !is_known_type (self->header[0]))
    return self->error = -EPROTO;
  if (self->n_header_bytes < sizeof self->header)
    return 0;

  self->payload_length = (size_t) self->header[1] << 24 | (size_t) self->header[2] << 16 |
                         (size_t) self->header[3] << 8 | self->header[4];
  if (self->payload_length > self->max_bytes)
    return self->error = -EMSGSIZE;

  return 0;
}

int
cloche_record_decoder_feed (cloche_record_decoder *self,
                            const uint8_t         *bytes,
                            size_t                 length,
                            size_t                *ret_taken)
{
  size_t n;

  *ret_taken = 0;
  if (self->error < 0)
    return self->error;

  if (self->is_whole) {
    cloche_byte_queue_drop (&self->payload, self->payload.length);
    self->n_header_bytes = 0;
    self->is_whole = false;
  }
  if (self->n_header_bytes < sizeof self->header && take_header (self, bytes, length, ret_taken) < 0)
    return self->error;
  if (self->n_header_bytes < sizeof self->header)
    return 0;

  n = self->payload_length - self->payload.length;
  if (n > length - *ret_taken)
    n = length - *ret_taken;
  if (n > 0 && cloche_byte_queue_append (&self->payload, bytes + *ret_taken, n) < 0)
    return self->error = -ENOMEM;

  *ret_taken += n;
  self->is_whole = self->payload.length == self->payload_length;

  return self->is_whole;
}

uint8_t
cloche_record_decoder_get_type (const cloche_record_decoder *self)
{
  return self->is_whole ? self->header[0] : 0;
}

const uint8_t *
cloche_record_decoder_get_payload (const cloche_record_decoder *self,
                                   size_t                      *ret_length)
{
  if (!self->is_whole)
    return NULL;

  *ret_length = self->payload_length;

  return self->payload_length > 0 ? cloche_byte_queue_peek (&self->payload) : (const uint8_t *) "";
}

bool
cloche_record_decoder_is_at_border (const cloche_record_decoder *self)
{
  return self->is_whole || self->n_header_bytes == 0;
}
