/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-output.h"

G_BEGIN_DECLS

ClocheOutput *cloche_mime_bundle_read (ClocheOutputKind  kind,
                                       JsonObject       *event) G_GNUC_WARN_UNUSED_RESULT;

gboolean      cloche_mime_bundle_get_png_size (GBytes  *png,
                                               guint32 *ret_width,
                                               guint32 *ret_height);

G_END_DECLS
