/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-toolbox.h"

#include <string.h>

struct _ClocheToolbox
{
  gatomicrefcount ref_count;
  GPtrArray *tools;
};

ClocheToolbox *
cloche_toolbox_new (void)
{
  ClocheToolbox *self = g_new0 (ClocheToolbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->tools = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

ClocheToolbox *
cloche_toolbox_ref (ClocheToolbox *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
cloche_toolbox_unref (ClocheToolbox *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->tools);
  g_free (self);
}

void
cloche_toolbox_add (ClocheToolbox *self,
                    ClocheTool    *tool)
{
  g_return_if_fail (CLOCHE_IS_TOOL (tool));

  g_ptr_array_add (self->tools, g_object_ref (tool));
}

guint
cloche_toolbox_get_n_tools (ClocheToolbox *self)
{
  return self->tools->len;
}

ClocheTool *
cloche_toolbox_get_tool (ClocheToolbox *self,
                         guint          index)
{
  g_return_val_if_fail (index < self->tools->len, NULL);

  return g_ptr_array_index (self->tools, index);
}

/* "functions.Run_Python" and "run-python" are how models misremember "run_python". */
static char *
normalize (const char *name)
{
  const char *after_prefix = strrchr (name, '.');
  char *normal = g_ascii_strdown (after_prefix != NULL ? after_prefix + 1 : name, -1);

  return g_strdelimit (g_strstrip (normal), "- ", '_');
}

/**
 * cloche_toolbox_find:
 * @name: as a model wrote it
 *
 * Returns: (nullable): the tool of that very name, else the only one that can be meant
 */
ClocheTool *
cloche_toolbox_find (ClocheToolbox *self,
                     const char    *name)
{
  g_autofree char *wanted = normalize (name);
  ClocheTool *found = NULL;

  for (guint i = 0; i < self->tools->len; i++)
    if (g_str_equal (cloche_tool_get_name (g_ptr_array_index (self->tools, i)), name))
      return g_ptr_array_index (self->tools, i);

  for (guint i = 0; i < self->tools->len; i++) {
    ClocheTool *tool = g_ptr_array_index (self->tools, i);
    g_autofree char *normal = normalize (cloche_tool_get_name (tool));

    if (!g_str_equal (normal, wanted))
      continue;
    if (found != NULL)
      return NULL;
    found = tool;
  }

  return found;
}

/**
 * cloche_toolbox_dup_names:
 *
 * Returns: (transfer full): "run_python, run_shell"
 */
char *
cloche_toolbox_dup_names (ClocheToolbox *self)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < self->tools->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", cloche_tool_get_name (g_ptr_array_index (self->tools, i)));

  return g_string_free (names, FALSE);
}
