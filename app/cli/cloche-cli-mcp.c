/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-mcp.h"

#include "cloche-cli-machine.h"
#include "cloche-cli-mcp-runner.h"
#include "cloche-cli-session.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-machine-sandbox.h"
#include "cloche-machine-tools.h"
#include "cloche-mcp-server.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <unistd.h>

/* What a model is told of the server as a whole. Read by models and not translated. */
#define INSTRUCTIONS                                                                                                 \
  "One isolated Linux machine of the user's own computer, which starts with the first call. Files in /workspace and " \
  "Python's variables persist between calls. Calls run one after the other. The person can see in Cloche what was run."

/* Variables that say where the parts of a program are that is not installed. */
static const char *const PLACES[] = { "CLOCHE_LIBEXECDIR", "CLOCHE_PKGDATADIR" };

static JsonObject *
make_environment (void)
{
  JsonObject *environment = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (PLACES); i++)
    if (g_getenv (PLACES[i]) != NULL)
      json_object_set_string_member (environment, PLACES[i], g_getenv (PLACES[i]));

  return environment;
}

static JsonArray *
make_arguments (const char *const *hosts)
{
  JsonArray *arguments = json_array_new ();

  json_array_add_string_element (arguments, "mcp");
  for (gsize i = 0; hosts != NULL && hosts[i] != NULL; i++) {
    json_array_add_string_element (arguments, "--allow");
    json_array_add_string_element (arguments, hosts[i]);
  }

  return arguments;
}

/* The same for both programs; only it goes to standard output, so that it can go into a file. */
static int
print_config (const char *const *hosts)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", &error);
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *environment, *server, *servers, *object;

  if (program == NULL)
    return cloche_cli_fail (error, _ ("Where this program is cannot be found out."));

  server = json_object_new ();
  json_object_set_string_member (server, "command", program);
  json_object_set_array_member (server, "args", make_arguments (hosts));
  environment = make_environment ();
  json_object_set_object_member (server, "env", environment);
  if (json_object_get_size (environment) == 0)
    json_object_remove_member (server, "env");
  servers = json_object_new ();
  json_object_set_object_member (servers, "cloche", server);
  object = json_object_new ();
  json_object_set_object_member (object, "mcpServers", servers);
  json_node_take_object (root, object);
  text = json_to_string (root, TRUE);

  g_printerr ("%s\n  Claude Desktop: ~/.config/Claude/claude_desktop_config.json\n  Gemini CLI: ~/.gemini/settings.json\n",
              _ ("Add this to the file of the program that shall use it, and start that program again:"));
  g_print ("%s\n", text);

  return CLOCHE_CLI_OK;
}

/* Standard output is the protocol's alone: whatever else writes there goes to standard error. */
static GIOStream *
take_standard_streams (GError **error)
{
  cloche_autofd int out = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GOutputStream) output = NULL;

  if (out < 0 || dup2 (STDERR_FILENO, STDOUT_FILENO) < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s", g_strerror (errno));
    return NULL;
  }

  input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  output = g_unix_output_stream_new (g_steal_fd (&out), TRUE);

  return g_simple_io_stream_new (input, output);
}

/* What is offered is known before there is a conversation: these tools are listed and never run. */
static ClocheToolbox *
make_list (ClocheCli         *cli,
           const char *const *hosts)
{
  g_autoptr (ClocheMachineHost) host = cloche_machine_host_new (cli->paths);
  g_autofree char *id = cloche_id_new ();
  g_autoptr (ClocheMachine) machine = cloche_machine_new (host, id);
  g_autoptr (ClocheMachineSandbox) sandbox = cloche_machine_sandbox_new (machine);
  g_autoptr (ClocheWorkspaceFiles) files = cloche_workspace_files_new (CLOCHE_SANDBOX (sandbox));
  g_autoptr (ClocheConversation) conversation = cloche_conversation_new (id, "", 0);
  g_autofree char *network = NULL;

  cloche_conversation_set_network_mode (conversation, CLOCHE_NETWORK_ASK);
  cloche_conversation_set_allowed_hosts (conversation, hosts);
  network = cloche_machine_tools_describe_network (conversation, FALSE);

  return cloche_machine_tools_new_for_program (CLOCHE_SANDBOX (sandbox), files, network);
}

