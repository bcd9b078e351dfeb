/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* bytes: a DNS name in its text form without the final dot (RFC 1035, section 2.3.4). */
#define CLOCHE_EGRESS_NAME_BYTES 253

char *cloche_egress_name_parse (const char    *text,
                                GInetAddress **ret_address,
                                GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
