/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-run.h"

#include "cloche-cli-asker.h"
#include "cloche-cli-machine.h"
#include "cloche-cli-refused.h"
#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-network-questions.h"
#include "cloche-notice.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  gboolean is_shell;
  gboolean is_python;
  char **allow;
  char *output;
  char *machine_id;
  char **code;
} Options;

/* One run, as its job tells of it. */
typedef struct
{
  const Options *options;
  guint n_pictures;
  int status;
  gboolean is_over;
} Run;

/* The network of the machine at hand: what stands to be asked, and what has been allowed so far. */
typedef struct
{
  ClocheMachineNetwork *network;
  ClocheNetworkQuestions *questions;
  GPtrArray *rules;             /* of char *, NULL-terminated */
  ClocheCliAsker *asker;
  ClocheRefusals *refusals;
} Network;

/* Whatever comes of it is told by the gate: an answer that is too late is none. */
static void
answer_cb (ClocheNetworkQuestion *question,
           ClocheNetworkAnswer    answer,
           gpointer               user_data)
{
  Network *self = user_data;
  g_autoptr (ClocheEgressPolicy) policy = NULL;

  cloche_network_questions_remove (self->questions, question);
  if (answer != CLOCHE_NETWORK_CONVERSATION) {
    cloche_machine_network_answer_async (self->network, cloche_network_question_get_id (question),
                                         answer == CLOCHE_NETWORK_ONCE, NULL, NULL, NULL);
    return;
  }

  g_ptr_array_insert (self->rules, (int) self->rules->len - 1, g_strdup (cloche_network_question_get_rule (question)));
  policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_ASK, (const char *const *) self->rules->pdata, NULL);
  cloche_machine_network_set_policy_async (self->network, policy, NULL, NULL, NULL);
}

static void
network_init (Network       *self,
              ClocheMachine *machine,
              char         **allow)
{
  self->network = cloche_machine_get_network (machine);
  self->refusals = cloche_refusals_new (self->network);
  self->questions = cloche_network_questions_new (self->network);
  self->rules = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; allow != NULL && allow[i] != NULL; i++)
    g_ptr_array_add (self->rules, g_strdup (allow[i]));
  g_ptr_array_add (self->rules, NULL);
  if (!cloche_cli_asker_is_possible ())
    return;

  cloche_machine_network_set_asking (self->network, TRUE);
  self->asker = cloche_cli_asker_new (cloche_network_questions_get_list (self->questions), STDIN_FILENO, stderr, answer_cb,
                                      self);
}

static void
network_clear (Network *self)
{
  g_clear_pointer (&self->asker, cloche_cli_asker_free);
  g_clear_object (&self->refusals);
  g_clear_object (&self->questions);
  g_ptr_array_unref (self->rules);
}

static void
output_cb (Run     *run,
           gboolean is_error,
           GBytes  *bytes)
{
  FILE *stream = is_error ? stderr : stdout;

  fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), stream);
  fflush (stream);
}

/* A picture goes into the folder that was named, or is only mentioned. */
static void
show_picture (Run        *run,
              const char *base64)
{
  g_autofree char *name = g_strdup_printf ("picture-%u.png", ++run->n_pictures);
  g_autofree char *path = NULL;
  g_autofree guchar *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (run->options->output == NULL) {
    /* Translators: --output DIR is typed as it is. */
    g_printerr ("%s\n", _ ("(A picture: --output DIR keeps it.)"));
    return;
  }

  bytes = g_base64_decode (base64, &length);
  path = g_build_filename (run->options->output, name, NULL);
  if (g_mkdir_with_parents (run->options->output, 0755) == 0 &&
      g_file_set_contents (path, (const char *) bytes, (gssize) length, &error))
    g_print ("%s\n", path);
  else
    run->status = cloche_cli_machine_fail (error);
}

static void
event_cb (Run        *run,
          JsonObject *event)
{
  const char *name = cloche_json_get_string (event, "event");
  JsonObject *data = cloche_json_get_object (event, "data");
  JsonArray *frames = cloche_json_get_array (event, "frames");
  const char *text = data != NULL ? cloche_json_get_string (data, "text/plain") : NULL;
  const char *picture = data != NULL ? cloche_json_get_string (data, "image/png") : NULL;

  if (picture != NULL)
    show_picture (run, picture);
  else if (text != NULL)
    g_print ("%s\n", text);

  if (g_strcmp0 (name, "traceback") != 0)
    return;
  for (guint i = 0; frames != NULL && i < json_array_get_length (frames); i++)
    if (cloche_json_array_get_string (frames, i) != NULL)
      g_printerr ("%s\n", cloche_json_array_get_string (frames, i));
}

static void
ended_cb (Run        *run,
          JsonObject *end,
          GError     *error)
{
  const char *status = end != NULL ? cloche_json_get_string (end, "status") : NULL;

  run->is_over = TRUE;
  if (end == NULL) {
    run->status = cloche_cli_machine_fail (error);
  } else if (g_strcmp0 (status, "ok") != 0) {
    run->status = (int) CLAMP (cloche_json_get_int (end, "code", CLOCHE_CLI_FAILED), 1, 255);
    if (g_strcmp0 (status, "error") != 0)
      /* Translators: the placeholder is one word, such as timeout or killed. */
      g_printerr (_ ("It did not run to its end: %s.\n"), status != NULL ? status : "?");
  }
}

