/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd.h"
#include "cloche-process-memory.h"

#include <string.h>
#include <unistd.h>

#define MORE_BYTES (64 * 1024 * 1024)

static void
test_grows (void)
{
  cloche_autofd int fd = cloche_process_memory_open (getpid ());
  guint64 before = cloche_process_memory_read (fd);
  g_autofree char *more = g_malloc (MORE_BYTES);
  guint64 after;

  memset (more, 1, MORE_BYTES);
  after = cloche_process_memory_read (fd);
  g_assert_cmpint (more[MORE_BYTES - 1], ==, 1);
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (after, >=, before + MORE_BYTES / 2);
}

static void
test_nobody (void)
{
  g_assert_cmpint (cloche_process_memory_open (0), ==, -1);
  g_assert_cmpuint (cloche_process_memory_read (-1), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/process-memory/grows", test_grows);
  g_test_add_func ("/machine/process-memory/nobody", test_nobody);

  return g_test_run ();
}
