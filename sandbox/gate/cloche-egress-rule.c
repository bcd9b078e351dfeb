/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-rule.h"

#include "cloche-egress-name.h"
#include "cloche-egress-reason.h"

#include <gio/gio.h>
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

/* bytes: of a rule that is none, as it is shown. */
#define SHOWN_BYTES 300

static gboolean
is_web (guint16 port)
{
  return port == 80 || port == 443;
}

/* What is shown has to be UTF-8, wherever a long rule is cut. */
static gboolean
refuse (GError    **error,
        const char *text,
        const char *why)
{
  g_autofree char *cut = g_strndup (text, SHOWN_BYTES);
  g_autofree char *valid = g_utf8_make_valid (cut, -1);

  g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE, "Rule “%s”: %s", valid, why);
  return FALSE;
}

static char *
join (const char *name,
      guint16     port)
{
  return g_strdup_printf (strchr (name, ':') != NULL ? "[%s]:%u" : "%s:%u", name, port);
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
  return is_web (port) ? g_strdup (name) : join (name, port);
}

/**
 * cloche_egress_rule_to_string:
 *
 * Returns: (transfer full): the one form of @rule, in which rules are kept, compared and shown
 */
char *
cloche_egress_rule_to_string (const ClocheEgressRule *rule)
{
  g_autofree char *host = rule->port != 0 ? join (rule->name, rule->port) : g_strdup (rule->name);

  return g_strconcat (rule->forbids ? "!" : "", rule->is_wildcard ? "*." : "", host, NULL);
}

void
cloche_egress_rule_clear (ClocheEgressRule *rule)
{
  g_clear_pointer (&rule->name, g_free);
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

/* The host of what was copied out of a browser, as a rule for just that; NULL if there is none in it. */
static char *
find_host (const char *text)
{
  const char *scheme_end = strstr (text, "://");
  const char *begin = scheme_end != NULL ? scheme_end + 3 : text;
  g_autofree char *authority = g_strndup (begin, strcspn (begin, "/?#"));
  const char *at = strrchr (authority, '@');
  g_auto (ClocheEgressRule) rule = { 0 };

  if (!cloche_egress_rule_parse (at != NULL ? at + 1 : authority, &rule, NULL))
    return NULL;

  /* Whoever copied a page means the web, and would give more away with a port. */
  if (scheme_end != NULL && is_web (rule.port))
    rule.port = 0;

  return cloche_egress_rule_to_string (&rule);
}

static gboolean
is_range (const char *text)
{
  g_autofree char *host = g_strndup (text, strcspn (text, "/"));
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && strchr (text, '/') != NULL;
}

static const char *
explain (const char *text)
{
  if (*text == '\0')
    return "it is empty";
  if (is_range (text))
    return "ranges of addresses are no rules; name each address";
  if (strchr (text, '/') != NULL)
    return "write the host alone, without scheme and path";
  if (strpbrk (text, ",; \t") != NULL)
    return "write one host at a time";
  if (strchr (text, '@') != NULL)
    return "write the host alone, without a user";
  if (strcmp (text, "*") == 0)
    return "it would allow everything";
  if (strchr (g_str_has_prefix (text, "*.") ? text + 2 : text, '*') != NULL)
    return "a star stands for whole labels in front only, as in *.example.com";

  return "neither a host name nor an address; addresses are written plainly, as in 203.0.113.5 or 2001:db8::5";
}

static gboolean
refuse_host (GError    **error,
             const char *text)
{
  const char *why = explain (text);
  g_autofree char *host = strpbrk (text, "/@") != NULL && !is_range (text) ? find_host (text) : NULL;
  g_autofree char *with_host = host != NULL ? g_strdup_printf ("%s: %s", why, host) : NULL;

  return refuse (error, text, with_host != NULL ? with_host : why);
}

/**
 * cloche_egress_rule_parse:
 * @whole: what a person typed
 * @ret_rule: (out caller-allocates): to be cleared by cloche_egress_rule_clear()
 *
 * Errors: %CLOCHE_GATE_ERROR_RULE; the message says what is wrong with @whole.
 */
gboolean
cloche_egress_rule_parse (const char       *whole,
                          ClocheEgressRule *ret_rule,
                          GError          **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (whole));
  gboolean forbids = stripped[0] == '!';
  const char *text = stripped + forbids;
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
    return refuse_host (error, text);
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

/**
 * cloche_egress_rule_covers:
 * @name: a host as cloche_egress_name_parse() returns it
 *
 * Whether @rule is about that host and port, be it to allow or to forbid it.
 */
gboolean
cloche_egress_rule_covers (const ClocheEgressRule *rule,
                           const char             *name,
                           guint16                 port)
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

/**
 * cloche_egress_rules_are_few:
 *
 * Errors: %CLOCHE_GATE_ERROR_RULE if they are more than a policy has.
 */
gboolean
cloche_egress_rules_are_few (gsize    n_rules,
                             GError **error)
{
  if (n_rules <= CLOCHE_EGRESS_MAX_RULES)
    return TRUE;

  g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE,
               "There are %" G_GSIZE_FORMAT " rules, more than %d", n_rules, CLOCHE_EGRESS_MAX_RULES);
  return FALSE;
}

/**
 * cloche_egress_rules_read_allowed:
 * @typed: (nullable) (array zero-terminated=1): the hosts that a person wants to allow
 *
 * Returns: (transfer full): them in their one form, each once. Errors: %CLOCHE_GATE_ERROR_RULE at the first that is none, or
 *   that would forbid.
 */
char **
cloche_egress_rules_read_allowed (const char *const *typed,
                                  GError           **error)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func (g_free);

  if (typed != NULL && !cloche_egress_rules_are_few (g_strv_length ((char **) typed), error))
    return NULL;

  for (gsize i = 0; typed != NULL && typed[i] != NULL; i++) {
    g_auto (ClocheEgressRule) rule = { 0 };
    g_autofree char *text = NULL;

    if (!cloche_egress_rule_parse (typed[i], &rule, error))
      return NULL;
    if (rule.forbids) {
      (void) refuse (error, typed[i], "an exclamation mark forbids, and this is to allow");
      return NULL;
    }
    text = cloche_egress_rule_to_string (&rule);
    if (!g_ptr_array_find_with_equal_func (rules, text, g_str_equal, NULL))
      g_ptr_array_add (rules, g_steal_pointer (&text));
  }
  g_ptr_array_add (rules, NULL);

  return (char **) g_ptr_array_free (g_steal_pointer (&rules), FALSE);
}
