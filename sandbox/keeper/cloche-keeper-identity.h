/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-base-folder.h"

G_BEGIN_DECLS

JsonObject *cloche_keeper_identity_new_revive (const char  *machine_id,
                                               const char  *token,
                                               GError     **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *cloche_keeper_identity_new_disk   (ClocheBaseFolder *base) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *cloche_keeper_identity_new_clock  (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
