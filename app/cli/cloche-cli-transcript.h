/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-cli-outputs.h"

G_BEGIN_DECLS

char *cloche_cli_transcript_build (const char       *title,
                                   GListModel       *items,
                                   guint             first,
                                   ClocheCliOutputs *outputs) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
