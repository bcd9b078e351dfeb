/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-tools.h"

#include "cloche-file-tool.h"
#include "cloche-sandbox-tool.h"

/* s: of one call. Long enough for a slow download or a video on an emulated machine; the person has a stop button. */
#define CALL_TIMEOUT_S 120

/* characters per token, the other way round than in cloche-request.c: a result may fill a quarter of the context. */
#define CHARS_PER_TOKEN 4

/**
 * cloche_machine_tools_new:
 * @files: shared by the tools of one machine
 * @network: (nullable): from cloche_machine_tools_describe_network()
 * @context_tokens: of the model that reads the results
 */
ClocheToolbox *
cloche_machine_tools_new (ClocheSandbox        *sandbox,
                          ClocheWorkspaceFiles *files,
                          const char           *network,
                          gint64                context_tokens)
{
  ClocheToolbox *toolbox = cloche_toolbox_new ();
  const ClocheSandboxFacts facts = {
    .timeout_s = CALL_TIMEOUT_S,
    .max_chars = (gsize) MIN (CLOCHE_SANDBOX_TOOL_MAX_CHARS, context_tokens / 4 * CHARS_PER_TOKEN),
    .network = network,
  };

  for (int kind = CLOCHE_SANDBOX_TOOL_PYTHON; kind <= CLOCHE_SANDBOX_TOOL_SHELL; kind++) {
    g_autoptr (ClocheTool) tool = cloche_sandbox_tool_new ((ClocheSandboxToolKind) kind, sandbox, files, &facts);

    cloche_toolbox_add (toolbox, tool);
  }

  for (int action = 0; action < CLOCHE_BROWSER_N_ACTIONS; action++) {
    g_autoptr (ClocheTool) tool = cloche_sandbox_tool_new_browser ((ClocheBrowserAction) action, sandbox, files, &facts);

    cloche_toolbox_add (toolbox, tool);
  }

  return toolbox;
}

/* What is allowed, without the rules that forbid. */
static char *
join_allowed (const char *const *rules)
{
  g_autoptr (GPtrArray) allowed = g_ptr_array_new ();

  for (gsize i = 0; rules != NULL && rules[i] != NULL; i++)
    if (rules[i][0] != '!')
      g_ptr_array_add (allowed, (gpointer) rules[i]);
  if (allowed->len == 0)
    return NULL;

  g_ptr_array_add (allowed, NULL);
  return g_strjoinv (", ", (char **) allowed->pdata);
}

/**
 * cloche_machine_tools_new_for_program:
 * @network: (nullable): from cloche_machine_tools_describe_network()
 *
 * The same for another program, whose model is not known and which has no other way to the machine's files.
 */
ClocheToolbox *
cloche_machine_tools_new_for_program (ClocheSandbox        *sandbox,
                                      ClocheWorkspaceFiles *files,
                                      const char           *network)
{
  ClocheToolbox *toolbox = cloche_machine_tools_new (sandbox, files, network, CLOCHE_SANDBOX_TOOL_MAX_CHARS);

  for (int kind = CLOCHE_FILE_TOOL_LIST; kind <= CLOCHE_FILE_TOOL_WRITE; kind++) {
    g_autoptr (ClocheTool) tool = cloche_file_tool_new ((ClocheFileToolKind) kind, sandbox, files,
                                                        CLOCHE_SANDBOX_TOOL_MAX_CHARS);

    cloche_toolbox_add (toolbox, tool);
  }

  return toolbox;
}

/**
 * cloche_machine_tools_describe_network:
 * @is_asking: whether a person is asked about what is not allowed; nobody is where another program makes the calls, or where
 *   there is neither window nor terminal
 *
 * Returns: (transfer full): what the model is told about the network of its machine. These words are read by models and not
 *   translated.
 */
char *
cloche_machine_tools_describe_network (ClocheConversation *conversation,
                                       gboolean            is_asking)
{
  g_autofree char *list = join_allowed (cloche_conversation_get_allowed_hosts (conversation));

  switch (cloche_conversation_get_network_mode (conversation)) {
  case CLOCHE_NETWORK_OPEN:
    return g_strdup ("It can reach the internet.");
  case CLOCHE_NETWORK_ASK:
    if (!is_asking && list != NULL)
      return g_strdup_printf ("Of the network it can reach %s; other hosts are refused, and results say how the person can "
                              "allow them.", list);
    if (!is_asking)
      return g_strdup ("It can reach nothing of the network; results say how the person can allow hosts.");
    if (list != NULL)
      return g_strdup_printf ("Of the network it can reach %s; about other hosts the person is asked.", list);
    return g_strdup ("It can reach the network when the person, who is asked about each host, allows it.");
  case CLOCHE_NETWORK_LISTED:
    if (list != NULL)
      return g_strdup_printf ("Of the network it can reach only: %s.", list);
    return g_strdup ("It has no network.");
  case CLOCHE_NETWORK_OFF:
  default:
    return g_strdup ("It has no network.");
  }
}
