/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-clock.h"

static void
test_manual (void)
{
  g_autoptr (ClocheClock) clock = cloche_clock_new_manual (1000);
  gint64 start = cloche_clock_get_monotonic_us (clock);

  g_assert_cmpint (cloche_clock_get_real_us (clock), ==, 1000);
  cloche_clock_advance (clock, 250);
  g_assert_cmpint (cloche_clock_get_real_us (clock), ==, 1250);
  g_assert_cmpint (cloche_clock_get_monotonic_us (clock) - start, ==, 250);
}

static void
test_system (void)
{
  g_autoptr (ClocheClock) clock = cloche_clock_new_system ();
  gint64 before = g_get_real_time ();

  g_assert_cmpint (cloche_clock_get_real_us (clock), >=, before);
  g_assert_cmpint (cloche_clock_get_monotonic_us (clock), >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/clock/manual", test_manual);
  g_test_add_func ("/base/clock/system", test_system);

  return g_test_run ();
}
