/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-mcp-runner.h"
#include "cloche-toolbox.h"

G_BEGIN_DECLS

/* bytes of one message from a client. A file that is written comes in one. */
#define CLOCHE_MCP_SERVER_MAX_LINE_BYTES (8 * 1024 * 1024)

/* calls on their way at once; each may hold some MB. */
#define CLOCHE_MCP_SERVER_MAX_CALLS 64

/* bytes of answers that wait to be read; while there are more, nothing is read from the client. */
#define CLOCHE_MCP_SERVER_MAX_PENDING_BYTES (4 * 1024 * 1024)

/**
 * ClocheMcpServer:
 *
 * Offers a toolbox to another program by the Model Context Protocol: one message a line, over any stream, in the revision
 * that the client speaks.
 */
#define CLOCHE_TYPE_MCP_SERVER (cloche_mcp_server_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMcpServer, cloche_mcp_server, CLOCHE, MCP_SERVER, GObject)

ClocheMcpServer *cloche_mcp_server_new          (ClocheToolbox   *toolbox,
                                                 ClocheMcpRunner *runner,
                                                 const char      *instructions) G_GNUC_WARN_UNUSED_RESULT;

/* Serves one client until it is gone and all that it asked for has ended. */
void             cloche_mcp_server_serve_async  (ClocheMcpServer      *self,
                                                 GIOStream            *stream,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean         cloche_mcp_server_serve_finish (ClocheMcpServer      *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);

G_END_DECLS
