/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-output.h"
#include "cloche-tool-run.h"

G_BEGIN_DECLS

/* What terminal and transcript say of a tool call; all as plain text without control characters. */
char *cloche_cli_words_dup_heading (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
char *cloche_cli_words_dup_code    (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
char *cloche_cli_words_dup_output  (ClocheOutput  *output) G_GNUC_WARN_UNUSED_RESULT;
char *cloche_cli_words_dup_ending  (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
