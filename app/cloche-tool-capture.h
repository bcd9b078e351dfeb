/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-sandbox.h"
#include "cloche-tool-run.h"

G_BEGIN_DECLS

/* bytes: what one call may print before it is stopped. It is kept whole, so that the model can search it. */
#define CLOCHE_TOOL_CAPTURE_MAX_PRINTED_BYTES (16 * 1024 * 1024)

/* bytes: all pictures, tables and so on of one call. */
#define CLOCHE_TOOL_CAPTURE_MAX_SHOWN_BYTES (64 * 1024 * 1024)

/* results and displays of one call; what updates another one does not count. */
#define CLOCHE_TOOL_CAPTURE_MAX_OUTPUTS 100

/**
 * ClocheToolCapture:
 *
 * Listens to what runs in a machine, shows it in a #ClocheToolRun and keeps it for the result.
 */
typedef struct _ClocheToolCapture ClocheToolCapture;

ClocheToolCapture     *cloche_tool_capture_new  (ClocheToolRun     *run,
                                                 GCancellable      *enough) G_GNUC_WARN_UNUSED_RESULT;
void                   cloche_tool_capture_free (ClocheToolCapture *self);

ClocheSandboxListener  cloche_tool_capture_get_listener (ClocheToolCapture *self);

gboolean               cloche_tool_capture_is_too_much   (ClocheToolCapture *self);
char                  *cloche_tool_capture_dup_printed   (ClocheToolCapture *self,
                                                          gboolean           is_error) G_GNUC_WARN_UNUSED_RESULT;
char                  *cloche_tool_capture_dup_shown     (ClocheToolCapture *self) G_GNUC_WARN_UNUSED_RESULT;
char                  *cloche_tool_capture_dup_exception (ClocheToolCapture *self) G_GNUC_WARN_UNUSED_RESULT;
char                  *cloche_tool_capture_dup_images    (ClocheToolCapture *self) G_GNUC_WARN_UNUSED_RESULT;
void                   cloche_tool_capture_fill_result   (ClocheToolCapture *self,
                                                          ClocheToolResult  *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheToolCapture, cloche_tool_capture_free)

G_END_DECLS