static void
interrupted_cb (GCancellable *cancellable,
                Run          *run)
{
  run->is_over = TRUE;
  run->status = CLOCHE_CLI_INTERRUPTED;
}

static JsonObject *
new_request (const Options *options)
{
  g_autofree char *code = g_strjoinv (" ", options->code);
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "op", options->is_shell ? "exec" : "code");
  json_object_set_string_member (request, options->is_shell ? "script" : "code", code);
  json_object_set_boolean_member (request, "kill_on_close", TRUE);

  return request;
}

static int
run_job (ClocheCli     *cli,
         ClocheMachine *machine,
         const Options *options)
{
  g_autoptr (JsonObject) request = new_request (options);
  g_autoptr (ClocheJob) job = NULL;
  Run run = { options };
  gulong interrupted;

  if (!cloche_cli_machine_start (cli, machine, (const char *const *) options->allow))
    return CLOCHE_CLI_FAILED;
  job = cloche_cli_machine_run (cli, machine, request);
  if (job == NULL)
    return CLOCHE_CLI_FAILED;

  g_signal_connect_swapped (job, "output", G_CALLBACK (output_cb), &run);
  g_signal_connect_swapped (job, "event", G_CALLBACK (event_cb), &run);
  g_signal_connect_swapped (job, "ended", G_CALLBACK (ended_cb), &run);
  interrupted = g_cancellable_connect (cli->cancellable, G_CALLBACK (interrupted_cb), &run, NULL);
  cloche_job_listen (job);
  while (!run.is_over)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_disconnect (cli->cancellable, interrupted);
  g_signal_handlers_disconnect_by_data (job, &run);

  return run.status;
}

static int
run_on (ClocheCli     *cli,
        ClocheMachine *machine,
        const Options *options)
{
  Network network = { NULL };
  int status;

  network_init (&network, machine, options->allow);
  status = run_job (cli, machine, options);
  cloche_cli_refused_tell (machine, network.refusals);
  if (cloche_machine_network_has_ended (network.network))
    g_printerr ("%s\n", cloche_notice_get_words (CLOCHE_NOTICE_NETWORK_ENDED));
  network_clear (&network);

  return status;
}

/* Hosts that are none are told before a machine is started for them. */
static int
read_allowed (Options *options)
{
  g_autoptr (GError) error = NULL;
  char **allowed = cloche_egress_rules_read_allowed ((const char *const *) options->allow, &error);

  if (allowed == NULL)
    return cloche_cli_machine_fail (error);

  g_strfreev (options->allow);
  options->allow = allowed;

  return CLOCHE_CLI_OK;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "python", 0, 0, G_OPTION_ARG_NONE, &options.is_python, N_ ("CODE is Python (the default)"), NULL },
    { "shell", 0, 0, G_OPTION_ARG_NONE, &options.is_shell, N_ ("CODE is for the shell"), NULL },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.allow,
      N_ ("Let it reach HOST, or HOST:PORT; may be given several times"), N_ ("HOST") },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Keep pictures in DIR"), N_ ("DIR") },
    { "machine", 0, 0, G_OPTION_ARG_STRING, &options.machine_id,
      N_ ("Use the machine ID and keep it, instead of one that is thrown away"), N_ ("ID") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.code, NULL, N_ ("CODE") },
    { NULL }
  };
  g_autoptr (ClocheMachineHost) host = cloche_machine_host_new (cli->paths);
  g_autoptr (ClocheMachine) machine = NULL;
  g_autofree char *new_id = cloche_id_new ();
  int status = CLOCHE_CLI_USAGE;

  if (cloche_cli_parse ("run", entries, &argc, &argv)) {
    if (options.code == NULL || (options.is_python && options.is_shell))
      g_printerr ("%s\n", _ ("Say what to run: clochectl run [--python|--shell] [--allow HOST] CODE"));
    else if (options.machine_id != NULL && !cloche_id_is_valid (options.machine_id))
      g_printerr ("%s\n", _ ("That is not the id of a machine: clochectl vm list names them."));
    else
      status = read_allowed (&options);
  }

  if (status == CLOCHE_CLI_OK) {
    machine = cloche_machine_new (host, options.machine_id != NULL ? options.machine_id : new_id);
    status = run_on (cli, machine, &options);
    if (options.machine_id == NULL && !cloche_cli_machine_delete (cli, machine) && status == CLOCHE_CLI_OK)
      status = CLOCHE_CLI_FAILED;
  }

  g_strfreev (options.allow);
  g_strfreev (options.code);
  g_free (options.output);
  g_free (options.machine_id);

  return status;
}

const ClocheCliCommand cloche_cli_run_command = { "run", N_ ("Run code in an isolated machine"), run_command };
