/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-address-floor.h"
#include "cloche-egress-name.h"
#include "cloche-egress-policy.h"
#include "cloche-egress-rule.h"

#include <string.h>

static void
test_names (void)
{
  static const struct { const char *text; const char *name; gboolean is_address; } GOOD[] = {
    { "example.com", "example.com", FALSE },
    { "EXAMPLE.com.", "example.com", FALSE },
    { "b\303\274cher.example", "xn--bcher-kva.example", FALSE },
    { "_service.example.com", "_service.example.com", FALSE },
    { "localhost", "localhost", FALSE },
    { "1.example", "1.example", FALSE },
    { "1e100.net", "1e100.net", FALSE },
    { "203.0.113.5", "203.0.113.5", TRUE },
    { "203.0.113.5.", "203.0.113.5", TRUE },
    { "::1", "::1", TRUE },
    { "[2001:DB8::0:5]", "2001:db8::5", TRUE },
    { "::ffff:10.0.0.1", "10.0.0.1", TRUE },
    { "::ffff:7f00:1", "127.0.0.1", TRUE },
  };
  static const char *const BAD[] = {
    "", ".", "a..b", ".a", "a..", "-a.example", "a-.example",
    "user@example.com", "example.com:80", "example.com/x", "*.example.com",
    "a b", "a\nb", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1",
    "127.0.0.01", "1.2.3.4.5", "256.1.1.1", "a.1", "a.0x", "example.0x7f",
    "fe80::1%eth0", "[203.0.113.5]", "[::1", "::1]", "\xff.example", "%65xample.com", "exa\xe2\x80\xaemple.com",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (GOOD); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GInetAddress) address = NULL;
    g_autofree char *name = cloche_egress_name_parse (GOOD[i].text, &address, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (name, ==, GOOD[i].name);
    g_assert_cmpint (address != NULL, ==, GOOD[i].is_address);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (BAD); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_egress_name_parse (BAD[i], NULL, &error));
    g_assert_error (error, CLOCHE_EGRESS_REFUSAL, CLOCHE_EGRESS_REASON_BAD_NAME);
  }
}

static void
test_name_lengths (void)
{
  g_autofree char *label63 = g_strnfill (63, 'a');
  g_autofree char *label64 = g_strnfill (64, 'a');
  g_autofree char *name253 = g_strdup_printf ("%s.%s.%s.%.61s", label63, label63, label63, label63);
  g_autofree char *name254 = g_strdup_printf ("%s.%s.%s.%.62s", label63, label63, label63, label63);
  g_autofree char *huge = g_strnfill (1024 * 1024, 'a');
  g_autofree char *parsed = cloche_egress_name_parse (name253, NULL, NULL);

  g_assert_cmpstr (parsed, ==, name253);
  g_assert_null (cloche_egress_name_parse (label64, NULL, NULL));
  g_assert_null (cloche_egress_name_parse (name254, NULL, NULL));
  g_assert_null (cloche_egress_name_parse (huge, NULL, NULL));
}

static void
test_floor (void)
{
  static const char *const COVERED[] = {
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255",
    "224.0.0.1", "239.255.255.255",
    "240.0.0.0", "255.255.255.255", "::", "::1", "fc00::", "fdff::1", "fe80::1", "febf::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "2002:a00:1::", "2002:7f00:1::1", "64:ff9b::10.0.0.1", "64:ff9b::c0a8:1", "64:ff9b:1::127.0.0.1", "64:ff9b:1:fffe::10.1.1.1",
  };
  static const char *const OUTSIDE[] = {
    "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "203.0.113.5",
    "::2", "fbff::1", "fe00::1", "fec0::1", "2001:db8::1", "::ffff:203.0.113.5", "2002:cb00:7105::", "64:ff9b::203.0.113.5",
    "64:ff9c::10.0.0.1",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (COVERED); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (COVERED[i]);

    g_assert_true (cloche_address_floor_covers (address));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (OUTSIDE); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (OUTSIDE[i]);

    g_assert_false (cloche_address_floor_covers (address));
  }
}

