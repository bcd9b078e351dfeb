/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <sys/socket.h>

/* bytes: a program's name as the kernel keeps it, and its end. */
#define CLOCHE_CLAIM_BYTES 64

/* Which program has the socket with the address @peer: a claim for people to read, never to decide by. Empty if it cannot
 * be told. */
void cloche_claim_find (const struct sockaddr *peer,
                        char                   program[CLOCHE_CLAIM_BYTES]);
