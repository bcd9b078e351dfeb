/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* One connection of a program in the machine, carried out of it by one "egress" stream. It owns itself. */

#include "cloche-session.h"

#include <stdint.h>
#include <sys/socket.h>

/* @fd: non-blocking, owned. @peer: the program's end, by which its name is found. @target: a name or an address. */
void cloche_caught_new    (cloche_loop           *loop,
                           cloche_session        *session,
                           int                    fd,
                           const struct sockaddr *peer,
                           const char            *target,
                           uint16_t               port);
/* Closes @fd so that its program sees a refusal, not an end. */
void cloche_caught_refuse (int fd);