static void
test_rules (void)
{
  static const char *const RULES[] = {
    "Example.com", "*.debian.org", "git.example:22", "*.lab.example:8443", "203.0.113.5:8080", "10.1.2.3", "[::1]:11434",
    "fd00::7", "b\303\274cher.example", NULL,
  };
  static const char *const KEPT[] = {
    "example.com", "*.debian.org", "git.example:22", "*.lab.example:8443", "203.0.113.5:8080", "10.1.2.3", "[::1]:11434",
    "fd00::7", "xn--bcher-kva.example", NULL,
  };
  static const struct { const char *name; guint16 port; ClocheEgressGrant grant; } CASES[] = {
    { "example.com", 80, CLOCHE_EGRESS_GRANT_NAMED }, { "example.com", 443, CLOCHE_EGRESS_GRANT_NAMED },
    { "example.com", 22, CLOCHE_EGRESS_GRANT_NONE }, { "www.example.com", 443, CLOCHE_EGRESS_GRANT_NONE },
    { "evil-example.com", 443, CLOCHE_EGRESS_GRANT_NONE }, { "example.com.evil.example", 443, CLOCHE_EGRESS_GRANT_NONE },
    { "deb.debian.org", 80, CLOCHE_EGRESS_GRANT_NAMED }, { "a.b.debian.org", 80, CLOCHE_EGRESS_GRANT_NAMED },
    { "debian.org", 80, CLOCHE_EGRESS_GRANT_NONE }, { "evildebian.org", 80, CLOCHE_EGRESS_GRANT_NONE },
    { "git.example", 22, CLOCHE_EGRESS_GRANT_ANY_PROTOCOL }, { "git.example", 443, CLOCHE_EGRESS_GRANT_NONE },
    { "x.lab.example", 8443, CLOCHE_EGRESS_GRANT_ANY_PROTOCOL }, { "x.lab.example", 443, CLOCHE_EGRESS_GRANT_NONE },
    { "203.0.113.5", 8080, CLOCHE_EGRESS_GRANT_ANY_PROTOCOL }, { "203.0.113.5", 80, CLOCHE_EGRESS_GRANT_NONE },
    { "10.1.2.3", 443, CLOCHE_EGRESS_GRANT_NAMED }, { "10.1.2.4", 443, CLOCHE_EGRESS_GRANT_NONE },
    { "::1", 11434, CLOCHE_EGRESS_GRANT_ANY_PROTOCOL }, { "fd00::7", 80, CLOCHE_EGRESS_GRANT_NAMED },
    { "xn--bcher-kva.example", 443, CLOCHE_EGRESS_GRANT_NAMED },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheEgressPolicy) policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_LISTED, RULES, &error);
  g_autoptr (ClocheEgressPolicy) off = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_OFF, RULES, NULL);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    ClocheEgressReason reason;

    g_assert_cmpint (cloche_egress_policy_check (policy, CASES[i].name, CASES[i].port, &reason), ==, CASES[i].grant);
    g_assert_cmpint (reason, ==, CASES[i].grant != CLOCHE_EGRESS_GRANT_NONE ? CLOCHE_EGRESS_REASON_LISTED
                                                                            : CLOCHE_EGRESS_REASON_NOT_LISTED);
    g_assert_cmpint (cloche_egress_policy_check (off, CASES[i].name, CASES[i].port, &reason), ==, CLOCHE_EGRESS_GRANT_NONE);
    g_assert_cmpint (reason, ==, CLOCHE_EGRESS_REASON_MODE_OFF);
  }
  g_assert_cmpstrv (cloche_egress_policy_get_rules (policy), KEPT);
}

static void
test_addresses (void)
{
  static const char *const RULES[] = { "example.com", "*.example.com:8080", "10.1.2.3", "127.0.0.1:11434", NULL };
  static const struct { const char *address; guint16 port; gboolean is_allowed; } CASES[] = {
    { "203.0.113.5", 443, TRUE }, { "10.1.2.3", 443, TRUE }, { "10.1.2.3", 22, FALSE }, { "10.1.2.4", 443, FALSE },
    { "::ffff:10.1.2.3", 443, TRUE }, { "::ffff:10.1.2.4", 443, FALSE }, { "64:ff9b::10.1.2.3", 443, FALSE },
    { "127.0.0.1", 11434, TRUE }, { "127.0.0.1", 80, FALSE }, { "169.254.169.254", 80, FALSE }, { "::1", 11434, FALSE },
  };
  g_autoptr (ClocheEgressPolicy) policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_LISTED, RULES, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GInetAddress) address = g_inet_address_new_from_string (CASES[i].address);

    g_assert_cmpint (cloche_egress_policy_allows_address (policy, address, CASES[i].port), ==, CASES[i].is_allowed);
  }
}

