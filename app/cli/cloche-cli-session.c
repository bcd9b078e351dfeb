/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-session.h"

#include "cloche-app-error.h"
#include "cloche-cli-asker.h"
#include "cloche-cli-machine.h"
#include "cloche-cli-refused.h"
#include "cloche-id.h"
#include "cloche-notice.h"
#include "cloche-store-error.h"
#include "cloche-string.h"
#include "cloche-tour.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct _ClocheCliSession
{
  ClocheCli *cli;
  ClocheContext *context;
  ClocheChat *chat;             /* NULL before begin and resume */
  ClocheCliPrinter *printer;
  ClocheCliAsker *asker;        /* NULL: nobody can be asked here */
  ClocheRefusals *refusals;
  gboolean is_new;              /* @chat was begun here */
  gboolean has_machine_gone;    /* in the turn at hand, without having been asked to */
};

/* A problem of the store in words; everything else speaks for itself. */
static const char *
store_text (const GError *error)
{
  if (error->domain != CLOCHE_STORE_ERROR)
    return _ ("The conversations could not be opened.");

  switch (error->code) {
  case CLOCHE_STORE_ERROR_NO_SPACE:
    return _ ("The disk of this computer is full, so nothing can be kept. Free some space and try again.");
  case CLOCHE_STORE_ERROR_READ_ONLY:
    return _ ("The folder with the conversations cannot be written. Check who owns it.");
  case CLOCHE_STORE_ERROR_BUSY:
    return _ ("Another program holds the conversations. Try again in a moment.");
  case CLOCHE_STORE_ERROR_DAMAGED:
    return _ ("The file with the conversations is damaged.");
  case CLOCHE_STORE_ERROR_NEWER:
    return _ ("The conversations were written by a newer version of Cloche. Install that one.");
  default:
    return _ ("The conversations could not be opened.");
  }
}

static void
problem_cb (ClocheContext *context,
            const char    *sentence)
{
  g_printerr ("%s\n", sentence);
}

ClocheCliSession *
cloche_cli_session_new (ClocheCli *cli)
{
  ClocheCliSession *self = g_new0 (ClocheCliSession, 1);

  self->cli = cli;
  self->context = cloche_context_new (cli->paths);
  cloche_context_read_keys_from_environment (self->context);
  cloche_context_set_asking (self->context, cloche_cli_asker_is_possible ());
  self->printer = cloche_cli_printer_new (stdout, isatty (STDOUT_FILENO));
  g_signal_connect (self->context, "problem", G_CALLBACK (problem_cb), NULL);

  return self;
}

/* Everything that is said is written by one thread in its order: once this has an answer, all before it has been kept. */
static void
flush (ClocheCliSession *self)
{
  ClocheWorkspace *workspace = cloche_context_get_workspace (self->context);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  if (workspace == NULL)
    return;

  cloche_workspace_load_async (workspace, NULL, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  (void) cloche_workspace_load_finish (workspace, result, NULL);        /* Failures to write are told by the chat. */
}

/* A conversation that was begun for a question that could not be asked is none. */
static void
delete_if_empty (ClocheCliSession *self)
{
  ClocheWorkspace *workspace = cloche_context_get_workspace (self->context);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->is_new || g_list_model_get_n_items (G_LIST_MODEL (self->chat)) > 0)
    return;

  cloche_workspace_delete_async (workspace, cloche_conversation_get_id (cloche_chat_get_conversation (self->chat)), NULL,
                                 cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!cloche_workspace_change_finish (workspace, result, &error))
    (void) cloche_cli_fail (error, store_text (error)); /* Whoever ends has an exit code already. */
}

void
cloche_cli_session_free (ClocheCliSession *self)
{
  delete_if_empty (self);
  flush (self);
  cloche_cli_printer_free (self->printer);
  g_clear_pointer (&self->asker, cloche_cli_asker_free);
  g_clear_object (&self->refusals);
  g_clear_object (&self->chat);
  g_object_unref (self->context);
  g_free (self);
}

ClocheContext *
cloche_cli_session_get_context (ClocheCliSession *self)
{
  return self->context;
}

