/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* What of revive can be judged without a machine: names and addresses that are refused, certificates that are new. */
#include "cloche-customs.h"
#include "cloche-identity.h"
#include "cloche-registries.h"
#include "cloche-trust.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef"
#define CERTIFICATE(text) "-----BEGIN CERTIFICATE-----\n" text "\n-----END CERTIFICATE-----\n"

static void
test_names (void)
{
  static const struct
  {
    cloche_identity identity;
    bool is_valid;
  } cases[] = {
    { { "cloche-1", ID }, true },
    { { "c", ID }, true },
    { { "", ID }, false },
    { { "-c", ID }, false },
    { { "a b", ID }, false },
    { { "a\n127.0.0.1 b", ID }, false },
    { { "c", "0123" }, false },
    { { "c", ID "0" }, false },
    { { "c", "0123456789ABCDEF0123456789abcdef" }, false },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (cloche_identity_is_valid (&cases[i].identity), ==, cases[i].is_valid);
}

static void
test_zones (void)
{
  static const struct
  {
    cloche_customs customs;
    bool is_valid;
  } cases[] = {
    { { .timezone = "Europe/Berlin" }, true },
    { { .timezone = "Etc/GMT+1" }, true },
    { { .timezone = "" }, false },
    { { .timezone = "/etc/passwd" }, false },
    { { .timezone = "../../../etc/passwd" }, false },
    { { .timezone = "UTC\nLD_PRELOAD=x" }, false },
    { { .timezone = "UTC", .npm_registry = "http://npm.example:4873/a/" }, true },
    { { .timezone = "UTC", .npm_registry = "not an address" }, false },
    { { .timezone = "UTC", .pip_index = "https://[2001:db8::1]/simple" }, true },
    { { .timezone = "UTC", .pip_index = "https://a.example/\n[install]" }, false },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (cloche_customs_are_valid (&cases[i].customs), ==, cases[i].is_valid);
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *address;
    bool is_valid;
  } cases[] = {
    { "https://a.example", true },
    { "http://a.example:8081/repository/npm~1/%20@x,y=z+w/", true },
    { "", false },
    { "a.example", false },
    { "ftp://a.example/", false },
    { "file:///etc/passwd", false },
    { "https://a.example/ b", false },
    { "https://a.example/${HOME}", false },
    { "https://a.example/;comment", false },
    { "https://a.example/#comment", false },
    { "https://a.example/\"", false },
    { "https://a.example/\r\n[global]", false },
  };
  g_autofree char *path = g_strnfill (512, 'a');
  g_autofree char *longest = g_strdup_printf ("https://%s", path + strlen ("https://"));
  g_autofree char *too_long = g_strdup_printf ("https://%s", path + strlen ("https:/"));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cloche_registry_is_valid (cases[i].address) != cases[i].is_valid)
      g_error ("“%s” should be %s", cases[i].address, cases[i].is_valid ? "valid" : "refused");
  g_assert_true (cloche_registry_is_valid (longest));
  g_assert_false (cloche_registry_is_valid (too_long));
}

static void
test_settings (void)
{
  g_autofree char *npm = cloche_registries_format_npm ("https://a.example/npm/");
  g_autofree char *pip = cloche_registries_format_pip ("https://a.example/simple");
  g_autofree char *plain_pip = cloche_registries_format_pip ("http://a.example:8081/simple");
  g_autofree char *bare_pip = cloche_registries_format_pip ("http://a.example");

  g_assert_true (g_str_has_suffix (npm, "\nregistry=https://a.example/npm/\n"));
  g_assert_true (g_str_has_suffix (pip, "\n[global]\nindex-url = https://a.example/simple\n"));
  g_assert_true (g_str_has_suffix (plain_pip, "/simple\ntrusted-host = a.example:8081\n"));
  g_assert_true (g_str_has_suffix (bare_pip, "\ntrusted-host = a.example\n"));
}

static void
test_new_certificates (void)
{
  static const char known[] = "# a list\n" CERTIFICATE ("AAAA\nBBBB") CERTIFICATE ("CCCC");
  static const char host[] = CERTIFICATE ("AAAABBBB") "junk" CERTIFICATE ("DDDD") CERTIFICATE ("CCCC") CERTIFICATE ("EEEE");
  size_t length;
  char *added = cloche_trust_diff (known, strlen (known), host, strlen (host), &length);

  g_assert_cmpmem (added, length, CERTIFICATE ("DDDD") CERTIFICATE ("EEEE"), 2 * strlen (CERTIFICATE ("EEEE")));
  free (added);
}

static void
test_no_certificates (void)
{
  static const char *const hosts[] = {
    "", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAA", CERTIFICATE ("AA"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++) {
    size_t length;
    char *added = cloche_trust_diff (CERTIFICATE ("AA"), strlen (CERTIFICATE ("AA")), hosts[i], strlen (hosts[i]), &length);

    g_assert_cmpuint (length, ==, 0);
    free (added);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guest/revive/names", test_names);
  g_test_add_func ("/guest/revive/zones", test_zones);
  g_test_add_func ("/guest/revive/addresses", test_addresses);
  g_test_add_func ("/guest/revive/settings", test_settings);
  g_test_add_func ("/guest/revive/new-certificates", test_new_certificates);
  g_test_add_func ("/guest/revive/no-certificates", test_no_certificates);
  return g_test_run ();
}
