/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-policy.h"

#include "cloche-address-floor.h"
#include "cloche-egress-name.h"

#include <string.h>

struct _ClocheEgressPolicy
{
  gatomicrefcount ref_count;
  ClocheEgressMode mode;
  GArray *rules;                /* of ClocheEgressRule */
  char **texts;                 /* the same in their one form */
};

static const char *const MODES[] = {
  [CLOCHE_EGRESS_MODE_OFF] = "off",
  [CLOCHE_EGRESS_MODE_ASK] = "ask",
  [CLOCHE_EGRESS_MODE_LISTED] = "listed",
  [CLOCHE_EGRESS_MODE_OPEN] = "open",
};

const char *
cloche_egress_mode_to_string (ClocheEgressMode mode)
{
  g_return_val_if_fail ((guint) mode < G_N_ELEMENTS (MODES), NULL);

  return MODES[mode];
}

gboolean
cloche_egress_mode_from_string (const char       *text,
                                ClocheEgressMode *ret_mode)
{
  for (gsize i = 0; i < G_N_ELEMENTS (MODES); i++)
    if (g_strcmp0 (text, MODES[i]) == 0) {
      *ret_mode = (ClocheEgressMode) i;
      return TRUE;
    }

  return FALSE;
}

static ClocheEgressPolicy *
policy_new (ClocheEgressMode mode,
            char           **taken_texts)
{
  ClocheEgressPolicy *self = g_new0 (ClocheEgressPolicy, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->mode = mode;
  self->texts = taken_texts;
  self->rules = g_array_new (FALSE, FALSE, sizeof (ClocheEgressRule));
  g_array_set_clear_func (self->rules, (GDestroyNotify) cloche_egress_rule_clear);

  return self;
}

/**
 * cloche_egress_policy_new:
 * @rules: (nullable) (array zero-terminated=1): what may be reached; kept, but without effect, when @mode is off
 *
 * Errors: %CLOCHE_GATE_ERROR_RULE at the first rule that is not understood: a policy is taken whole or not at all.
 */
ClocheEgressPolicy *
cloche_egress_policy_new (ClocheEgressMode   mode,
                          const char *const *rules,
                          GError           **error)
{
  gsize n_rules = rules != NULL ? g_strv_length ((char **) rules) : 0;
  g_autoptr (ClocheEgressPolicy) self = policy_new (mode, g_new0 (char *, n_rules + 1));

  if (!cloche_egress_rules_are_few (n_rules, error))
    return NULL;

  for (gsize i = 0; i < n_rules; i++) {
    ClocheEgressRule rule;

    if (!cloche_egress_rule_parse (rules[i], &rule, error))
      return NULL;
    g_array_append_val (self->rules, rule);
    self->texts[i] = cloche_egress_rule_to_string (&rule);
  }

  return g_steal_pointer (&self);
}

/**
 * cloche_egress_policy_new_with_rule:
 * @rule: from cloche_egress_rule_new()
 *
 * What @base allows, and @rule; what @base forbids stays forbidden.
 */
ClocheEgressPolicy *
cloche_egress_policy_new_with_rule (ClocheEgressPolicy *base,
                                    const char         *rule)
{
  ClocheEgressPolicy *self;

  g_return_val_if_fail (base != NULL, NULL);

  self = policy_new (base->mode, g_strdupv (base->texts));
  for (guint i = 0; i <= base->rules->len; i++) {
    ClocheEgressRule copy = { 0 };
    const char *text = i < base->rules->len ? base->texts[i] : rule;
    gboolean is_good = cloche_egress_rule_parse (text, &copy, NULL);

    g_assert (is_good);
    g_array_append_val (self->rules, copy);
  }

  return self;
}

ClocheEgressPolicy *
cloche_egress_policy_ref (ClocheEgressPolicy *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
cloche_egress_policy_unref (ClocheEgressPolicy *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->rules);
  g_strfreev (self->texts);
  g_free (self);
}

ClocheEgressMode
cloche_egress_policy_get_mode (ClocheEgressPolicy *self)
{
  g_return_val_if_fail (self != NULL, CLOCHE_EGRESS_MODE_OFF);

  return self->mode;
}

/**
 * cloche_egress_policy_get_rules:
 *
 * Returns: (transfer none) (array zero-terminated=1): the rules in their one form
 */
const char *const *
cloche_egress_policy_get_rules (ClocheEgressPolicy *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->texts;
}

/* What the rules say, whatever the mode. */
static ClocheEgressGrant
check_rules (ClocheEgressPolicy *self,
             const char         *name,
             guint16             port,
             gboolean           *ret_forbidden)
{
  ClocheEgressGrant grant = CLOCHE_EGRESS_GRANT_NONE;

  *ret_forbidden = FALSE;
  for (guint i = 0; i < self->rules->len; i++) {
    const ClocheEgressRule *rule = &g_array_index (self->rules, ClocheEgressRule, i);

    if (!cloche_egress_rule_covers (rule, name, port))
      continue;
    if (rule->forbids) {
      *ret_forbidden = TRUE;
      return CLOCHE_EGRESS_GRANT_NONE;
    }
    grant = MAX (grant, rule->port != 0 ? CLOCHE_EGRESS_GRANT_ANY_PROTOCOL : CLOCHE_EGRESS_GRANT_NAMED);
  }

  return grant;
}

/**
 * cloche_egress_policy_check:
 * @name: a host as cloche_egress_name_parse() returns it
 * @ret_reason: (out): why, listed if allowed; not-asked if it is to be asked about
 *
 * Whether an attempt may go on to resolving; the addresses are checked by cloche_egress_policy_allows_address().
 */
ClocheEgressGrant
cloche_egress_policy_check (ClocheEgressPolicy *self,
                            const char         *name,
                            guint16             port,
                            ClocheEgressReason *ret_reason)
{
  ClocheEgressGrant grant;
  gboolean is_forbidden;

  g_return_val_if_fail (self != NULL, CLOCHE_EGRESS_GRANT_NONE);

  if (self->mode == CLOCHE_EGRESS_MODE_OFF) {
    *ret_reason = CLOCHE_EGRESS_REASON_MODE_OFF;
    return CLOCHE_EGRESS_GRANT_NONE;
  }

  grant = check_rules (self, name, port, &is_forbidden);
  if (is_forbidden) {
    *ret_reason = CLOCHE_EGRESS_REASON_DENIED;
    return CLOCHE_EGRESS_GRANT_NONE;
  }

  if (self->mode == CLOCHE_EGRESS_MODE_OPEN)
    grant = CLOCHE_EGRESS_GRANT_ANY_PROTOCOL;
  *ret_reason = grant != CLOCHE_EGRESS_GRANT_NONE ? CLOCHE_EGRESS_REASON_LISTED
                : self->mode == CLOCHE_EGRESS_MODE_ASK ? CLOCHE_EGRESS_REASON_NOT_ASKED
                : CLOCHE_EGRESS_REASON_NOT_LISTED;
  return grant;
}

/**
 * cloche_egress_policy_allows_address:
 * @address: where an allowed host would be reached
 *
 * Whether a connection may go there, whatever name led to it: everywhere outside the floor, and inside it where a rule names
 * that very address; never where a rule forbids it.
 */
gboolean
cloche_egress_policy_allows_address (ClocheEgressPolicy *self,
                                     GInetAddress       *address,
                                     guint16             port)
{
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  ClocheEgressGrant grant;
  gboolean is_forbidden;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->mode == CLOCHE_EGRESS_MODE_OFF)
    return FALSE;

  text = g_inet_address_to_string (address);
  name = cloche_egress_name_parse (text, NULL, NULL);
  if (name == NULL)
    return FALSE;
  grant = check_rules (self, name, port, &is_forbidden);
  if (is_forbidden)
    return FALSE;

  return grant != CLOCHE_EGRESS_GRANT_NONE || !cloche_address_floor_covers (address);
}