/* Whether nobody else says anything in the conversation. */
static gboolean
is_ours_alone (ClocheContext *context,
               const char    *conversation_id)
{
  ClocheStore *store = cloche_workspace_get_store (cloche_context_get_workspace (context));
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  cloche_store_lock_conversation_async (store, conversation_id, NULL, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_store_write_finish (store, result, NULL);
}

/* Nobody comes back to the machine: the next time there is another conversation. Its files stay. */
static int
stop_machine (ClocheCli     *cli,
              ClocheContext *context,
              ClocheChat    *chat)
{
  ClocheMachine *machine = cloche_context_get_machine (context, chat);
  const char *id = cloche_conversation_get_id (cloche_chat_get_conversation (chat));
  ClocheCli uncancelled = { cli->paths, NULL };
  gboolean is_stopped;

  /* Who is in the midst of starting it cannot stop it yet. */
  while (cloche_machine_get_state (machine) == CLOCHE_MACHINE_STATE_STARTING)
    g_main_context_iteration (NULL, TRUE);
  if (cloche_machine_get_state (machine) == CLOCHE_MACHINE_STATE_ASLEEP || !is_ours_alone (context, id))
    return CLOCHE_CLI_OK;

  is_stopped = cloche_cli_machine_stop (&uncancelled, machine, TRUE);
  cloche_store_unlock_conversation (cloche_workspace_get_store (cloche_context_get_workspace (context)), id);

  return is_stopped ? CLOCHE_CLI_OK : CLOCHE_CLI_FAILED;
}

static int
serve (ClocheCli         *cli,
       const char *const *hosts)
{
  g_autoptr (ClocheCliSession) session = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = take_standard_streams (&error);
  g_autoptr (ClocheToolbox) list = NULL;
  g_autoptr (ClocheCliMcpRunner) runner = NULL;
  g_autoptr (ClocheMcpServer) server = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ClocheCliWait wait = { NULL };
  ClocheContext *context;
  int status;

  if (stream == NULL)
    return cloche_cli_fail (error, _ ("The standard streams cannot be used."));

  session = cloche_cli_session_new (cli);
  if ((status = cloche_cli_session_open (session)) != CLOCHE_CLI_OK)
    return status;

  context = cloche_cli_session_get_context (session);
  /* Not even at a terminal, where standard input is the protocol's. */
  cloche_context_set_asking (context, FALSE);
  list = make_list (cli, hosts);
  runner = cloche_cli_mcp_runner_new (context, hosts);
  server = cloche_mcp_server_new (list, CLOCHE_MCP_RUNNER (runner), INSTRUCTIONS);
  if (isatty (STDIN_FILENO))
    g_printerr ("%s\n", _ ("This speaks with programs, not with people: “clochectl mcp --config” says how to tell them of "
                           "it. Ctrl+D ends it."));
  cloche_mcp_server_serve_async (server, stream, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  (void) cloche_mcp_server_serve_finish (server, result, NULL);         /* It has no other end than this one. */
  if (cloche_cli_mcp_runner_get_chat (runner) != NULL)
    status = stop_machine (cli, context, cloche_cli_mcp_runner_get_chat (runner));

  return status;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  g_auto (GStrv) typed = NULL;
  g_auto (GStrv) allow = NULL;
  g_autoptr (GError) error = NULL;
  gboolean wants_config = FALSE;
  const GOptionEntry entries[] = {
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &typed,
      N_ ("Let the machine reach HOST, or HOST:PORT; may be given several times"), N_ ("HOST") },
    { "config", 0, 0, G_OPTION_ARG_NONE, &wants_config,
      N_ ("Print what to add to the settings of Claude Desktop or Gemini CLI"), NULL },
    { NULL }
  };

  if (!cloche_cli_parse_exact ("mcp", entries, 0, &argc, &argv))
    return CLOCHE_CLI_USAGE;
  /* Said now, since nobody reads what is said when the first call comes. */
  allow = cloche_egress_rules_read_allowed ((const char *const *) typed, &error);
  if (allow == NULL)
    return cloche_cli_machine_fail (error);
  if (wants_config)
    return print_config ((const char *const *) allow);

  /* A client that is gone is an end of the stream, not of the program. */
  (void) signal (SIGPIPE, SIG_IGN);

  return serve (cli, (const char *const *) allow);
}

const ClocheCliCommand cloche_cli_mcp_command = {
  "mcp", N_ ("Offer an isolated machine to another program, by the Model Context Protocol"), run_command
};
