/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The memory that a process has for itself. Opening and reading are two steps, since who has confined itself meanwhile
 * cannot open anything any more.
 */

/* A descriptor for the other call; -1 if there is no such process. */
int     cloche_process_memory_open (GPid pid);

/* "Anonymous" of smaps_rollup. Unit: bytes; 0 if it cannot be read. @fd: may be -1. Takes a few milliseconds. */
guint64 cloche_process_memory_read (int fd);

G_END_DECLS
