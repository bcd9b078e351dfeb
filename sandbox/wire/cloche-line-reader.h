/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Lines that end in "\n", with a cap, out of bytes that come in any pieces. Plain C, shared by agent and host.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cloche_line_reader cloche_line_reader;

/* @max_bytes: of one line without its end. NULL if out of memory. */
cloche_line_reader *cloche_line_reader_new  (size_t              max_bytes);
void                cloche_line_reader_free (cloche_line_reader *self);

/* Takes from @bytes up to and with the next line end and says in @ret_taken how many that were. 1: a line is there, see
 * below, until the next call. 0: needs more. Negative and sticky: -EMSGSIZE, -ENOMEM. */
int                 cloche_line_reader_feed (cloche_line_reader *self,
                                             const uint8_t      *bytes,
                                             size_t              length,
                                             size_t             *ret_taken);

/* The line without its end, followed by a NUL; it may hold NULs and invalid UTF-8 itself. */
const char         *cloche_line_reader_get_line    (const cloche_line_reader *self,
                                                    size_t                   *ret_length);
/* Whether the input may end here, that is, after a whole line. */
bool                cloche_line_reader_is_at_border (const cloche_line_reader *self);
