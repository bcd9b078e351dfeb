/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ring.h"

#include <glib.h>

static void
assert_record (cloche_ring *ring,
               uint64_t     sequence,
               char         type,
               const char  *payload,
               gsize        length)
{
  cloche_ring_record *record = cloche_ring_dup_record (ring, sequence);

  g_assert_nonnull (record);
  g_assert_cmpint (record->bytes[0], ==, type);
  g_assert_cmpmem (record->bytes + 5, record->length - 5, payload, length);
  cloche_ring_release (record);
}

static void
test_counts (void)
{
  cloche_ring *ring = cloche_ring_new ();

  g_assert_cmpuint (cloche_ring_get_next (ring), ==, 0);
  g_assert_null (cloche_ring_dup_record (ring, 0));
  cloche_ring_append (ring, 'o', "abc", 3);
  cloche_ring_append (ring, 'e', NULL, 0);
  g_assert_cmpuint (cloche_ring_get_first (ring), ==, 0);
  g_assert_cmpuint (cloche_ring_get_next (ring), ==, 2);
  assert_record (ring, 0, 'o', "abc", 3);
  assert_record (ring, 1, 'e', NULL, 0);
  g_assert_null (cloche_ring_dup_record (ring, 2));
  cloche_ring_free (ring);
}

static void
test_drops_oldest (void)
{
  cloche_ring *ring = cloche_ring_new ();
  g_autofree char *block = g_malloc0 (100000);
  cloche_ring_record *kept;

  cloche_ring_append (ring, 'o', block, 100000);
  kept = cloche_ring_dup_record (ring, 0);
  for (int i = 0; i < 30; i++)
    cloche_ring_append (ring, 'o', block, 100000);
  g_assert_cmpuint (cloche_ring_get_next (ring), ==, 31);
  g_assert_cmpuint (cloche_ring_get_first (ring), ==, 21); /* ten of them fit */
  g_assert_null (cloche_ring_dup_record (ring, 20));
  g_assert_true (cloche_ring_would_drop (ring, 21, 100000));
  g_assert_false (cloche_ring_would_drop (ring, 22, 100000));
  g_assert_cmpuint (kept->length, ==, 100005); /* whoever is sending it keeps it */
  cloche_ring_release (kept);
  cloche_ring_free (ring);
}

/* The last one stays, however large; a million empty ones are no way round the cap. */
static void
test_extremes (void)
{
  cloche_ring *ring = cloche_ring_new ();
  g_autofree char *block = g_malloc0 (5000000);

  cloche_ring_append (ring, 'o', block, 5000000);
  g_assert_cmpuint (cloche_ring_get_first (ring), ==, 0);
  for (int i = 0; i < 100000; i++)
    cloche_ring_append (ring, 'o', NULL, 0);
  g_assert_cmpuint (cloche_ring_get_next (ring), ==, 100001);
  g_assert_cmpuint (cloche_ring_get_first (ring), >, 80000);
  cloche_ring_free (ring);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guest/ring/counts", test_counts);
  g_test_add_func ("/guest/ring/drops-oldest", test_drops_oldest);
  g_test_add_func ("/guest/ring/extremes", test_extremes);
  return g_test_run ();
}
