/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* characters: a SHA-256 in lower-case hexadecimal. */
#define CLOCHE_PAGE_HASH_LENGTH 64

/* Called from the hashing thread with the bytes that were looked at since the last call. */
typedef void (*ClochePageHashProgress) (guint64  bytes,
                                        gpointer user_data);

char *cloche_page_hash_file (int                     fd,
                             GCancellable           *cancellable,
                             ClochePageHashProgress  progress,
                             gpointer                progress_data,
                             GError                **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
