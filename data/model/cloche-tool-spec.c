/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-spec.h"

struct _ClocheToolSpec
{
  char *name;
  char *description;
  JsonObject *parameters;
};

G_DEFINE_BOXED_TYPE (ClocheToolSpec, cloche_tool_spec, cloche_tool_spec_ref, cloche_tool_spec_unref)

static void
clear (ClocheToolSpec *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->description, g_free);
  g_clear_pointer (&self->parameters, json_object_unref);
}

/**
 * cloche_tool_spec_new:
 * @name: 1–64 characters of [A-Za-z0-9_-], which every provider takes
 * @description: for the model
 * @parameters: (transfer none): a JSON Schema of type "object"; not changed afterwards by anybody
 */
ClocheToolSpec *
cloche_tool_spec_new (const char *name,
                      const char *description,
                      JsonObject *parameters)
{
  ClocheToolSpec *self = g_atomic_rc_box_new0 (ClocheToolSpec);

  self->name = g_strdup (name);
  self->description = g_strdup (description);
  self->parameters = json_object_ref (parameters);

  return self;
}

/**
 * cloche_tool_spec_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheToolSpec *
cloche_tool_spec_ref (ClocheToolSpec *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_tool_spec_unref (ClocheToolSpec *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

const char *
cloche_tool_spec_get_name (ClocheToolSpec *self)
{
  return self->name;
}

const char *
cloche_tool_spec_get_description (ClocheToolSpec *self)
{
  return self->description;
}

/**
 * cloche_tool_spec_get_parameters:
 *
 * Returns: (transfer none): a JSON Schema, to be read only
 */
JsonObject *
cloche_tool_spec_get_parameters (ClocheToolSpec *self)
{
  return self->parameters;
}
