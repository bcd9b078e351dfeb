/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-test-isolated.h"

const char *__asan_default_options (void);

/* Asked by AddressSanitizer, if the test is built with it. GLib never frees the folders of the test before, and is built
 * without frame pointers: only the slow unwinder, ten times as dear, sees that it is the one that lsan.supp forgives. */
const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

void
cloche_test_init_isolated (int    *argc,
                           char ***argv)
{
  g_test_init (argc, argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
}