ClocheChat *
cloche_cli_session_get_chat (ClocheCliSession *self)
{
  return self->chat;
}

/**
 * cloche_cli_session_open:
 *
 * Opens the store; to be called first.
 */
int
cloche_cli_session_open (ClocheCliSession *self)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_context_open_async (self->context, self->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (cloche_context_open_finish (self->context, result, &error))
    return CLOCHE_CLI_OK;

  return cloche_cli_fail (error, store_text (error));
}

static void
answer_cb (ClocheNetworkQuestion *question,
           ClocheNetworkAnswer    answer,
           gpointer               network)
{
  cloche_network_answer (network, question, answer);
}

static void
follow_network (ClocheCliSession *self)
{
  ClocheNetwork *network = cloche_context_get_network (self->context, self->chat);
  ClocheMachine *machine = cloche_context_get_machine (self->context, self->chat);

  self->refusals = cloche_refusals_new (cloche_machine_get_network (machine));
  if (cloche_cli_asker_is_possible ())
    self->asker = cloche_cli_asker_new (cloche_network_get_questions (network), STDIN_FILENO, stderr, answer_cb, network);
}

static int
open_chat (ClocheCliSession   *self,
           ClocheConversation *conversation)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  self->chat = cloche_context_open_chat (self->context, conversation);
  cloche_chat_load_async (self->chat, self->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!cloche_chat_load_finish (self->chat, result, &error))
    return cloche_cli_fail (error, _ ("The conversation could not be read."));

  cloche_cli_printer_follow (self->printer, G_LIST_MODEL (self->chat));
  follow_network (self);

  return CLOCHE_CLI_OK;
}

/**
 * cloche_cli_session_begin:
 *
 * Begins a new conversation.
 */
int
cloche_cli_session_begin (ClocheCliSession *self,
                          const char       *title)
{
  ClocheWorkspace *workspace = cloche_context_get_workspace (self->context);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheConversation) conversation = NULL;
  int status;

  cloche_workspace_create_async (workspace, title, self->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  conversation = cloche_workspace_create_finish (workspace, result, &error);
  if (conversation == NULL)
    return cloche_cli_fail (error, store_text (error));

  status = open_chat (self, conversation);
  self->is_new = status == CLOCHE_CLI_OK;

  return status;
}

/**
 * cloche_cli_session_resume:
 * @id: (nullable): of the conversation; %NULL: the one that was used last
 *
 * Goes on with a conversation.
 */
int
cloche_cli_session_resume (ClocheCliSession *self,
                           const char       *id)
{
  GListModel *rows = G_LIST_MODEL (cloche_context_get_workspace (self->context));

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++) {
    g_autoptr (ClocheConversationRow) row = g_list_model_get_item (rows, i);
    ClocheConversation *conversation = cloche_conversation_row_get_conversation (row);

    if (id == NULL || g_str_equal (cloche_conversation_get_id (conversation), id))
      return open_chat (self, conversation);
  }

  if (id == NULL)
    g_printerr ("%s\n", _ ("There is no conversation to go on with yet. Leave out --last to begin one."));
  else
    /* Translators: the placeholder is what was given as the id of a conversation. */
    g_printerr (_ ("There is no conversation “%s”. Each answer ends in the id of its own.\n"), id);

  return CLOCHE_CLI_FAILED;
}

/**
 * cloche_cli_session_check_machine:
 *
 * Whether machines can run here, asked before a model is told that it has one: it would go on guessing without.
 */
int
cloche_cli_session_check_machine (ClocheCliSession *self)
{
  ClocheMachine *machine = cloche_context_get_machine (self->context, self->chat);
  ClocheMachineHost *host = cloche_machine_get_host (machine);
  g_autofree char *machines = cloche_paths_dup_machines_dir (self->cli->paths);
  g_autofree char *folder = g_build_filename (machines, cloche_machine_get_id (machine), NULL);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheBaseFolder) base = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_host_prepare_async (host, self->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!cloche_machine_host_prepare_finish (host, result, &error))
    return cloche_cli_machine_fail (error);

  /* A machine that is there has a base of its own. */
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return CLOCHE_CLI_OK;

  base = cloche_base_store_newest (cloche_machine_host_get_bases (host), cloche_machine_host_get_program (host)->version,
                                   cloche_machine_host_get_accelerator (host), CLOCHE_MACHINE_SIZE_NORMAL, &error);

  return base != NULL ? CLOCHE_CLI_OK : cloche_cli_machine_fail (error);
}

