/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A GAsyncReadyCallback whose user data is where to put the result: a GAsyncResult * that is %NULL. */
void cloche_test_result_cb (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

/* Runs the default main context until the result is there, or @condition holds. */
void cloche_test_wait      (GAsyncResult **result);
void cloche_test_drain     (void);

#define cloche_test_wait_until(condition)       \
  G_STMT_START {                                \
    while (!(condition))                        \
      g_main_context_iteration (NULL, TRUE);    \
  } G_STMT_END

G_END_DECLS
