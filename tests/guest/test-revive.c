/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* What of revive can be judged without a machine: names that are refused, certificates that are new. */
#include "cloche-customs.h"
#include "cloche-identity.h"
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
    { { "Europe/Berlin", NULL }, true },
    { { "Etc/GMT+1", NULL }, true },
    { { "", NULL }, false },
    { { "/etc/passwd", NULL }, false },
    { { "../../../etc/passwd", NULL }, false },
    { { "UTC\nLD_PRELOAD=x", NULL }, false },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (cloche_customs_are_valid (&cases[i].customs), ==, cases[i].is_valid);
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
  g_test_add_func ("/guest/revive/new-certificates", test_new_certificates);
  g_test_add_func ("/guest/revive/no-certificates", test_no_certificates);
  return g_test_run ();
}