/**
 * cloche_cli_session_allow:
 * @hosts: (nullable): what the machine may reach besides what the conversation allowed before
 */
int
cloche_cli_session_allow (ClocheCliSession  *self,
                          const char *const *hosts)
{
  ClocheNetwork *network = cloche_context_get_network (self->context, self->chat);
  g_autoptr (GError) error = NULL;

  return cloche_network_allow (network, hosts, &error) ? CLOCHE_CLI_OK : cloche_cli_machine_fail (error);
}

static int
attach (ClocheCliSession *self,
        const char       *path,
        GPtrArray        *attached)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *printable = cloche_text_make_printable (path, -1);
  /* The tour's samples are the program's own. */
  gboolean has_origin = g_strcmp0 (cloche_model_info_get_endpoint (cloche_chat_get_model (self->chat)),
                                   CLOCHE_TOUR_ENDPOINT) != 0;
  ClocheFile *copy;

  cloche_chat_attach_async (self->chat, file, has_origin, self->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  copy = cloche_chat_attach_finish (self->chat, result, &error);
  if (copy != NULL) {
    g_ptr_array_add (attached, copy);
    return CLOCHE_CLI_OK;
  }

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cloche_cli_fail (error, "");

  /* Translators: the placeholders are the name of a file and why it could not be copied into the machine. */
  g_printerr (_ ("“%s” was not added: %s\n"), printable, error->message);

  return CLOCHE_CLI_FAILED;
}

static void
interrupted_cb (GCancellable *cancellable,
                ClocheChat   *chat)
{
  cloche_chat_stop (chat);
}

static void
machine_state_cb (ClocheMachine    *machine,
                  GParamSpec       *pspec,
                  ClocheCliSession *self)
{
  self->has_machine_gone |= cloche_machine_get_state (machine) == CLOCHE_MACHINE_STATE_ASLEEP;
}

/* One word to the machine, and its answer. */
static void
exchange (ClocheMachine *machine)
{
  g_autoptr (JsonObject) request = json_object_new ();
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) answer = NULL;

  if (cloche_machine_get_state (machine) != CLOCHE_MACHINE_STATE_READY)
    return;

  json_object_set_string_member (request, "op", "stats");
  cloche_machine_request_async (machine, request, NULL, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  answer = cloche_machine_request_finish (machine, result, NULL);       /* A machine that is gone runs nothing. */
}

/* The program ends, so what runs must have been told to. Words are heard in their order: after the first answer a call that
 * was just being begun has begun and was told to end, after the second one it has heard that. */
static void
let_machine_hear (ClocheMachine *machine)
{
  exchange (machine);
  exchange (machine);
}

static gboolean
was_all_saved (ClocheCliSession *self,
               guint             first)
{
  const char *words = cloche_notice_get_words (CLOCHE_NOTICE_NOT_SAVED);

  for (guint i = first; i < g_list_model_get_n_items (G_LIST_MODEL (self->chat)); i++) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (G_LIST_MODEL (self->chat), i);

    if (cloche_item_get_kind (item) == CLOCHE_ITEM_NOTICE && g_str_equal (cloche_item_get_text (item), words))
      return FALSE;
  }

  return TRUE;
}