/* What forbids counts whatever else allows, in every mode; what is not named is up to the mode. */
static void
test_forbidding (void)
{
  static const char *const RULES[] = { "!bad.example", "bad.example", "!10.1.2.3", "10.1.2.3:22", "!*.evil.test:25", NULL };
  static const char *const WORDS[] = { "example.com", "*.example.com", "!bad.example", "a.example:22", "!203.0.113.6:80",
                                       "!2001:db8::6", NULL };
  static const struct { const char *name; guint16 port; const char *reasons[4]; } CASES[] = {
    { "bad.example", 443, { "mode-off", "denied", "denied", "denied" } },
    { "bad.example", 25, { "mode-off", "denied", "denied", "denied" } },
    { "a.evil.test", 25, { "mode-off", "denied", "denied", "denied" } },
    { "a.evil.test", 443, { "mode-off", "not-asked", "not-listed", "listed" } },
    { "10.1.2.3", 22, { "mode-off", "denied", "denied", "denied" } },
    { "new.test", 6000, { "mode-off", "not-asked", "not-listed", "listed" } },
  };
  g_autoptr (GInetAddress) inside = g_inet_address_new_from_string ("10.1.2.4");
  g_autoptr (GInetAddress) outside = g_inet_address_new_from_string ("203.0.113.5");
  g_autoptr (GInetAddress) forbidden = g_inet_address_new_from_string ("203.0.113.6");
  g_autoptr (GInetAddress) forbidden_v6 = g_inet_address_new_from_string ("2001:db8::6");

  for (int mode = CLOCHE_EGRESS_MODE_OFF; mode <= CLOCHE_EGRESS_MODE_OPEN; mode++) {
    g_autoptr (ClocheEgressPolicy) wide = cloche_egress_policy_new ((ClocheEgressMode) mode, WORDS, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (ClocheEgressPolicy) policy = NULL;

    policy = cloche_egress_policy_new ((ClocheEgressMode) mode, RULES, &error);
    g_assert_no_error (error);
    for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
      ClocheEgressReason reason;
      ClocheEgressGrant grant = cloche_egress_policy_check (policy, CASES[i].name, CASES[i].port, &reason);

      g_assert_cmpstr (cloche_egress_reason_to_string (reason), ==, CASES[i].reasons[mode]);
      g_assert_cmpint (grant, ==, reason == CLOCHE_EGRESS_REASON_LISTED ? CLOCHE_EGRESS_GRANT_ANY_PROTOCOL
                                                                        : CLOCHE_EGRESS_GRANT_NONE);
    }
    /* Not even what is open lifts the floor. */
    g_assert_false (cloche_egress_policy_allows_address (wide, inside, 80));
    g_assert_cmpint (cloche_egress_policy_allows_address (wide, outside, 80), ==, mode != CLOCHE_EGRESS_MODE_OFF);
    /* Whatever name leads to an address that is forbidden. */
    g_assert_false (cloche_egress_policy_allows_address (wide, forbidden, 80));
    g_assert_false (cloche_egress_policy_allows_address (wide, forbidden_v6, 443));
    g_assert_cmpint (cloche_egress_policy_allows_address (wide, forbidden, 81), ==, mode != CLOCHE_EGRESS_MODE_OFF);
  }
}

static void
test_rule_of_a_question (void)
{
  static const struct { const char *name; guint16 port; const char *rule; } CASES[] = {
    { "example.com", 443, "example.com" }, { "example.com", 80, "example.com" }, { "example.com", 22, "example.com:22" },
    { "10.1.2.3", 80, "10.1.2.3" }, { "fd00::7", 443, "fd00::7" }, { "fd00::7", 8080, "[fd00::7]:8080" },
  };
  g_autoptr (ClocheEgressPolicy) ask = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_ASK, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *rule = cloche_egress_rule_new (CASES[i].name, CASES[i].port);
    g_autoptr (ClocheEgressPolicy) with = cloche_egress_policy_new_with_rule (ask, rule);
    ClocheEgressReason reason;

    g_assert_cmpstr (rule, ==, CASES[i].rule);
    g_assert_cmpint (cloche_egress_policy_check (with, CASES[i].name, CASES[i].port, &reason), >, CLOCHE_EGRESS_GRANT_NONE);
    g_assert_cmpint (cloche_egress_policy_check (with, "other.example", 443, &reason), ==, CLOCHE_EGRESS_GRANT_NONE);
  }
}

