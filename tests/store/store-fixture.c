/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "store-fixture.h"

#include <glib/gstdio.h>

static ClocheStore *
open_store (const char  *folder,
            ClocheClock *clock,
            GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_open_async (folder, clock, NULL, cloche_test_result_cb, &result));

  return cloche_store_open_finish (result, error);
}

void
store_fixture_set_up (StoreFixture *self,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("cloche-store-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = cloche_clock_new_manual (g_get_real_time ());
  self->store = open_store (self->folder, self->clock, &error);
  g_assert_no_error (error);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_assert_cmpint (g_remove (path), ==, 0);
}

void
store_fixture_tear_down (StoreFixture *self,
                         gconstpointer data)
{
  cloche_test_drain ();
  if (self->store != NULL)
    g_assert_finalize_object (self->store);
  remove_tree (self->folder);
  cloche_clock_unref (self->clock);
  g_free (self->folder);
}

/* As another program would. */
ClocheStore *
store_fixture_open_second (StoreFixture *self,
                           GError      **error)
{
  return open_store (self->folder, self->clock, error);
}

void
store_fixture_create (StoreFixture *self,
                      const char   *id,
                      const char   *title)
{
  g_autoptr (ClocheConversation) conversation =
    cloche_conversation_new (id, title, cloche_clock_get_real_us (self->clock));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_store_create_conversation_async (self->store, conversation, NULL,
                                                         cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (self->store, result, &error));
  g_assert_no_error (error);
}

ClocheMessage *
store_fixture_save (StoreFixture  *self,
                    const char    *conversation_id,
                    ClocheMessage *message,
                    GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_save_message_async (self->store, conversation_id, message, NULL,
                                                  cloche_test_result_cb, &result));

  return cloche_store_save_message_finish (self->store, result, error);
}

/* Returns: (transfer full): the id of the new message */
char *
store_fixture_save_text (StoreFixture *self,
                         const char   *conversation_id,
                         const char   *parent_id,
                         const char   *text)
{
  g_autoptr (ClocheMessage) message =
    cloche_message_new (CLOCHE_ROLE_USER, parent_id, cloche_clock_get_real_us (self->clock));
  g_autoptr (ClocheMessage) stored = NULL;
  g_autoptr (GError) error = NULL;

  cloche_message_take_part (message, cloche_message_part_new_text (text));
  stored = store_fixture_save (self, conversation_id, message, &error);
  g_assert_no_error (error);

  return g_strdup (cloche_message_get_id (stored));
}