static int
send_and_wait (ClocheCliSession *self,
               const char       *text,
               GPtrArray        *files)
{
  ClocheMachine *machine = cloche_context_get_machine (self->context, self->chat);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gulong state_id, interrupted_id;
  int status = CLOCHE_CLI_OK;

  self->has_machine_gone = FALSE;
  state_id = g_signal_connect (machine, "notify::state", G_CALLBACK (machine_state_cb), self);
  cloche_chat_send_async (self->chat, text, files, cloche_cli_wait_cb, &wait);
  interrupted_id = g_cancellable_connect (self->cli->cancellable, G_CALLBACK (interrupted_cb), self->chat, NULL);
  result = cloche_cli_wait (&wait);
  g_cancellable_disconnect (self->cli->cancellable, interrupted_id);
  g_signal_handler_disconnect (machine, state_id);
  cloche_cli_printer_end (self->printer);

  if (cloche_chat_send_finish (self->chat, result, &error))
    return CLOCHE_CLI_OK;

  /* Why is in the conversation, which has been written. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    let_machine_hear (machine);
    status = CLOCHE_CLI_INTERRUPTED;
  } else if (g_error_matches (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_FAILED)) {
    status = CLOCHE_CLI_FAILED;
  } else if (g_error_matches (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IN_USE)) {
    g_printerr ("%s\n", error->message);
    status = CLOCHE_CLI_FAILED;
  } else {
    status = cloche_cli_fail (error, _ ("The question could not be asked."));
  }

  return status;
}

/**
 * cloche_cli_session_ask:
 * @paths: (nullable): files of this computer that go into the machine first
 *
 * Says @text, with files, and writes what comes until the answer is whole, or Ctrl+C stops it.
 */
int
cloche_cli_session_ask (ClocheCliSession  *self,
                        const char        *text,
                        const char *const *paths)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);
  guint first = g_list_model_get_n_items (G_LIST_MODEL (self->chat));
  int status = CLOCHE_CLI_OK;

  for (guint i = 0; status == CLOCHE_CLI_OK && paths != NULL && paths[i] != NULL; i++)
    status = attach (self, paths[i], files);
  if (status != CLOCHE_CLI_OK)
    return status;

  status = send_and_wait (self, text, files);
  flush (self);
  cloche_cli_printer_end (self->printer);
  cloche_cli_refused_tell (cloche_context_get_machine (self->context, self->chat), self->refusals);
  if (status == CLOCHE_CLI_OK && self->has_machine_gone) {
    g_printerr ("%s\n", _ ("The machine stopped unexpectedly. Its files are safe; variables are lost. It starts again when it "
                           "is needed."));
    status = CLOCHE_CLI_FAILED;
  }
  if (!was_all_saved (self, first)) {
    g_printerr ("%s\n", _ ("The conversation could not be saved as a whole. What is missing is above; make room on the disk "
                           "and copy what you need."));
    status = MAX (status, CLOCHE_CLI_FAILED);
  }

  return status;
}

/**
 * cloche_cli_session_save:
 * @first: the first item of the conversation that counts
 *
 * Writes what was made into the folder of @outputs, also after a stop: it is there, after all.
 */
int
cloche_cli_session_save (ClocheCliSession *self,
                         ClocheCliOutputs *outputs,
                         guint             first)
{
  g_autoptr (ClocheFiles) files = cloche_context_open_files (self->context, self->chat);
  g_autoptr (GError) error = NULL;

  if (cloche_cli_outputs_save (outputs, files, G_LIST_MODEL (self->chat), first, NULL, &error))
    return CLOCHE_CLI_OK;

  return cloche_cli_fail (error, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
                          ? _ ("The disk is full, so not all files could be written. They are kept in the conversation: free "
                               "some space, or name a folder elsewhere with --output.")
                          : _ ("Not all files could be written. They are kept in the conversation: name another folder with "
                               "--output."));
}

/**
 * cloche_cli_session_stop_machine:
 *
 * Stops the machine, for those who will not come back to it soon. Its files stay.
 */
int
cloche_cli_session_stop_machine (ClocheCliSession *self)
{
  ClocheMachine *machine = cloche_context_get_machine (self->context, self->chat);

  if (cloche_machine_get_state (machine) == CLOCHE_MACHINE_STATE_ASLEEP)
    return CLOCHE_CLI_OK;

  return cloche_cli_machine_stop (self->cli, machine, TRUE) ? CLOCHE_CLI_OK : CLOCHE_CLI_FAILED;
}
