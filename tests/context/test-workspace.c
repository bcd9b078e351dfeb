/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-workspace.h"

#include "cloche-conversation-row.h"
#include "store-fixture.h"

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           guint      *n)
{
  (*n)++;
}

static void
change (ClocheWorkspace *workspace,
        const char *id,
        void (*verb)(ClocheWorkspace *, const char *, GCancellable *, GAsyncReadyCallback, gpointer))
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, verb (workspace, id, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_workspace_change_finish (workspace, result, &error));
  g_assert_no_error (error);
}

static void
test_list (StoreFixture *fixture,
           gconstpointer data)
{
  g_autoptr (ClocheWorkspace) workspace = cloche_workspace_new (fixture->store, fixture->clock);
  g_autoptr (ClocheConversation) conversation = NULL;
  g_autoptr (ClocheConversationRow) row = NULL;
  g_autoptr (ClocheConversationRow) same = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint n_titles = 0;

  AWAIT (result, cloche_workspace_create_async (workspace, "New", NULL, cloche_test_result_cb, &result));
  conversation = cloche_workspace_create_finish (workspace, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (workspace)), ==, 1);
  row = g_list_model_get_item (G_LIST_MODEL (workspace), 0);
  g_assert_cmpstr (cloche_conversation_row_get_title (row), ==, "New");
  g_signal_connect (row, "notify::title", G_CALLBACK (notify_cb), &n_titles);

  AWAIT (result, cloche_workspace_rename_async (workspace, cloche_conversation_get_id (conversation), "Sales", NULL,
                                                cloche_test_result_cb, &result));
  g_assert_true (cloche_workspace_change_finish (workspace, result, &error));
  same = g_list_model_get_item (G_LIST_MODEL (workspace), 0);
  g_assert_true (row == same);
  g_assert_cmpuint (n_titles, ==, 1);
  g_assert_cmpstr (cloche_conversation_row_get_title (row), ==, "Sales");

  change (workspace, cloche_conversation_get_id (conversation), cloche_workspace_delete_async);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (workspace)), ==, 0);
  change (workspace, cloche_conversation_get_id (conversation), cloche_workspace_undo_delete_async);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (workspace)), ==, 1);

  g_clear_object (&result);
  cloche_test_drain ();
  g_assert_finalize_object (g_steal_pointer (&workspace));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/app/workspace/list", StoreFixture, NULL, store_fixture_set_up, test_list, store_fixture_tear_down);

  return g_test_run ();
}
