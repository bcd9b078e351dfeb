/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheMcpWriter:
 *
 * Lines on their way out, in their order.
 *
 * Signal: "progressed": some are out, or none will be any more.
 */
#define CLOCHE_TYPE_MCP_WRITER (cloche_mcp_writer_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMcpWriter, cloche_mcp_writer, CLOCHE, MCP_WRITER, GObject)

ClocheMcpWriter *cloche_mcp_writer_new         (GOutputStream *stream,
                                                GCancellable  *cancellable) G_GNUC_WARN_UNUSED_RESULT;

void             cloche_mcp_writer_take_line   (ClocheMcpWriter *self,
                                                char            *line);
gsize            cloche_mcp_writer_get_pending (ClocheMcpWriter *self);
gboolean         cloche_mcp_writer_has_failed  (ClocheMcpWriter *self);

G_END_DECLS
