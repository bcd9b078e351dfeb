/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool-capture.h"

G_BEGIN_DECLS

/* What a result's text says, for the model, before the sentence that says why nothing ran. */
#define CLOCHE_SANDBOX_RESULT_NOT_RUN "It could not be run: "

/* And before what the network refused, which is its last line. */
#define CLOCHE_SANDBOX_RESULT_NETWORK "network"

/**
 * ClocheSandboxToolKind:
 * @CLOCHE_SANDBOX_TOOL_PYTHON: "run_python"
 * @CLOCHE_SANDBOX_TOOL_SHELL: "run_shell"
 * @CLOCHE_SANDBOX_TOOL_BROWSER: "browser_…"
 */
typedef enum {
  CLOCHE_SANDBOX_TOOL_PYTHON,
  CLOCHE_SANDBOX_TOOL_SHELL,
  CLOCHE_SANDBOX_TOOL_BROWSER,
} ClocheSandboxToolKind;

/**
 * ClocheSandboxEnding:
 * @end: (nullable): the last event of what ran; %NULL with @error
 * @error: (nullable): why it could not be run
 * @files: (nullable) (element-type ClocheFile): what it made or changed
 * @n_more_files: what else it made or changed
 * @timeout_s: what it had
 * @kind: what ran
 * @refusals: (nullable): what the network refused, a line from cloche_sandbox_take_refusals_finish()
 * @full_text_path: (nullable): where the whole text will be, if it is cut
 * @max_chars: of the text
 *
 * All that is known when a call has ended.
 */
typedef struct
{
  JsonObject *end;
  const GError *error;
  GPtrArray *files;
  guint n_more_files;
  const char *refusals;
  guint timeout_s;
  ClocheSandboxToolKind kind;
  const char *full_text_path;
  gsize max_chars;
} ClocheSandboxEnding;

ClocheToolResult *cloche_sandbox_result_new (ClocheToolCall            *call,
                                             ClocheToolCapture         *capture,
                                             const ClocheSandboxEnding *ending,
                                             char                     **ret_full_text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
