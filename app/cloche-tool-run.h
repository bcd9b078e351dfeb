/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool-call.h"
#include "cloche-tool-result.h"

G_BEGIN_DECLS

/**
 * ClocheToolRunState:
 * @CLOCHE_TOOL_RUN_WAITING: for its turn
 * @CLOCHE_TOOL_RUN_RUNNING: output may come
 * @CLOCHE_TOOL_RUN_DONE: see cloche_tool_run_get_result()
 */
typedef enum {
  CLOCHE_TOOL_RUN_WAITING,
  CLOCHE_TOOL_RUN_RUNNING,
  CLOCHE_TOOL_RUN_DONE,
} ClocheToolRunState;

/* bytes of printed text that are kept for showing while something runs; the result has the rest. */
#define CLOCHE_TOOL_RUN_MAX_TEXT_BYTES (256 * 1024)

/**
 * ClocheToolRun:
 *
 * One tool call while it runs and afterwards: what a tool card shows.
 *
 * Property: "state". Signals: "text-added" (gboolean is_error, const char *text): printed just now, valid UTF-8;
 * "outputs-changed": results and displays, see cloche_tool_run_get_n_outputs().
 */
#define CLOCHE_TYPE_TOOL_RUN (cloche_tool_run_get_type ())
G_DECLARE_FINAL_TYPE (ClocheToolRun, cloche_tool_run, CLOCHE, TOOL_RUN, GObject)

ClocheToolRun      *cloche_tool_run_new             (ClocheToolCall   *call) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolRun      *cloche_tool_run_new_done        (ClocheToolCall   *call,
                                                     ClocheToolResult *result) G_GNUC_WARN_UNUSED_RESULT;

ClocheToolCall     *cloche_tool_run_get_call        (ClocheToolRun *self);
ClocheToolRunState  cloche_tool_run_get_state       (ClocheToolRun *self);
ClocheToolResult   *cloche_tool_run_get_result      (ClocheToolRun *self);

const char         *cloche_tool_run_get_text        (ClocheToolRun *self);
guint               cloche_tool_run_get_n_outputs   (ClocheToolRun *self);
ClocheOutput       *cloche_tool_run_get_output      (ClocheToolRun *self,
                                                     guint          index);

/* For whoever runs it. */
void                cloche_tool_run_start           (ClocheToolRun    *self);
void                cloche_tool_run_add_text        (ClocheToolRun    *self,
                                                     gboolean          is_error,
                                                     const char       *text);
void                cloche_tool_run_add_output      (ClocheToolRun    *self,
                                                     ClocheOutput     *output);
void                cloche_tool_run_replace_output  (ClocheToolRun    *self,
                                                     ClocheOutput     *output);
void                cloche_tool_run_clear_outputs   (ClocheToolRun    *self);
void                cloche_tool_run_finish          (ClocheToolRun    *self,
                                                     ClocheToolResult *result);
void                cloche_tool_run_replace_result  (ClocheToolRun    *self,
                                                     ClocheToolResult *result);

G_END_DECLS
