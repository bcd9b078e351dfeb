/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat.h"

#include "cloche-attachment.h"
#include "cloche-chat-private.h"
#include "cloche-notice.h"

enum {
  PROP_0,
  PROP_TITLE,
  PROP_BUSY,
  PROP_MODEL,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheChat, cloche_chat, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
cloche_chat_get_item_type (GListModel *list)
{
  return CLOCHE_TYPE_ITEM;
}

static guint
cloche_chat_get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (CLOCHE_CHAT (list)->items));
}

static gpointer
cloche_chat_get_item (GListModel *list,
                      guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (CLOCHE_CHAT (list)->items), position);
}

static void
cloche_chat_dispose (GObject *object)
{
  ClocheChat *self = CLOCHE_CHAT (object);

  g_clear_object (&self->store);
  g_clear_object (&self->sandbox);
  g_clear_object (&self->provider);
  g_clear_object (&self->files);
  g_clear_object (&self->items);
  g_clear_object (&self->stop);

  G_OBJECT_CLASS (cloche_chat_parent_class)->dispose (object);
}

static void
cloche_chat_finalize (GObject *object)
{
  ClocheChat *self = CLOCHE_CHAT (object);

  g_clear_pointer (&self->conversation, cloche_conversation_unref);
  g_clear_pointer (&self->clock, cloche_clock_unref);
  g_clear_pointer (&self->model, cloche_model_info_unref);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_clear_pointer (&self->notices, g_ptr_array_unref);
  g_clear_pointer (&self->runs, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_chat_parent_class)->finalize (object);
}

static void
cloche_chat_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  ClocheChat *self = CLOCHE_CHAT (object);

  switch (prop_id) {
  case PROP_TITLE:
    g_value_set_string (value, cloche_chat_get_title (self));
    break;
  case PROP_BUSY:
    g_value_set_boolean (value, cloche_chat_is_busy (self));
    break;
  case PROP_MODEL:
    g_value_set_boxed (value, cloche_chat_get_model (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_chat_class_init (ClocheChatClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_chat_dispose;
  object_class->finalize = cloche_chat_finalize;
  object_class->get_property = cloche_chat_get_property;

  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_MODEL] = g_param_spec_boxed ("model", NULL, NULL, CLOCHE_TYPE_MODEL_INFO,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = cloche_chat_get_item_type;
  iface->get_n_items = cloche_chat_get_n_items;
  iface->get_item = cloche_chat_get_item;
}

static void
items_changed_cb (GListModel *items,
                  guint       position,
                  guint       n_removed,
                  guint       n_added,
                  ClocheChat *self)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

static void
cloche_chat_init (ClocheChat *self)
{
  self->items = cloche_chat_items_new ();
  self->history = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
  self->notices = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_part_unref);
  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_object (self->items, "items-changed", G_CALLBACK (items_changed_cb), self, 0);
}

/**
 * cloche_chat_new:
 * @conversation: is in the store already
 */
ClocheChat *
cloche_chat_new (ClocheStore        *store,
                 ClocheConversation *conversation,
                 ClocheSandbox      *sandbox,
                 ClocheClock        *clock)
{
  ClocheChat *self;

  g_return_val_if_fail (CLOCHE_IS_STORE (store), NULL);
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (sandbox), NULL);

  self = g_object_new (CLOCHE_TYPE_CHAT, NULL);
  self->store = g_object_ref (store);
  self->conversation = cloche_conversation_copy (conversation);
  self->sandbox = g_object_ref (sandbox);
  self->files = cloche_workspace_files_new (sandbox);
  self->clock = cloche_clock_ref (clock);

  return self;
}

/**
 * cloche_chat_get_conversation:
 *
 * A copy of our own, as of when the chat was made but for the title and the model.
 */
ClocheConversation *
cloche_chat_get_conversation (ClocheChat *self)
{
  g_return_val_if_fail (CLOCHE_IS_CHAT (self), NULL);

  return self->conversation;
}

ClocheSandbox *
cloche_chat_get_sandbox (ClocheChat *self)
{
  g_return_val_if_fail (CLOCHE_IS_CHAT (self), NULL);

  return self->sandbox;
}

const char *
cloche_chat_get_title (ClocheChat *self)
{
  g_return_val_if_fail (CLOCHE_IS_CHAT (self), NULL);

  return cloche_conversation_get_title (self->conversation);
}

/**
 * cloche_chat_set_title:
 *
 * Shows another title; the store is the caller's business.
 */
void
cloche_chat_set_title (ClocheChat *self,
                       const char *title)
{
  g_return_if_fail (CLOCHE_IS_CHAT (self));

  if (g_strcmp0 (cloche_conversation_get_title (self->conversation), title) == 0)
    return;

  cloche_conversation_set_title (self->conversation, title);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

gboolean
cloche_chat_is_busy (ClocheChat *self)
{
  g_return_val_if_fail (CLOCHE_IS_CHAT (self), FALSE);

  return self->stop != NULL;
}

ClocheModelInfo *
cloche_chat_get_model (ClocheChat *self)
{
  g_return_val_if_fail (CLOCHE_IS_CHAT (self), NULL);

  return self->model;
}

static void
row_saved_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheChat) self = CLOCHE_CHAT (user_data);
  g_autoptr (GError) error = NULL;

  if (!cloche_store_write_finish (CLOCHE_STORE (source), result, &error))
    cloche_chat_items_add_notice (self->items, CLOCHE_NOTICE_NOT_SAVED, error->message);
}

/**
 * cloche_chat_set_model:
 *
 * Chooses who answers from the next question on, and remembers it with the conversation.
 */
