/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <adwaita.h>

#include "cloche-network.h"

G_BEGIN_DECLS

/**
 * ClocheNetworkDialog:
 *
 * What the machine of a conversation may reach, and what it has tried.
 */
#define CLOCHE_TYPE_NETWORK_DIALOG (cloche_network_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetworkDialog, cloche_network_dialog, CLOCHE, NETWORK_DIALOG, AdwPreferencesWindow)

GtkWidget *cloche_network_dialog_new (ClocheNetwork *network) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
