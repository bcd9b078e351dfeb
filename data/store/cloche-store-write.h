/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-store-private.h"

G_BEGIN_DECLS

/* Writes that are one statement whose values are strings, the first of them being the id of what is changed. */

void cloche_store_write (ClocheStore         *self,
                         gpointer             source_tag,
                         const char          *sql,
                         const char *const   *values,
                         gsize                n_values,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data);

G_END_DECLS
