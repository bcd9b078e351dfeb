/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-id.h"

static void
test_new (void)
{
  g_autofree char *a = cloche_id_new ();
  g_autofree char *b = cloche_id_new ();

  g_assert_cmpuint (strlen (a), ==, CLOCHE_ID_LENGTH);
  g_assert_true (cloche_id_is_valid (a));
  g_assert_cmpstr (a, !=, b);
}

static void
test_invalid (void)
{
  static const char *const INVALID[] = {
    "", "abc", "../../../etc", "abcdefghjkm/", "ABCDEFGHJKMN", "abcdefghjkmnp", "abcdefghjkm\n", "abcdefghjkml",
  };

  g_assert_false (cloche_id_is_valid (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (INVALID); i++)
    g_assert_false (cloche_id_is_valid (INVALID[i]));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/id/new", test_new);
  g_test_add_func ("/base/id/invalid", test_invalid);

  return g_test_run ();
}
