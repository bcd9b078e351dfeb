/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-test-async.h"

void
cloche_test_result_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  g_assert_null (*slot);        /* A callback comes once. */
  *slot = g_object_ref (result);
}

void
cloche_test_wait (GAsyncResult **result)
{
  cloche_test_wait_until (*result != NULL);
}

/* Lets everything happen that is due by now. */
void
cloche_test_drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}
