/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Memory of the agent. It is PID 1 of a machine that can be thrown away, and its own lists are capped: when even they
 * do not fit any more, nothing sensible is left to do, so these end the process (and with it the machine).
 */

#include <stddef.h>

/* Zeroed; never NULL. */
void *cloche_new      (size_t bytes);
void *cloche_resize   (void   *memory,
                       size_t  bytes);
char *cloche_strdup   (const char *text);
/* printf(3) into fresh memory. */
char *cloche_format   (const char *format,
                       ...) __attribute__ ((format (printf, 1, 2)));