void
cloche_chat_set_model (ClocheChat      *self,
                       ClocheProvider  *provider,
                       ClocheModelInfo *model)
{
  const char *endpoint = cloche_provider_get_endpoint (provider);
  const char *id = cloche_model_info_get_id (model);

  g_return_if_fail (CLOCHE_IS_CHAT (self));

  g_set_object (&self->provider, provider);
  cloche_chat_take_model (self, model);
  if (g_strcmp0 (cloche_conversation_get_endpoint (self->conversation), endpoint) != 0 ||
      g_strcmp0 (cloche_conversation_get_model (self->conversation), id) != 0) {
    cloche_conversation_set_model (self->conversation, endpoint, id);
    cloche_store_set_model_async (self->store, cloche_conversation_get_id (self->conversation), endpoint, id,
                                  NULL, row_saved_cb, g_object_ref (self));
  }
}

/**
 * cloche_chat_set_network:
 * @hosts: (nullable): what the mode is about
 *
 * Remembers what the machine may reach, and tells it to the model from the next question on. To let the machine reach it is
 * the caller's business.
 */
void
cloche_chat_set_network (ClocheChat        *self,
                         ClocheNetworkMode  mode,
                         const char *const *hosts)
{
  g_return_if_fail (CLOCHE_IS_CHAT (self));

  cloche_conversation_set_network_mode (self->conversation, mode);
  cloche_conversation_set_allowed_hosts (self->conversation, hosts);
  cloche_store_set_network_async (self->store, cloche_conversation_get_id (self->conversation), mode, hosts, NULL,
                                  row_saved_cb, g_object_ref (self));
}

/**
 * cloche_chat_set_asking:
 * @is_asking: whether a person is asked here about what the machine may not reach; at first nobody is
 *
 * Tells it to the model from the next question on. To ask is the caller's business.
 */
void
cloche_chat_set_asking (ClocheChat *self,
                        gboolean    is_asking)
{
  g_return_if_fail (CLOCHE_IS_CHAT (self));

  self->is_asking = is_asking;
}

static void
branch_loaded_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = cloche_store_load_branch_finish (CLOCHE_STORE (source), result, &error);

  if (messages == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  for (guint i = messages->len; i > 0; i--) {
    ClocheMessage *message = g_ptr_array_index (messages, i - 1);

    g_ptr_array_add (self->history, cloche_message_ref (message));
    cloche_attached_files_add_message (cloche_workspace_files_get_attached (self->files), message);
  }
  cloche_chat_items_add_history (self->items, self->history);
  self->is_loaded = TRUE;
  g_task_return_boolean (task, TRUE);
}

void
cloche_chat_load_async (ClocheChat         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_CHAT (self));
  g_return_if_fail (self->history->len == 0);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_chat_load_async);
  cloche_store_load_branch_async (self->store, cloche_conversation_get_id (self->conversation), NULL,
                                  CLOCHE_CHAT_MAX_LOADED_MESSAGES, cancellable, branch_loaded_cb, task);
}

gboolean
cloche_chat_load_finish (ClocheChat   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

typedef struct
{
  GFile *file;
  gboolean has_origin;
} Attach;

static void
attach_free (Attach *attach)
{
  g_object_unref (attach->file);
  g_free (attach);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  ClocheFile *file = cloche_attachment_put_finish (result, &error);

  cloche_chat_release (self);
  if (file == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_workspace_files_forget (self->files);
  g_task_return_pointer (task, file, (GDestroyNotify) cloche_file_unref);
}

static void
claimed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = CLOCHE_CHAT (source);
  Attach *attach = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (cloche_chat_claim_finish (self, result, &error))
    cloche_attachment_put_async (attach->file, attach->has_origin, self->sandbox, cancellable, attached_cb,
                                 g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/**
 * cloche_chat_attach_async:
 * @has_origin: whether it is a file of the person's own, which may be replaced later by what becomes of it
 */
void
cloche_chat_attach_async (ClocheChat         *self,
                          GFile              *file,
                          gboolean            has_origin,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task;
  Attach *attach;

  g_return_if_fail (CLOCHE_IS_CHAT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_chat_attach_async);
  attach = g_new0 (Attach, 1);
  attach->file = g_object_ref (file);
  attach->has_origin = has_origin;
  g_task_set_task_data (task, attach, (GDestroyNotify) attach_free);
  cloche_chat_claim_async (self, claimed_cb, task);
}

/**
 * cloche_chat_attach_finish:
 *
 * Returns: (transfer full): to be given to cloche_chat_send_async()
 *
 * Errors: %CLOCHE_APP_ERROR, %G_IO_ERROR, those of the machine.
 */
ClocheFile *
cloche_chat_attach_finish (ClocheChat   *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/*
 * cloche_chat_take_stop:
 * @stop: (nullable): what ends the turn that begins now; %NULL when it has ended
 */
void
cloche_chat_take_stop (ClocheChat   *self,
                       GCancellable *stop)
{
  g_set_object (&self->stop, stop);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

/*
 * cloche_chat_take_model:
 * @model: the same one, of which more is known now
 */
void
cloche_chat_take_model (ClocheChat      *self,
                        ClocheModelInfo *model)
{
  cloche_model_info_ref (model);
  g_clear_pointer (&self->model, cloche_model_info_unref);
  self->model = model;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
}

/**
 * cloche_chat_add_notice:
 * @code: of cloche-notice.h
 * @detail: (nullable): plain facts
 *
 * Shows a notice now; the results of the tools that run, or else the next question, carry it to the model and the store.
 */
void
cloche_chat_add_notice (ClocheChat *self,
                        const char *code,
                        const char *detail)
{
  g_return_if_fail (CLOCHE_IS_CHAT (self));

  g_ptr_array_add (self->notices, cloche_message_part_new_notice (code, detail));
  cloche_chat_items_add_notice (self->items, code, detail);
}
