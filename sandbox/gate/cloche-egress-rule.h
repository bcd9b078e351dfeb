/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* rules of one policy: a list that a person writes or a preset holds; more is a mistake. */
#define CLOCHE_EGRESS_MAX_RULES 1024

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

gboolean  cloche_egress_rules_are_few (gsize                   n_rules,
                                       GError                **error);

char     *cloche_egress_rule_new       (const char             *name,
                                        guint16                 port) G_GNUC_WARN_UNUSED_RESULT;
char     *cloche_egress_rule_to_string (const ClocheEgressRule *rule) G_GNUC_WARN_UNUSED_RESULT;

char    **cloche_egress_rules_read_allowed (const char *const  *typed,
                                            GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ClocheEgressRule, cloche_egress_rule_clear)

G_END_DECLS
