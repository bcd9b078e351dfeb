/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Keys of the schema, so that a misspelt one does not compile. */
#define CLOCHE_SETTING_ENDPOINT "endpoint"
#define CLOCHE_SETTING_MODEL "model"
#define CLOCHE_SETTING_NETWORK_MODE "network-mode"
#define CLOCHE_SETTING_WINDOW_SIZE "window-size"
#define CLOCHE_SETTING_WINDOW_MAXIMIZED "window-maximized"

GSettings *cloche_settings_new (const char  *config_folder,
                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
