/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mcp-runner.h"

G_DEFINE_INTERFACE (ClocheMcpRunner, cloche_mcp_runner, G_TYPE_OBJECT)

static void
cloche_mcp_runner_default_init (ClocheMcpRunnerInterface *iface)
{
}

void
cloche_mcp_runner_run_async (ClocheMcpRunner    *self,
                             ClocheToolRun      *run,
                             const char         *client,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_MCP_RUNNER (self));
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (run));

  CLOCHE_MCP_RUNNER_GET_IFACE (self)->run_async (self, run, client, cancellable, callback, user_data);
}

ClocheToolResult *
cloche_mcp_runner_run_finish (ClocheMcpRunner *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (CLOCHE_IS_MCP_RUNNER (self), NULL);

  return CLOCHE_MCP_RUNNER_GET_IFACE (self)->run_finish (self, result, error);
}
