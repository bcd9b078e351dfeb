/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* A program of the initrd must run where there is no library: it names no interpreter. Argument: the program. */
#include <elf.h>
#include <glib.h>
#include <string.h>

static char *program;

static void
test_no_interpreter (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  Elf64_Ehdr header;
  gsize length;
  unsigned n_loaded = 0;

  g_file_get_contents (program, &bytes, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, >, sizeof header);
  memcpy (&header, bytes, sizeof header);
  g_assert_cmpmem (header.e_ident, SELFMAG, ELFMAG, SELFMAG);
  for (unsigned i = 0; i < header.e_phnum; i++) {
    Elf64_Phdr segment;

    g_assert_cmpuint (header.e_phoff + (i + 1) * sizeof segment, <=, length);
    memcpy (&segment, bytes + header.e_phoff + i * sizeof segment, sizeof segment);
    g_assert_cmpuint (segment.p_type, !=, PT_INTERP);
    n_loaded += segment.p_type == PT_LOAD;
  }
  g_assert_cmpuint (n_loaded, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/guest/static", test_no_interpreter);
  return g_test_run ();
}
