/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file.h"
#include "cloche-output.h"

G_BEGIN_DECLS

/**
 * ClocheToolStatus:
 * @CLOCHE_TOOL_OK: it ran and ended well
 * @CLOCHE_TOOL_ERROR: it ran and failed, or could not be run
 * @CLOCHE_TOOL_TIMEOUT: its time was over
 * @CLOCHE_TOOL_KILLED: ended from outside: out of memory, machine gone
 * @CLOCHE_TOOL_CANCELLED: the person pressed stop
 * @CLOCHE_TOOL_DENIED: the person declined
 */
typedef enum {
  CLOCHE_TOOL_OK,
  CLOCHE_TOOL_ERROR,
  CLOCHE_TOOL_TIMEOUT,
  CLOCHE_TOOL_KILLED,
  CLOCHE_TOOL_CANCELLED,
  CLOCHE_TOOL_DENIED,
} ClocheToolStatus;

/**
 * ClocheToolResult:
 *
 * How one tool call ended: a text for the model, outputs and files for the person. May be changed only while nobody
 * else holds a reference.
 */
typedef struct _ClocheToolResult ClocheToolResult;

#define CLOCHE_TYPE_TOOL_RESULT (cloche_tool_result_get_type ())
GType             cloche_tool_result_get_type (void);

ClocheToolResult *cloche_tool_result_new   (const char       *call_id,
                                            const char       *tool_name,
                                            ClocheToolStatus  status,
                                            const char       *text) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolResult *cloche_tool_result_ref   (ClocheToolResult *self);
void              cloche_tool_result_unref (ClocheToolResult *self);

const char       *cloche_tool_result_get_call_id   (ClocheToolResult *self);
const char       *cloche_tool_result_get_tool_name (ClocheToolResult *self);
ClocheToolStatus  cloche_tool_result_get_status    (ClocheToolResult *self);
const char       *cloche_tool_result_get_text      (ClocheToolResult *self);

gint64            cloche_tool_result_get_duration_us (ClocheToolResult *self);
void              cloche_tool_result_set_duration_us (ClocheToolResult *self,
                                                      gint64            duration_us);

guint             cloche_tool_result_get_n_outputs (ClocheToolResult *self);
ClocheOutput     *cloche_tool_result_get_output    (ClocheToolResult *self,
                                                    guint             index);
void              cloche_tool_result_take_output   (ClocheToolResult *self,
                                                    ClocheOutput     *output);

guint             cloche_tool_result_get_n_files (ClocheToolResult *self);
ClocheFile       *cloche_tool_result_get_file    (ClocheToolResult *self,
                                                  guint             index);
void              cloche_tool_result_take_file   (ClocheToolResult *self,
                                                  ClocheFile       *file);

JsonObject       *cloche_tool_result_to_json   (ClocheToolResult *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolResult *cloche_tool_result_from_json (JsonObject  *json,
                                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

const char       *cloche_tool_status_to_nick (ClocheToolStatus status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheToolResult, cloche_tool_result_unref)

G_END_DECLS
