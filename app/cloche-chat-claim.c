/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat-private.h"

#include "cloche-app-error.h"
#include "cloche-store-error.h"

#include <glib/gi18n.h>

/*
 * Several programs may have a conversation open; one at a time says something in it, the others follow. Whoever is about to
 * say something claims it: takes its lock, then reads what others have said meanwhile, and only then goes on from there.
 */

static gboolean
has_message (ClocheChat    *self,
             ClocheMessage *message)
{
  const char *id = cloche_message_get_id (message);

  for (guint i = self->history->len; i > 0; i--)
    if (g_str_equal (cloche_message_get_id (g_ptr_array_index (self->history, i - 1)), id))
      return TRUE;

  return FALSE;
}

static gboolean
has_calls (ClocheMessage *message)
{
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++)
    if (cloche_message_part_get_kind (cloche_message_get_part (message, i)) == CLOCHE_MESSAGE_PART_TOOL_CALL)
      return TRUE;

  return FALSE;
}

/* @branch: the newest first. What could not be saved of our own stays before it. */
static void
take_branch (ClocheChat *self,
             GPtrArray  *branch,
             gboolean    is_claimed)
{
  g_autoptr (GPtrArray) news = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
  guint n = 0;

  while (n < branch->len && !has_message (self, g_ptr_array_index (branch, n)))
    n++;
  for (guint i = n; i > 0; i--) {
    ClocheMessage *message = g_ptr_array_index (branch, i - 1);

    /* A row shows a call together with what came of it, so it waits for that, unless nobody is there to bring it. */
    if (i == 1 && !is_claimed && has_calls (message))
      break;
    g_ptr_array_add (news, cloche_message_ref (message));
    g_ptr_array_add (self->history, cloche_message_ref (message));
    cloche_attached_files_add_message (cloche_workspace_files_get_attached (self->files), message);
  }

  cloche_chat_items_add_history (self->items, news);
}

static void
branch_loaded_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheChat *self = g_task_get_source_object (task);
  gboolean is_claimed = GPOINTER_TO_INT (g_task_get_task_data (task));
  GError *error = NULL;
  g_autoptr (GPtrArray) branch = cloche_store_load_branch_finish (CLOCHE_STORE (source), result, &error);

  if (branch == NULL) {
    g_task_return_error (task, error);
    return;
  }

  take_branch (self, branch, is_claimed);
  g_task_return_boolean (task, TRUE);
}

static void
head_loaded_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheChat *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) head = cloche_store_load_branch_finish (CLOCHE_STORE (source), result, &error);

  if (head == NULL)
    g_task_return_error (task, error);
  else if (head->len == 0 || has_message (self, g_ptr_array_index (head, 0)))
    g_task_return_boolean (task, TRUE);
  else
    cloche_store_load_branch_async (self->store, cloche_conversation_get_id (self->conversation), NULL,
                                    CLOCHE_CHAT_MAX_LOADED_MESSAGES, NULL, branch_loaded_cb, g_object_ref (task));
}

/* @is_claimed: nobody else says anything now */
static void
read_news_async (ClocheChat         *self,
                 gboolean            is_claimed,
                 GAsyncReadyCallback callback,
                 gpointer            user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, read_news_async);
  g_task_set_task_data (task, GINT_TO_POINTER (is_claimed), NULL);
  cloche_store_load_branch_async (self->store, cloche_conversation_get_id (self->conversation), NULL, 1, NULL,
                                  head_loaded_cb, task);
}

static void
followed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  ClocheChat *self = CLOCHE_CHAT (source);

  /* What cannot be read now is read before the next question, which then says why not. */
  (void) g_task_propagate_boolean (G_TASK (result), NULL);
  self->is_following = FALSE;
  if (self->is_behind)
    cloche_chat_follow (self);
}

/**
 * cloche_chat_follow:
 *
 * Shows what other programs have said meanwhile. To be called when the store has changed.
 */
void
cloche_chat_follow (ClocheChat *self)
{
  g_return_if_fail (CLOCHE_IS_CHAT (self));

  self->is_behind = self->is_following;
  if (!self->is_loaded || self->is_following)
    return;

  self->is_following = TRUE;
  read_news_async (self, FALSE, followed_cb, NULL);
}

static void
news_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheChat *self = CLOCHE_CHAT (source);
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  cloche_chat_release (self);
  g_prefix_error (&error, "%s ", _ ("The conversation could not be read."));
  g_task_return_error (task, error);
}

static void
locked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheChat *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (cloche_store_write_finish (CLOCHE_STORE (source), result, &error)) {
    read_news_async (self, TRUE, news_read_cb, g_steal_pointer (&task));
  } else if (g_error_matches (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_IN_USE)) {
    const char *holder = *error->message != '\0' ? error->message : _ ("another program");

    /* Translators: the placeholder is the name of a program and the number of its process, “clochectl (1234)”. */
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IN_USE,
                             _ ("This conversation is in use by %s. Wait until it has finished there, or stop it."), holder);
  } else if (g_error_matches (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NO_SPACE)) {
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IN_USE, "%s",
                             _ ("The disk of this computer is full. Free some space and try again."));
  } else {
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IN_USE,
                             /* Translators: the placeholder is what the system says of the failure. */
                             _ ("The conversation cannot be written: %s"), error->message);
  }
}

/*
 * cloche_chat_claim_async:
 *
 * Makes sure that nobody else says anything in the conversation until cloche_chat_release(), and that all that they have
 * said is there.
 *
 * Errors: %CLOCHE_APP_ERROR_IN_USE; those of the store.
 */
void
cloche_chat_claim_async (ClocheChat         *self,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, cloche_chat_claim_async);
  cloche_store_lock_conversation_async (self->store, cloche_conversation_get_id (self->conversation), NULL, locked_cb,
                                        task);
}

gboolean
cloche_chat_claim_finish (ClocheChat   *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Once all that was said is written. */
void
cloche_chat_release (ClocheChat *self)
{
  cloche_store_unlock_conversation (self->store, cloche_conversation_get_id (self->conversation));
}
