/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stdint.h>

/* No capability, now or by any program that is executed later: root outside of a jail has them, and nothing that we
 * confine needs one. 0 or negative errno. */
int cloche_privileges_drop  (void);

/* Lowers a limit of setrlimit(), which cannot be raised again after cloche_privileges_drop(). 0 or negative errno. */
int cloche_privileges_limit (int      resource,
                             uint64_t value);
