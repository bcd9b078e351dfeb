/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <adwaita.h>

#include "cloche-network.h"

G_BEGIN_DECLS

/**
 * ClocheNetworkHostRow:
 *
 * One host: how it went, and whether it is allowed or denied for good. Neither pressed is as the mode says.
 */
#define CLOCHE_TYPE_NETWORK_HOST_ROW (cloche_network_host_row_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetworkHostRow, cloche_network_host_row, CLOCHE, NETWORK_HOST_ROW, AdwActionRow)

GtkWidget *cloche_network_host_row_new (ClocheNetwork     *network,
                                        ClocheNetworkHost *host) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
