/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool.h"

G_DEFINE_ABSTRACT_TYPE (ClocheTool, cloche_tool, G_TYPE_OBJECT)

static void
cloche_tool_class_init (ClocheToolClass *klass)
{
}

static void
cloche_tool_init (ClocheTool *self)
{
}

ClocheToolSpec *
cloche_tool_get_spec (ClocheTool *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL (self), NULL);

  return CLOCHE_TOOL_GET_CLASS (self)->get_spec (self);
}

const char *
cloche_tool_get_name (ClocheTool *self)
{
  return cloche_tool_spec_get_name (cloche_tool_get_spec (self));
}

/**
 * cloche_tool_get_lane:
 *
 * Calls of one lane may depend on each other's effects and run one after the other.
 */
const char *
cloche_tool_get_lane (ClocheTool *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL (self), NULL);

  return CLOCHE_TOOL_GET_CLASS (self)->get_lane (self);
}

/**
 * cloche_tool_begin:
 * @run: started by the caller, who also finishes it
 * @cancellable: (nullable): ends it at once, with a result of status %CLOCHE_TOOL_CANCELLED
 */
void
cloche_tool_begin (ClocheTool         *self,
                   ClocheToolRun      *run,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_TOOL (self));
  g_return_if_fail (cloche_tool_call_get_arguments (cloche_tool_run_get_call (run)) != NULL);

  CLOCHE_TOOL_GET_CLASS (self)->run_async (self, run, cancellable, callback, user_data);
}

/**
 * cloche_tool_end:
 *
 * Returns: (transfer full): never %NULL
 */
ClocheToolResult *
cloche_tool_end (ClocheTool   *self,
                 GAsyncResult *result)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL (self), NULL);

  return CLOCHE_TOOL_GET_CLASS (self)->run_finish (self, result);
}
