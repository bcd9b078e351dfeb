/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether this user can have a small disk at all. */
gboolean cloche_test_can_mount        (void);

/* A disk of 2 MiB at @path that no other process sees; only in a process that has no threads yet. */
gboolean cloche_test_mount_small_disk (const char *path);

G_END_DECLS
