/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-conversation.h"
#include "cloche-sandbox.h"
#include "cloche-toolbox.h"
#include "cloche-workspace-files.h"

G_BEGIN_DECLS

/* What a conversation's machine can do, as tools: every tool that there is is added here. */

ClocheToolbox *cloche_machine_tools_new              (ClocheSandbox        *sandbox,
                                                      ClocheWorkspaceFiles *files,
                                                      const char           *network,
                                                      gint64                context_tokens) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolbox *cloche_machine_tools_new_for_program  (ClocheSandbox        *sandbox,
                                                      ClocheWorkspaceFiles *files,
                                                      const char           *network) G_GNUC_WARN_UNUSED_RESULT;
char          *cloche_machine_tools_describe_network (ClocheConversation *conversation,
                                                      gboolean            is_asking) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