/* Whatever way a rule is typed, it is kept in one. */
static void
test_one_form (void)
{
  static const struct { const char *typed; const char *rule; } CASES[] = {
    { "example.com", "example.com" }, { "  Example.COM.\t", "example.com" }, { "B\303\274cher.Example", "xn--bcher-kva.example" },
    { "xn--bcher-kva.example.", "xn--bcher-kva.example" }, { "b\303\274cher\343\200\202example", "xn--bcher-kva.example" },
    { "EXAMPLE.com:08443", "example.com:8443" }, { "example.com:443", "example.com:443" },
    { "*.Example.com", "*.example.com" }, { "*.example.com.:22", "*.example.com:22" }, { "203.0.113.5", "203.0.113.5" },
    { "::FFFF:203.0.113.5", "203.0.113.5" }, { "[2001:DB8:0::5]", "2001:db8::5" }, { "2001:db8::0005", "2001:db8::5" },
    { "[2001:DB8::5]:8080", "[2001:db8::5]:8080" }, { "!Example.COM", "!example.com" },
    { "!*.Example.COM:22", "!*.example.com:22" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    const char *typed[] = { CASES[i].typed, NULL };
    const char *canonical[] = { CASES[i].rule, NULL };
    g_autoptr (GError) error = NULL;
    g_autoptr (ClocheEgressPolicy) policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_ASK, typed, &error);
    g_autoptr (ClocheEgressPolicy) again = NULL;

    g_assert_no_error (error);
    g_assert_cmpstrv (cloche_egress_policy_get_rules (policy), canonical);
    again = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_ASK, canonical, &error);
    g_assert_no_error (error);
    g_assert_cmpstrv (cloche_egress_policy_get_rules (again), canonical);
  }
}

static void
test_read_allowed (void)
{
  static const char *const TYPED[] = { "Example.com", "example.com.", "other.example:22", " EXAMPLE.COM ", NULL };
  static const char *const READ[] = { "example.com", "other.example:22", NULL };
  static const char *const FORBIDS[] = { "good.example", "!bad.example", NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) read = cloche_egress_rules_read_allowed (TYPED, &error);
  g_auto (GStrv) none = cloche_egress_rules_read_allowed (NULL, &error);
  g_auto (GStrv) forbids = NULL;

  g_assert_no_error (error);
  g_assert_cmpstrv (read, READ);
  g_assert_cmpuint (g_strv_length (none), ==, 0);
  forbids = cloche_egress_rules_read_allowed (FORBIDS, &error);
  g_assert_null (forbids);
  g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE);
  g_assert_cmpstr (error->message, ==, "Rule “!bad.example”: an exclamation mark forbids, and this is to allow");
}

