/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * The records of protocol.md: 1 byte type, 4 bytes length (big endian), payload. Plain C, shared by agent and host.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCHE_RECORD_HEADER_BYTES 5

#define CLOCHE_RECORD_OUTPUT 'o'
#define CLOCHE_RECORD_ERROR  'e'
#define CLOCHE_RECORD_EVENT  'j'
#define CLOCHE_RECORD_INPUT  'i'

/* Writes the header that precedes a payload of @length bytes. */
void                   cloche_record_write_header (uint8_t   header[CLOCHE_RECORD_HEADER_BYTES],
                                                   uint8_t   type,
                                                   uint32_t  length);

typedef struct cloche_record_decoder cloche_record_decoder;

/* @max_bytes: of one payload, at most CLOCHE_LIMIT_RECORD_BYTES. NULL if out of memory. */
cloche_record_decoder *cloche_record_decoder_new  (size_t                 max_bytes);
void                   cloche_record_decoder_free (cloche_record_decoder *self);

/* Takes from @bytes, which may end anywhere, up to the end of one record and says in @ret_taken how many that were.
 * 1: a record is there, see below, until the next call; feed the rest then. 0: needs more. Negative and sticky:
 * -EMSGSIZE (a payload above the cap), -EPROTO (a type that protocol.md does not know), -ENOMEM.
 * Memory grows with what has come, never with what a header claims. */
int                    cloche_record_decoder_feed (cloche_record_decoder *self,
                                                   const uint8_t         *bytes,
                                                   size_t                 length,
                                                   size_t                *ret_taken);

uint8_t                cloche_record_decoder_get_type    (const cloche_record_decoder  *self);
const uint8_t         *cloche_record_decoder_get_payload (const cloche_record_decoder  *self,
                                                          size_t                       *ret_length);
/* Whether the input may end here, that is, between two records. */
bool                   cloche_record_decoder_is_at_border (const cloche_record_decoder *self);
