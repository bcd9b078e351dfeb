/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-network-host.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheNetworkHosts:
 *
 * The hosts of one machine: what its log tells of, and what there are rules for. Empty until it is loaded.
 *
 * Signal: "problem" (const char *sentence).
 */
#define CLOCHE_TYPE_NETWORK_HOSTS (cloche_network_hosts_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetworkHosts, cloche_network_hosts, CLOCHE, NETWORK_HOSTS, GObject)

ClocheNetworkHosts *cloche_network_hosts_new       (ClocheStore        *store,
                                                    const char         *machine_id,
                                                    const char         *log_path) G_GNUC_WARN_UNUSED_RESULT;

/* Of #ClocheNetworkHost, the newest first. */
GListModel         *cloche_network_hosts_get_list  (ClocheNetworkHosts *self);

void                cloche_network_hosts_load      (ClocheNetworkHosts *self);
/* Reads what was written while nobody told; nothing before it is loaded. */
void                cloche_network_hosts_catch_up  (ClocheNetworkHosts *self);
/* A new line of the log. */
void                cloche_network_hosts_add_line  (ClocheNetworkHosts *self,
                                                    GBytes             *line);
void                cloche_network_hosts_set_rules (ClocheNetworkHosts *self,
                                                    const char *const  *rules);

G_END_DECLS
