/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

/* For tests that show widgets. gtk_test_init() ends the program where there is no display; this says so in TAP. */
#define UI_TEST_INIT(argc, argv) \
  G_STMT_START { \
    g_test_init (&(argc), &(argv), NULL); \
    if (!gtk_init_check ()) { \
      g_print ("1..0 # SKIP no display\n"); \
      return 0; \
    } \
  } G_STMT_END

/* Shows @child in a window of that many pixels. */
GtkWidget *ui_test_show   (GtkWidget *child,
                           int        width,
                           int        height);

/* Lets the window draw @n frames, and whatever is to be done between them. */
void       ui_test_frames (GtkWidget *window,
                           guint      n);
