/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheEgressRule:
 * @name: canonical; of a wildcard what follows "*."
 * @port: 0: the web's; of a rule that forbids: all
 *
 * One rule of a policy, as cloche-egress-rule.c says how it is written.
 */
typedef struct
{
  char *name;
  gboolean is_wildcard;
  gboolean forbids;
  guint16 port;
} ClocheEgressRule;

gboolean  cloche_egress_rule_parse  (const char             *whole,
                                     ClocheEgressRule       *ret_rule,
                                     GError                **error);
void      cloche_egress_rule_clear  (ClocheEgressRule       *rule);

gboolean  cloche_egress_rule_covers (const ClocheEgressRule *rule,
                                     const char             *name,
                                     guint16                 port);

char     *cloche_egress_rule_new    (const char             *name,
                                     guint16                 port) G_GNUC_WARN_UNUSED_RESULT;
gboolean  cloche_egress_rule_check  (const char             *rule,
                                     GError                **error);

G_END_DECLS
