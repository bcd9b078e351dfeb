/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* g_test_init() for a program each of whose tests has user folders of its own (%G_TEST_OPTION_ISOLATE_DIRS). */
void cloche_test_init_isolated (int    *argc,
                                char ***argv);

G_END_DECLS