static void
test_wrong_rules (void)
{
  static const struct { const char *rule; const char *says; } WRONG[] = {
    { "", "empty" }, { " ", "empty" }, { "https://Example.com", "without scheme and path: example.com" },
    { "https://example.com:443/x?y=1@z", "without scheme and path: example.com" },
    { "http://me@example.com:8080/", "without scheme and path: example.com:8080" },
    { "https://[2001:db8::5]/", "without scheme and path: 2001:db8::5" },
    { "example.com/x", "without scheme and path: example.com" }, { "https:///x", "without scheme and path" },
    { "me@example.com", "without a user: example.com" }, { "*", "everything" }, { "*.com", "too wide" },
    { "a.*.com", "whole labels" }, { "a.example, b.example", "one host at a time" }, { "a.example b.example", "one host" },
    { "*example.com", "whole labels" }, { "*.*.example.com", "whole labels" }, { "example.com:0", "port" },
    { "example.com:99999", "port" }, { "example.com:http", "port" }, { "example.com:", "port" }, { "*.10.0.0.1", "address" },
    { "*.0.0.1", "plainly" }, { "2130706433", "plainly" }, { "10.0.0.0/8", "ranges" }, { "fd00::/8", "ranges" },
    { "cafe.de/x", "without scheme and path: cafe.de" }, { "0x7f.1:80", "plainly" }, { "[::1", "neither" }, { "!", "empty" },
    { "!!a.example", "neither" }, { "!*", "everything" }, { "fe80::1%lo", "neither" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (WRONG); i++) {
    const char *rules[] = { "good.example", WRONG[i].rule, NULL };
    g_autoptr (GError) error = NULL;
    g_autoptr (GError) alone = NULL;
    g_auto (ClocheEgressRule) rule = { 0 };

    g_test_message ("%s", WRONG[i].rule);
    g_assert_null (cloche_egress_policy_new (CLOCHE_EGRESS_MODE_LISTED, rules, &error));
    g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE);
    g_assert_nonnull (strstr (error->message, WRONG[i].says));
    if (strchr (WRONG[i].says, ':') != NULL)    /* All of the host that is proposed. */
      g_assert_true (g_str_has_suffix (error->message, WRONG[i].says));
    g_assert_false (cloche_egress_rule_parse (WRONG[i].rule, &rule, &alone));
    g_assert_cmpstr (alone->message, ==, error->message);
  }
}

/* Wherever a long one is cut, what is said of it can be shown. */
static void
test_long_wrong_rules (void)
{
  for (gsize length = 290; length < 300; length++) {
    g_autofree char *padding = g_strnfill (length, 'a');
    g_autofree char *text = g_strconcat (padding, "€€€€ example", NULL);
    g_auto (ClocheEgressRule) rule = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (cloche_egress_rule_parse (text, &rule, &error));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_true (g_str_has_suffix (error->message, "write one host at a time"));
  }
}

static void
test_too_many_rules (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) rules = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i <= CLOCHE_EGRESS_MAX_RULES; i++)
    g_strv_builder_add (builder, "example.com");
  rules = g_strv_builder_end (builder);
  g_assert_null (cloche_egress_policy_new (CLOCHE_EGRESS_MODE_LISTED, (const char *const *) rules, &error));
  g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE);
}

static void
test_modes (void)
{
  ClocheEgressMode mode;

  g_assert_true (cloche_egress_mode_from_string ("off", &mode));
  g_assert_cmpint (mode, ==, CLOCHE_EGRESS_MODE_OFF);
  g_assert_true (cloche_egress_mode_from_string ("listed", &mode));
  g_assert_cmpint (mode, ==, CLOCHE_EGRESS_MODE_LISTED);
  g_assert_cmpstr (cloche_egress_mode_to_string (mode), ==, "listed");
  g_assert_true (cloche_egress_mode_from_string ("ask", &mode));
  g_assert_cmpint (mode, ==, CLOCHE_EGRESS_MODE_ASK);
  g_assert_true (cloche_egress_mode_from_string ("open", &mode));
  g_assert_cmpint (mode, ==, CLOCHE_EGRESS_MODE_OPEN);
  g_assert_false (cloche_egress_mode_from_string ("", &mode));
  g_assert_false (cloche_egress_mode_from_string (NULL, &mode));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/name/forms", test_names);
  g_test_add_func ("/gate/name/lengths", test_name_lengths);
  g_test_add_func ("/gate/floor", test_floor);
  g_test_add_func ("/gate/policy/rules", test_rules);
  g_test_add_func ("/gate/policy/addresses", test_addresses);
  g_test_add_func ("/gate/policy/forbidding", test_forbidding);
  g_test_add_func ("/gate/policy/rule-of-a-question", test_rule_of_a_question);
  g_test_add_func ("/gate/policy/one-form", test_one_form);
  g_test_add_func ("/gate/policy/read-allowed", test_read_allowed);
  g_test_add_func ("/gate/policy/wrong-rules", test_wrong_rules);
  g_test_add_func ("/gate/policy/long-wrong-rules", test_long_wrong_rules);
  g_test_add_func ("/gate/policy/too-many-rules", test_too_many_rules);
  g_test_add_func ("/gate/policy/modes", test_modes);

  return g_test_run ();
}
