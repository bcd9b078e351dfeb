/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-context.h"

#include "cloche-endpoints.h"
#include "cloche-id.h"
#include "cloche-machine-sandbox.h"
#include "cloche-notice.h"
#include "cloche-ollama-wire.h"
#include "cloche-openai-wire.h"
#include "cloche-settings.h"
#include "cloche-staging.h"
#include "cloche-tour.h"
#include "cloche-trash.h"

/* A conversation that was opened in this run, and its machine. It stays: a turn may go on while another one is looked at. */
typedef struct
{
  ClocheChat *chat;
  ClocheMachine *machine;
  ClocheNetwork *network;
} Open;

struct _ClocheContext
{
  GObject parent_instance;

  ClochePaths *paths;
  ClocheClock *clock;
  ClocheMachineHost *host;
  GSettings *settings;
  ClocheStore *store;
  ClocheWorkspace *workspace;
  ClocheModels *models;
  ClocheEndpoints *endpoints;
  ClocheTrash *trash;
  GHashTable *open;        /* conversation id → Open */
  gboolean reads_keys;     /* from the environment */
  gboolean is_asking;
};

G_DEFINE_FINAL_TYPE (ClocheContext, cloche_context, G_TYPE_OBJECT)

enum {
  SIGNAL_ENDPOINTS_CHANGED,
  SIGNAL_PROBLEM,
  SIGNAL_ASKED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
open_free (gpointer data)
{
  Open *open = data;

  g_object_unref (open->network);
  g_object_unref (open->chat);
  g_object_unref (open->machine);
  g_free (open);
}

static void
endpoints_changed_cb (ClocheContext *self)
{
  g_signal_emit (self, signals[SIGNAL_ENDPOINTS_CHANGED], 0);
}

static void
problem_cb (ClocheContext *self,
            const char    *sentence)
{
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
}

static void
asked_cb (ClocheContext         *self,
          ClocheNetworkQuestion *question,
          ClocheNetwork         *network)
{
  /* Whoever looks there because of the first sees the others. */
  if (g_list_model_get_n_items (cloche_network_get_questions (network)) == 1)
    g_signal_emit (self, signals[SIGNAL_ASKED], 0, network, question);
}

static void
removed_cb (ClocheContext *self,
            const char    *conversation_id)
{
  g_hash_table_remove (self->open, conversation_id);
}

static void
workspace_loaded_cb (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_workspace_load_finish (CLOCHE_WORKSPACE (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
endpoints_loaded_cb (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheContext *self = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (!cloche_endpoints_load_finish (CLOCHE_ENDPOINTS (object), result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  cloche_workspace_load_async (self->workspace, cancellable, workspace_loaded_cb,
                               g_steal_pointer (&task));
}

static void
list_read_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheContext) self = user_data;
  GListModel *rows = G_LIST_MODEL (object);

  /* Until the next change, or the next start, the list is what it was. */
  (void) cloche_workspace_load_finish (CLOCHE_WORKSPACE (object), result, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++) {
    g_autoptr (ClocheConversationRow) row = g_list_model_get_item (rows, i);
    ClocheConversation *conversation = cloche_conversation_row_get_conversation (row);
    Open *open = g_hash_table_lookup (self->open, cloche_conversation_get_id (conversation));

    if (open != NULL)
      cloche_network_follow (open->network, conversation);
  }
}

/* Another program has written. */
static void
store_changed_cb (ClocheContext *self)
{
  GHashTableIter iter;
  gpointer open;

  cloche_workspace_load_async (self->workspace, NULL, list_read_cb, g_object_ref (self));
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, NULL, &open))
    cloche_chat_follow (((Open *) open)->chat);
}

static void
store_opened_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheContext *self = g_task_get_source_object (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  self->store = cloche_store_open_finish (result, &error);
  if (self->store == NULL) {
    g_task_return_error (task, error);
    return;
  }

  g_signal_connect_object (self->store, "changed", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
  self->workspace = cloche_workspace_new (self->store, self->clock);
  self->trash = cloche_trash_new (self->store, self->host, self->clock);
  g_signal_connect_object (self->trash, "removed", G_CALLBACK (removed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->trash, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  self->endpoints = cloche_endpoints_new (self->store, self->models);
  if (self->reads_keys)
    cloche_endpoints_read_keys_from_environment (self->endpoints);
  g_signal_connect_object (self->endpoints, "changed", G_CALLBACK (endpoints_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->endpoints, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  cloche_endpoints_load_async (self->endpoints, cancellable, endpoints_loaded_cb,
                               g_steal_pointer (&task));
}

static void
machine_written_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (ClocheContext) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!cloche_store_write_finish (CLOCHE_STORE (object), result, &error))
    problem_cb (self, error->message);
}

/* A conversation gets the name of its machine when it is opened first; the machine itself comes with its first use. */
static ClocheMachine *
make_machine (ClocheContext      *self,
              ClocheConversation *conversation)
{
  const char *known = cloche_conversation_get_machine_id (conversation);
  g_autofree char *id = known != NULL ? g_strdup (known) : cloche_id_new ();

  if (known == NULL)
    cloche_store_set_machine_async (self->store, cloche_conversation_get_id (conversation), id, NULL,
                                    machine_written_cb, g_object_ref (self));

  return cloche_machine_new (self->host, id);
}

static char *
dup_log_path (ClocheContext *self,
              ClocheMachine *machine)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (self->paths);

  return g_build_filename (machines, cloche_machine_get_id (machine), "egress.log", NULL);
}

static void
memory_lost_cb (ClocheChat *chat)
{
  cloche_chat_add_notice (chat, CLOCHE_NOTICE_VARIABLES_LOST, NULL);
}

static void
disk_full_cb (ClocheChat *chat)
{
  cloche_chat_add_notice (chat, CLOCHE_NOTICE_DISK_FULL, NULL);
}

static Open *
find_open (ClocheContext *self,
           ClocheChat    *chat)
{
  return g_hash_table_lookup (self->open, cloche_conversation_get_id (cloche_chat_get_conversation (chat)));
}

static void
cloche_context_finalize (GObject *object)
{
  ClocheContext *self = CLOCHE_CONTEXT (object);

  g_clear_pointer (&self->open, g_hash_table_unref);
  g_clear_object (&self->endpoints);
  g_clear_object (&self->trash);
  g_clear_object (&self->models);
  g_clear_object (&self->workspace);
  g_clear_object (&self->store);
  g_clear_object (&self->settings);
  g_clear_object (&self->host);
  g_clear_object (&self->paths);
  g_clear_pointer (&self->clock, cloche_clock_unref);

  G_OBJECT_CLASS (cloche_context_parent_class)->finalize (object);
}

static void
cloche_context_class_init (ClocheContextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_context_finalize;
  signals[SIGNAL_ENDPOINTS_CHANGED] = g_signal_new ("endpoints-changed", CLOCHE_TYPE_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL,
                                                    NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ASKED] = g_signal_new ("asked", CLOCHE_TYPE_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, CLOCHE_TYPE_NETWORK, CLOCHE_TYPE_NETWORK_QUESTION);
}

static void
cloche_context_init (ClocheContext *self)
{
  self->clock = cloche_clock_new_system ();
  self->models = cloche_models_new ();
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, open_free);
}

ClocheContext *
cloche_context_new (ClochePaths *paths)
{
  ClocheContext *self = g_object_new (CLOCHE_TYPE_CONTEXT, NULL);

  self->paths = g_object_ref (paths);
  self->host = cloche_machine_host_new (paths);

  return self;
}

/**
 * cloche_context_open_async:
 *
 * Errors: those of the store and of its settings; without them there is nothing to show.
 */
void
cloche_context_open_async (ClocheContext      *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, cloche_context_open_async);
  self->settings = cloche_settings_new (cloche_paths_get_config_dir (self->paths), &error);
  if (self->settings == NULL) {
    g_task_return_error (task, error);
    return;
  }

  cloche_store_open_async (cloche_paths_get_data_dir (self->paths), self->clock, cancellable, store_opened_cb,
                           g_steal_pointer (&task));
}

gboolean
cloche_context_open_finish (ClocheContext *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

GSettings *
cloche_context_get_settings (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), NULL);

  return self->settings;
}

ClocheWorkspace *
cloche_context_get_workspace (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), NULL);

  return self->workspace;
}

