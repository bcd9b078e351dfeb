/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The folder with the copies that other programs were given, each in a folder of its own: see cloche-files.h. */

/* s: how long a copy stays after it was written last. Who has opened it may still be at it. */
#define CLOCHE_STAGING_KEPT_S (24 * 60 * 60)

/* Removes older ones; what cannot be removed stays until the next time. */
void  cloche_staging_clean_async  (const char           *folder,
                                   gint64                now_s,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
guint cloche_staging_clean_finish (GAsyncResult         *result);

G_END_DECLS
