/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Enum values are stored as words, so that a database can be read by people and survives a new order of the enum. */

gboolean cloche_nick_find (const char *const *nicks,
                           const char        *nick,
                           guint             *ret_value);

G_END_DECLS
