/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-policy.h"

#include "cloche-address-floor.h"
#include "cloche-egress-name.h"

#include <string.h>

/*
 * The language of rules, one host each:
 *
 *   example.com            that name on ports 80 and 443, speaking HTTP or TLS
 *   example.com:8443       that name on that port only, speaking anything
 *   *.example.com[:PORT]   every name below example.com, any number of labels deep; not example.com itself, as in
 *                          certificates (RFC 6125, section 6.4.3). At least two labels after the star: *.com is no rule
 *   203.0.113.5[:PORT]     that very address, also if it lies in the floor
 *   2001:db8::5            the same; with a port in brackets: [2001:db8::5]:8080
 *   !RULE                  forbids instead, whatever else allows it; nobody is asked. Without a port: on every port
 *
 * A rule without a port means the web, which is what people mean by a host, and lets nothing else hide behind its name.
 * A rule with a port also is for ssh, databases and the like; a client that speaks TLS or HTTP there is held to the host
 * all the same.
 */

typedef struct
{
  char *name;                   /* canonical; of a wildcard what follows "*." */
  gboolean is_wildcard;
  gboolean forbids;
  guint16 port;                 /* 0: the web's; of a rule that forbids: all */
} Rule;

struct _ClocheEgressPolicy
{
  gatomicrefcount ref_count;
  ClocheEgressMode mode;
  GArray *rules;                /* of Rule */
  char **texts;                 /* as they were written */
};

static const char *const MODES[] = {
  [CLOCHE_EGRESS_MODE_OFF] = "off",
  [CLOCHE_EGRESS_MODE_ASK] = "ask",
  [CLOCHE_EGRESS_MODE_LISTED] = "listed",
  [CLOCHE_EGRESS_MODE_OPEN] = "open",
};

static void
rule_clear (gpointer data)
{
  g_free (((Rule *) data)->name);
}

static gboolean
refuse (GError    **error,
        const char *text,
        const char *why)
{
  g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE, "Rule “%.300s”: %s", text, why);
  return FALSE;
}

/* Where in @text ":PORT" begins, or its end. An IPv6 address without brackets is all colons and has no port, and in what
 * has a slash, which is no rule, the colon is another one. */
static const char *
find_port (const char *text)
{
  const char *colon = strrchr (text, ':');
  const char *bracket = strrchr (text, ']');

  if (colon == NULL || strchr (text, '/') != NULL ||
      (text[0] == '[' ? bracket == NULL || bracket + 1 != colon : strchr (text, ':') != colon))
    return text + strlen (text);

  return colon;
}

static gboolean
parse_port (const char *text,
            guint16    *ret_port)
{
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
    return FALSE;

  *ret_port = (guint16) port;
  return TRUE;
}

static const char *
explain (const char *text)
{
  if (*text == '\0')
    return "it is empty";
  if (strstr (text, "://") != NULL || strchr (text, '/') != NULL)
    return "write the host alone, without scheme and path";
  if (strchr (text, '@') != NULL)
    return "write the host alone, without a user";
  if (strcmp (text, "*") == 0)
    return "it would allow everything";
  if (strchr (g_str_has_prefix (text, "*.") ? text + 2 : text, '*') != NULL)
    return "a star stands for whole labels in front only, as in *.example.com";

  return "neither a host name nor an address; addresses are written plainly, as in 203.0.113.5 or 2001:db8::5";
}

static gboolean
rule_parse (const char *whole,
            Rule       *ret_rule,
            GError    **error)
{
  gboolean forbids = whole[0] == '!';
  const char *text = whole + forbids;
  const char *port_text = find_port (text);
  g_autofree char *host = g_strndup (text, (gsize) (port_text - text));
  g_autofree char *name = NULL;
  g_autoptr (GInetAddress) address = NULL;
  gboolean is_wildcard = g_str_has_prefix (host, "*.");
  guint16 port = 0;

  if (*port_text == ':' && !parse_port (port_text + 1, &port))
    return refuse (error, text, "the port is not a number from 1 to 65535");

  name = cloche_egress_name_parse (is_wildcard ? host + 2 : host, &address, NULL);
  if (name == NULL)
    return refuse (error, text, explain (text));
  if (is_wildcard && address != NULL)
    return refuse (error, text, "a star cannot stand before an address");
  if (is_wildcard && strchr (name, '.') == NULL)
    return refuse (error, text, "too wide; at least two labels have to follow the star");

  ret_rule->name = g_steal_pointer (&name);
  ret_rule->is_wildcard = is_wildcard;
  ret_rule->forbids = forbids;
  ret_rule->port = port;

  return TRUE;
}

static gboolean
is_web (guint16 port)
{
  return port == 80 || port == 443;
}

static gboolean
rule_covers (const Rule *rule,
             const char *name,
             guint16     port)
{
  gsize length = strlen (name);
  gsize tail = strlen (rule->name);

  if (rule->port != 0 ? rule->port != port : !rule->forbids && !is_web (port))
    return FALSE;
  if (!rule->is_wildcard)
    return strcmp (rule->name, name) == 0;

  /* The dot is what keeps evil-example.com out of *.example.com. */
  return length > tail + 1 && name[length - tail - 1] == '.' && strcmp (name + length - tail, rule->name) == 0;
}

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

/**
 * cloche_egress_rule_new:
 * @name: a host as cloche_egress_name_parse() returns it
 *
 * The rule that allows just that.
 */
char *
cloche_egress_rule_new (const char *name,
                        guint16     port)
{
  if (is_web (port))
    return g_strdup (name);

  return g_strdup_printf (strchr (name, ':') != NULL ? "[%s]:%u" : "%s:%u", name, port);
}

/**
 * cloche_egress_rule_check:
 * @rule: what a person typed
 *
 * Errors: %CLOCHE_GATE_ERROR_RULE; the message says what is wrong with @rule.
 */
gboolean
cloche_egress_rule_check (const char *rule,
                          GError    **error)
{
  Rule parsed = { 0 };

  if (!rule_parse (rule, &parsed, error))
    return FALSE;

  rule_clear (&parsed);
  return TRUE;
}

static ClocheEgressPolicy *
policy_new (ClocheEgressMode mode,
            char           **taken_texts)
{
  ClocheEgressPolicy *self = g_new0 (ClocheEgressPolicy, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->mode = mode;
  self->texts = taken_texts;
  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, rule_clear);

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
  g_autoptr (ClocheEgressPolicy) self = policy_new (mode, rules != NULL ? g_strdupv ((char **) rules) : g_new0 (char *, 1));
  gsize n_rules = g_strv_length (self->texts);

  if (n_rules > CLOCHE_EGRESS_MAX_RULES) {
    g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE,
                 "There are %" G_GSIZE_FORMAT " rules, more than %d", n_rules, CLOCHE_EGRESS_MAX_RULES);
    return NULL;
  }

  for (gsize i = 0; i < n_rules; i++) {
    Rule rule;

    if (!rule_parse (rules[i], &rule, error))
      return NULL;
    g_array_append_val (self->rules, rule);
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
    Rule copy = { 0 };
    const char *text = i < base->rules->len ? base->texts[i] : rule;
    gboolean is_good = rule_parse (text, &copy, NULL);

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
 * Returns: (transfer none) (array zero-terminated=1): the rules as they were written
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
    const Rule *rule = &g_array_index (self->rules, Rule, i);

    if (!rule_covers (rule, name, port))
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
