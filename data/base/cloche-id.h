/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include "cloche-limits.h"

G_BEGIN_DECLS

char     *cloche_id_new      (void) G_GNUC_WARN_UNUSED_RESULT;
gboolean  cloche_id_is_valid (const char *id);

G_END_DECLS
