/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-tool-run.h"
#include "cloche-tool-spec.h"

G_BEGIN_DECLS

/**
 * ClocheTool:
 *
 * Something that a model can ask for. It never fails: whatever goes wrong is a result that says so, to model and person.
 */
#define CLOCHE_TYPE_TOOL (cloche_tool_get_type ())
G_DECLARE_DERIVABLE_TYPE (ClocheTool, cloche_tool, CLOCHE, TOOL, GObject)

/**
 * ClocheToolClass:
 * @get_spec: what the model is told
 * @get_lane: calls of one lane run one after the other, in the order of the model; calls of different lanes at once
 * @run_async: runs @run, whose call has arguments that are a JSON object
 * @run_finish: (transfer full): the result; never %NULL
 */
struct _ClocheToolClass
{
  GObjectClass parent_class;

  ClocheToolSpec   *(*get_spec)   (ClocheTool          *self);
  const char       *(*get_lane)   (ClocheTool          *self);
  void              (*run_async)  (ClocheTool          *self,
                                   ClocheToolRun       *run,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
  ClocheToolResult *(*run_finish) (ClocheTool          *self,
                                   GAsyncResult        *result);
};

ClocheToolSpec   *cloche_tool_get_spec (ClocheTool          *self);
const char       *cloche_tool_get_name (ClocheTool          *self);
const char       *cloche_tool_get_lane (ClocheTool          *self);

/* run_async and run_finish; the obvious names belong to ClocheToolRun. */
void              cloche_tool_begin    (ClocheTool          *self,
                                        ClocheToolRun       *run,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
ClocheToolResult *cloche_tool_end      (ClocheTool          *self,
                                        GAsyncResult        *result) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
