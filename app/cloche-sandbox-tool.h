/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-browser-action.h"
#include "cloche-sandbox-result.h"
#include "cloche-tool.h"
#include "cloche-workspace-files.h"

G_BEGIN_DECLS

/**
 * ClocheSandboxFacts:
 * @timeout_s: of one call
 * @max_chars: of one result's text
 * @network: (nullable): what the model is told about the network, as a sentence
 *
 * What is true of the machine at hand; the tools never promise anything else.
 */
typedef struct
{
  guint timeout_s;
  gsize max_chars;
  const char *network;
} ClocheSandboxFacts;

#define CLOCHE_SANDBOX_TOOL_MAX_CHARS 16000

/**
 * ClocheSandboxTool:
 *
 * Runs what the model writes in the conversation's machine, or has its browser do something.
 */
#define CLOCHE_TYPE_SANDBOX_TOOL (cloche_sandbox_tool_get_type ())
G_DECLARE_FINAL_TYPE (ClocheSandboxTool, cloche_sandbox_tool, CLOCHE, SANDBOX_TOOL, ClocheTool)

ClocheTool *cloche_sandbox_tool_new (ClocheSandboxToolKind     kind,
                                     ClocheSandbox            *sandbox,
                                     ClocheWorkspaceFiles     *files,
                                     const ClocheSandboxFacts *facts) G_GNUC_WARN_UNUSED_RESULT;
ClocheTool *cloche_sandbox_tool_new_browser (ClocheBrowserAction       action,
                                             ClocheSandbox            *sandbox,
                                             ClocheWorkspaceFiles     *files,
                                             const ClocheSandboxFacts *facts) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
