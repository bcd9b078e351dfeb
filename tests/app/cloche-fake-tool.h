/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool.h"

G_BEGIN_DECLS

/* A tool that answers "exit: ok" with its arguments when it is let go. */
#define CLOCHE_TYPE_FAKE_TOOL (cloche_fake_tool_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFakeTool, cloche_fake_tool, CLOCHE, FAKE_TOOL, ClocheTool)

ClocheFakeTool *cloche_fake_tool_new           (const char     *name,
                                                const char     *lane,
                                                gboolean        is_held) G_GNUC_WARN_UNUSED_RESULT;
guint           cloche_fake_tool_get_n_begun   (ClocheFakeTool *self);
guint           cloche_fake_tool_get_n_pending (ClocheFakeTool *self);
void            cloche_fake_tool_let_go        (ClocheFakeTool *self);

G_END_DECLS
