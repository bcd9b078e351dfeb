/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-row-heights.h"

static void
test_empty (void)
{
  g_autoptr (ClocheRowHeights) heights = cloche_row_heights_new ();
  int into = -1;

  g_assert_cmpint (cloche_row_heights_get_total (heights), ==, 0);
  g_assert_cmpuint (cloche_row_heights_find (heights, 50, &into), ==, 0);
  g_assert_cmpint (into, ==, 0);
}

static void
test_guess (void)
{
  g_autoptr (ClocheRowHeights) heights = cloche_row_heights_new ();

  cloche_row_heights_splice (heights, 0, 0, 4);
  cloche_row_heights_set (heights, 1, 10);
  cloche_row_heights_set (heights, 2, 30);
  g_assert_true (cloche_row_heights_is_known (heights, 1));
  g_assert_false (cloche_row_heights_is_known (heights, 0));
  g_assert_cmpint (cloche_row_heights_get (heights, 0), ==, 20);
  g_assert_cmpint (cloche_row_heights_get_total (heights), ==, 80);
  g_assert_cmpint (cloche_row_heights_get_offset (heights, 3), ==, 60);

  cloche_row_heights_forget (heights);
  g_assert_false (cloche_row_heights_is_known (heights, 1));
  g_assert_cmpint (cloche_row_heights_get (heights, 1), ==, 10);
}

static void
test_find (void)
{
  g_autoptr (ClocheRowHeights) heights = cloche_row_heights_new ();
  static const struct
  {
    gint64 y;
    guint row;
    int into;
  } CASES[] = { { -5, 0, 0 }, { 0, 0, 0 }, { 9, 0, 9 }, { 10, 2, 0 }, { 39, 2, 29 }, { 40, 2, 30 }, { 99, 2, 30 } };

  cloche_row_heights_splice (heights, 0, 0, 3);
  cloche_row_heights_set (heights, 0, 10);
  cloche_row_heights_set (heights, 1, 0);
  cloche_row_heights_set (heights, 2, 30);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    int into;

    g_assert_cmpuint (cloche_row_heights_find (heights, CASES[i].y, &into), ==, CASES[i].row);
    g_assert_cmpint (into, ==, CASES[i].into);
  }
}

static void
test_splice (void)
{
  g_autoptr (ClocheRowHeights) heights = cloche_row_heights_new ();

  cloche_row_heights_splice (heights, 0, 0, 3);
  for (guint i = 0; i < 3; i++)
    cloche_row_heights_set (heights, i, 100 * (i + 1));
  cloche_row_heights_splice (heights, 1, 1, 2);
  g_assert_cmpuint (cloche_row_heights_get_n_rows (heights), ==, 4);
  g_assert_cmpint (cloche_row_heights_get (heights, 0), ==, 100);
  g_assert_cmpint (cloche_row_heights_get (heights, 1), ==, 200);
  g_assert_false (cloche_row_heights_is_known (heights, 1));
  g_assert_cmpint (cloche_row_heights_get (heights, 3), ==, 300);
  g_assert_cmpint (cloche_row_heights_get_total (heights), ==, 800);
  cloche_row_heights_splice (heights, 0, 4, 0);
  g_assert_cmpint (cloche_row_heights_get_total (heights), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/row-heights/empty", test_empty);
  g_test_add_func ("/ui/row-heights/guess", test_guess);
  g_test_add_func ("/ui/row-heights/find", test_find);
  g_test_add_func ("/ui/row-heights/splice", test_splice);

  return g_test_run ();
}
