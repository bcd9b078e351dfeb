/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool-run.h"

G_BEGIN_DECLS

char       *cloche_tool_words_dup_title    (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
char       *cloche_tool_words_dup_state    (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
char       *cloche_tool_words_dup_problem  (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
char       *cloche_tool_words_dup_code     (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
char       *cloche_tool_words_dup_printed  (ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;
const char *cloche_tool_words_get_language (ClocheToolRun *run);
const char *cloche_tool_words_get_icon     (ClocheToolRun *run);
char       *cloche_tool_words_format_time  (gint64         duration_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