ClocheModels *
cloche_context_get_models (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), NULL);

  return self->models;
}

/**
 * cloche_context_open_chat:
 *
 * Returns: (transfer full): the same object for the same conversation
 */
ClocheChat *
cloche_context_open_chat (ClocheContext      *self,
                          ClocheConversation *conversation)
{
  const char *id = cloche_conversation_get_id (conversation);
  Open *open = g_hash_table_lookup (self->open, id);
  g_autoptr (ClocheMachineSandbox) sandbox = NULL;
  g_autofree char *log_path = NULL;

  if (open != NULL)
    return g_object_ref (open->chat);

  open = g_new0 (Open, 1);
  open->machine = make_machine (self, conversation);
  sandbox = cloche_machine_sandbox_new (open->machine);
  open->chat = cloche_chat_new (self->store, conversation, CLOCHE_SANDBOX (sandbox), self->clock);
  g_signal_connect_object (open->machine, "memory-lost", G_CALLBACK (memory_lost_cb), open->chat, G_CONNECT_SWAPPED);
  g_signal_connect_object (open->machine, "disk-full", G_CALLBACK (disk_full_cb), open->chat, G_CONNECT_SWAPPED);
  log_path = dup_log_path (self, open->machine);
  cloche_machine_network_set_asking (cloche_machine_get_network (open->machine), self->is_asking);
  cloche_chat_set_asking (open->chat, self->is_asking);
  open->network = cloche_network_new (open->machine, open->chat, self->store, log_path);
  g_signal_connect_object (open->network, "problem", G_CALLBACK (problem_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (open->network, "asked", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->open, g_strdup (id), open);

  return g_object_ref (open->chat);
}

/**
 * cloche_context_get_machine:
 * @chat: from cloche_context_open_chat()
 */
ClocheMachine *
cloche_context_get_machine (ClocheContext *self,
                            ClocheChat    *chat)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), NULL);

  return find_open (self, chat)->machine;
}

