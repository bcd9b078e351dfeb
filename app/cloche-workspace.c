/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-workspace.h"

#include "cloche-id.h"

struct _ClocheWorkspace
{
  GObject parent_instance;

  ClocheStore *store;
  ClocheClock *clock;
  GPtrArray *rows;              /* of ClocheConversationRow */
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheWorkspace, cloche_workspace, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
cloche_workspace_get_item_type (GListModel *list)
{
  return CLOCHE_TYPE_CONVERSATION_ROW;
}

static guint
cloche_workspace_get_n_items (GListModel *list)
{
  return CLOCHE_WORKSPACE (list)->rows->len;
}

static gpointer
cloche_workspace_get_item (GListModel *list,
                           guint       position)
{
  GPtrArray *rows = CLOCHE_WORKSPACE (list)->rows;

  return position < rows->len ? g_object_ref (g_ptr_array_index (rows, position)) : NULL;
}

static void
cloche_workspace_finalize (GObject *object)
{
  ClocheWorkspace *self = CLOCHE_WORKSPACE (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->clock, cloche_clock_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_workspace_parent_class)->finalize (object);
}

static void
cloche_workspace_class_init (ClocheWorkspaceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_workspace_finalize;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = cloche_workspace_get_item_type;
  iface->get_n_items = cloche_workspace_get_n_items;
  iface->get_item = cloche_workspace_get_item;
}

static void
cloche_workspace_init (ClocheWorkspace *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
}

ClocheWorkspace *
cloche_workspace_new (ClocheStore *store,
                      ClocheClock *clock)
{
  ClocheWorkspace *self;

  g_return_val_if_fail (CLOCHE_IS_STORE (store), NULL);

  self = g_object_new (CLOCHE_TYPE_WORKSPACE, NULL);
  self->store = g_object_ref (store);
  self->clock = cloche_clock_ref (clock);

  return self;
}

ClocheStore *
cloche_workspace_get_store (ClocheWorkspace *self)
{
  g_return_val_if_fail (CLOCHE_IS_WORKSPACE (self), NULL);

  return self->store;
}

static ClocheConversationRow *
find_row (GPtrArray  *rows,
          const char *id)
{
  for (guint i = 0; i < rows->len; i++) {
    ClocheConversationRow *row = g_ptr_array_index (rows, i);

    if (g_str_equal (cloche_conversation_get_id (cloche_conversation_row_get_conversation (row)), id))
      return row;
  }

  return NULL;
}

static gboolean
is_same_list (GPtrArray *a,
              GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (g_ptr_array_index (a, i) != g_ptr_array_index (b, i))
      return FALSE;

  return TRUE;
}

/* Shows @conversations, with the row objects that are there already. */
static void
take_list (ClocheWorkspace *self,
           GPtrArray       *conversations)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->rows);

  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < conversations->len; i++) {
    ClocheConversation *conversation = g_ptr_array_index (conversations, i);
    ClocheConversationRow *row = find_row (before, cloche_conversation_get_id (conversation));

    if (row != NULL) {
      cloche_conversation_row_update (row, conversation);
      g_object_ref (row);
    } else {
      row = cloche_conversation_row_new (conversation);
    }
    g_ptr_array_add (self->rows, row);
  }

  if (!is_same_list (before, self->rows))
    g_list_model_items_changed (G_LIST_MODEL (self), 0, before->len, self->rows->len);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheWorkspace *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) conversations = cloche_store_list_conversations_finish (CLOCHE_STORE (source), result, &error);

  if (conversations == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  take_list (self, conversations);
  g_task_return_boolean (task, TRUE);
}

void
cloche_workspace_load_async (ClocheWorkspace    *self,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_load_async);
  cloche_store_list_conversations_async (self->store, cancellable, listed_cb, task);
}

gboolean
cloche_workspace_load_finish (ClocheWorkspace *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
loaded_after_change_cb (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  ClocheConversation *created = g_task_get_task_data (task);

  if (!cloche_workspace_load_finish (CLOCHE_WORKSPACE (source), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (created != NULL)
    g_task_return_pointer (task, cloche_conversation_ref (created), (GDestroyNotify) cloche_conversation_unref);
  else
    g_task_return_boolean (task, TRUE);
}

/* The list is read again after each change: the store alone knows what it looks like then. */
static void
changed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;

  if (!cloche_store_write_finish (CLOCHE_STORE (source), result, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_workspace_load_async (g_task_get_source_object (task), g_task_get_cancellable (task),
                               loaded_after_change_cb, g_object_ref (task));
}

/**
 * cloche_workspace_create_async:
 * @title: to begin with
 */
void
cloche_workspace_create_async (ClocheWorkspace    *self,
                               const char         *title,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autofree char *id = cloche_id_new ();
  ClocheConversation *conversation;
  GTask *task;

  g_return_if_fail (CLOCHE_IS_WORKSPACE (self));

  conversation = cloche_conversation_new (id, title, cloche_clock_get_real_us (self->clock));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_create_async);
  g_task_set_task_data (task, conversation, (GDestroyNotify) cloche_conversation_unref);
  cloche_store_create_conversation_async (self->store, conversation, cancellable, changed_cb, task);
}

ClocheConversation *
cloche_workspace_create_finish (ClocheWorkspace *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
cloche_workspace_rename_async (ClocheWorkspace    *self,
                               const char         *id,
                               const char         *title,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_rename_async);
  cloche_store_rename_conversation_async (self->store, id, title, cancellable, changed_cb, task);
}

void
cloche_workspace_delete_async (ClocheWorkspace    *self,
                               const char         *id,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_delete_async);
  cloche_store_delete_conversation_async (self->store, id, cancellable, changed_cb, task);
}

void
cloche_workspace_undo_delete_async (ClocheWorkspace    *self,
                                    const char         *id,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_undo_delete_async);
  cloche_store_undo_delete_async (self->store, id, cancellable, changed_cb, task);
}

gboolean
cloche_workspace_change_finish (ClocheWorkspace *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
