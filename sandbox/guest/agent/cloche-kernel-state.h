/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* What lives in the kernel and is the same in all forks of one template until it is changed: randomness and time. */

#include <stddef.h>
#include <stdint.h>

/* Mixes @bytes in, counts them as entropy, and makes every generator of the kernel start anew from it. 0 or -errno. */
int cloche_kernel_state_stir         (const uint8_t *bytes,
                                      size_t         length);
/* @realtime_us: microseconds since 1970, UTC. 0; -EINVAL if that is no time of this century; or why not. */
int cloche_kernel_state_set_clock_us (int64_t realtime_us);
