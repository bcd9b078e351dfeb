/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-content.h"

G_BEGIN_DECLS

/**
 * ClocheOutputKind:
 * @CLOCHE_OUTPUT_STDOUT: text that a program printed, in the order in which it came
 * @CLOCHE_OUTPUT_STDERR: the same, on standard error
 * @CLOCHE_OUTPUT_RESULT: the value of the last expression
 * @CLOCHE_OUTPUT_DISPLAY: something shown on purpose: a plot, a table
 * @CLOCHE_OUTPUT_TRACEBACK: an uncaught exception, as text/plain
 */
typedef enum {
  CLOCHE_OUTPUT_STDOUT,
  CLOCHE_OUTPUT_STDERR,
  CLOCHE_OUTPUT_RESULT,
  CLOCHE_OUTPUT_DISPLAY,
  CLOCHE_OUTPUT_TRACEBACK,
} ClocheOutputKind;

/**
 * ClocheOutput:
 *
 * One thing that a tool showed: the same thing in one or more MIME types (Jupyter's "MIME bundle"), in the order in
 * which they were added. May be changed only while nobody else holds a reference.
 */
typedef struct _ClocheOutput ClocheOutput;

#define CLOCHE_TYPE_OUTPUT (cloche_output_get_type ())
GType             cloche_output_get_type (void);

ClocheOutput     *cloche_output_new      (ClocheOutputKind  kind,
                                          const char       *display_id) G_GNUC_WARN_UNUSED_RESULT;
ClocheOutput     *cloche_output_new_text (ClocheOutputKind  kind,
                                          const char       *text) G_GNUC_WARN_UNUSED_RESULT;
ClocheOutput     *cloche_output_ref      (ClocheOutput *self);
void              cloche_output_unref    (ClocheOutput *self);

ClocheOutputKind  cloche_output_get_kind       (ClocheOutput *self);
const char       *cloche_output_get_display_id (ClocheOutput *self);
guint             cloche_output_get_n_contents (ClocheOutput *self);
ClocheContent    *cloche_output_get_content    (ClocheOutput *self,
                                                guint         index);
ClocheContent    *cloche_output_find_content   (ClocheOutput *self,
                                                const char   *mime_type);
void              cloche_output_take_content   (ClocheOutput  *self,
                                                ClocheContent *content);

JsonObject       *cloche_output_to_json   (ClocheOutput *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheOutput     *cloche_output_from_json (JsonObject  *json,
                                           GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheOutput, cloche_output_unref)

G_END_DECLS