/**
 * cloche_context_get_network:
 * @chat: from cloche_context_open_chat()
 */
ClocheNetwork *
cloche_context_get_network (ClocheContext *self,
                            ClocheChat    *chat)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), NULL);

  return find_open (self, chat)->network;
}

/**
 * cloche_context_set_asking:
 *
 * There is a person here who can be asked about the network. To be called before conversations are opened.
 */
void
cloche_context_set_asking (ClocheContext *self,
                           gboolean       is_asking)
{
  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  self->is_asking = is_asking;
}

static char *
dup_staging_folder (ClocheContext *self)
{
  return g_build_filename (cloche_paths_get_cache_dir (self->paths), "files", NULL);
}

ClocheFiles *
cloche_context_open_files (ClocheContext *self,
                           ClocheChat    *chat)
{
  g_autofree char *folder = dup_staging_folder (self);

  return cloche_files_new (self->store, cloche_conversation_get_id (cloche_chat_get_conversation (chat)),
                           cloche_chat_get_sandbox (chat), folder);
}

ClocheStatus *
cloche_context_open_status (ClocheContext *self,
                            ClocheChat    *chat)
{
  return cloche_status_new (find_open (self, chat)->machine);
}

/**
 * cloche_context_stop_chat:
 *
 * Ends what runs in a conversation, whether or not it is being looked at.
 */
void
cloche_context_stop_chat (ClocheContext *self,
                          const char    *conversation_id)
{
  Open *open = g_hash_table_lookup (self->open, conversation_id);

  if (open != NULL)
    cloche_chat_stop (open->chat);
}

void
cloche_context_use_tour (ClocheContext *self,
                         ClocheChat    *chat)
{
  g_autoptr (ClocheProvider) tour = cloche_tour_new ();
  g_autoptr (ClocheModelInfo) info = cloche_tour_make_model_info ();

  cloche_chat_set_model (chat, tour, info);
}

/**
 * cloche_context_empty_trash:
 *
 * Removes deleted conversations for good, with their machines. To be called when nobody can undo it any more.
 */
void
cloche_context_empty_trash (ClocheContext *self)
{
  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  cloche_trash_empty (self->trash);
}

/**
 * cloche_context_clean_up:
 *
 * Removes copies that other programs were given long ago. To be called at the window's start.
 */
void
cloche_context_clean_up (ClocheContext *self)
{
  g_autofree char *folder = NULL;

  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  folder = dup_staging_folder (self);
  cloche_staging_clean_async (folder, cloche_clock_get_real_us (self->clock) / G_USEC_PER_SEC, NULL, NULL);
}

GPtrArray *
cloche_context_get_endpoints (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), NULL);

  return cloche_endpoints_get_all (self->endpoints);
}

/**
 * cloche_context_dup_base_url:
 *
 * Returns: (nullable): the address at which a server of @kind is spoken to, if @address can be understood
 */
char *
cloche_context_dup_base_url (const char *kind,
                             const char *address)
{
  return g_str_equal (kind, CLOCHE_ENDPOINT_OPENAI) ? cloche_openai_parse_base_url (address, NULL)
         : cloche_ollama_parse_host (address, NULL);
}

/**
 * cloche_context_read_keys_from_environment:
 *
 * To be called before it is opened: keys in variables count for this run.
 */
void
cloche_context_read_keys_from_environment (ClocheContext *self)
{
  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  self->reads_keys = TRUE;
}

/**
 * cloche_context_is_saving_endpoints:
 *
 * Whether a change of an endpoint, or its key, has not been written yet.
 */
gboolean
cloche_context_is_saving_endpoints (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), FALSE);

  return cloche_endpoints_is_saving (self->endpoints);
}

gboolean
cloche_context_are_keys_kept (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), FALSE);

  return cloche_endpoints_are_keys_kept (self->endpoints);
}

void
cloche_context_save_endpoint (ClocheContext  *self,
                              ClocheEndpoint *endpoint,
                              const char     *key)
{
  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  cloche_endpoints_save (self->endpoints, endpoint, key);
}

void
cloche_context_delete_endpoint (ClocheContext *self,
                                const char    *id)
{
  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  cloche_endpoints_delete (self->endpoints, id);
}

void
cloche_context_refresh_models (ClocheContext *self)
{
  g_return_if_fail (CLOCHE_IS_CONTEXT (self));

  cloche_endpoints_refresh (self->endpoints);
}

/**
 * cloche_context_are_models_known:
 *
 * Whether every endpoint has been asked with the key that it wants, and has answered or failed to.
 */
gboolean
cloche_context_are_models_known (ClocheContext *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONTEXT (self), FALSE);

  return cloche_endpoints_are_keys_known (self->endpoints) && !cloche_models_is_loading (self->models);
}
