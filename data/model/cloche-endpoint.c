/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-endpoint.h"

struct _ClocheEndpoint
{
  char *id;
  char *kind;
  char *name;
  char *base_url;
  gboolean is_enabled;
};

G_DEFINE_BOXED_TYPE (ClocheEndpoint, cloche_endpoint, cloche_endpoint_ref, cloche_endpoint_unref)

static void
clear (ClocheEndpoint *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->base_url, g_free);
}

/**
 * cloche_endpoint_new:
 * @id: stable; secrets, models and messages refer to it
 * @kind: which dialect it speaks: "ollama"
 * @name: what people see
 * @base_url: without a trailing slash
 */
ClocheEndpoint *
cloche_endpoint_new (const char *id,
                     const char *kind,
                     const char *name,
                     const char *base_url,
                     gboolean    is_enabled)
{
  ClocheEndpoint *self = g_atomic_rc_box_new0 (ClocheEndpoint);

  self->id = g_strdup (id);
  self->kind = g_strdup (kind);
  self->name = g_strdup (name);
  self->base_url = g_strdup (base_url);
  self->is_enabled = is_enabled;

  return self;
}

/**
 * cloche_endpoint_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheEndpoint *
cloche_endpoint_ref (ClocheEndpoint *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_endpoint_unref (ClocheEndpoint *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

const char *
cloche_endpoint_get_id (ClocheEndpoint *self)
{
  return self->id;
}

const char *
cloche_endpoint_get_kind (ClocheEndpoint *self)
{
  return self->kind;
}

const char *
cloche_endpoint_get_name (ClocheEndpoint *self)
{
  return self->name;
}

const char *
cloche_endpoint_get_base_url (ClocheEndpoint *self)
{
  return self->base_url;
}

gboolean
cloche_endpoint_is_enabled (ClocheEndpoint *self)
{
  return self->is_enabled;
}
