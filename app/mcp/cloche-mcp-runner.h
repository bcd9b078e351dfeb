/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-tool-run.h"

G_BEGIN_DECLS

/**
 * ClocheMcpRunner:
 *
 * Who runs the calls that a #ClocheMcpServer is asked for. Several may be on their way at once.
 */
#define CLOCHE_TYPE_MCP_RUNNER (cloche_mcp_runner_get_type ())
G_DECLARE_INTERFACE (ClocheMcpRunner, cloche_mcp_runner, CLOCHE, MCP_RUNNER, GObject)

/**
 * ClocheMcpRunnerInterface:
 * @run_async: runs @run, whose tool the server has and whose arguments are an object; @client is what the other program
 *   calls itself: anything, of any length
 * @run_finish: (transfer full): the result with the bytes of what was made; an error is told as a failed call
 */
struct _ClocheMcpRunnerInterface
{
  GTypeInterface parent_iface;

  void              (*run_async)  (ClocheMcpRunner     *self,
                                   ClocheToolRun       *run,
                                   const char          *client,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
  ClocheToolResult *(*run_finish) (ClocheMcpRunner     *self,
                                   GAsyncResult        *result,
                                   GError             **error);
};

void              cloche_mcp_runner_run_async  (ClocheMcpRunner      *self,
                                                ClocheToolRun        *run,
                                                const char           *client,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
ClocheToolResult *cloche_mcp_runner_run_finish (ClocheMcpRunner      *self,
                                                GAsyncResult         *result,
                                                GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
