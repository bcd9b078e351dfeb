/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-usage.h"

#include "cloche-json.h"

static const struct
{
  const char *name;
  gsize offset;
} FIELDS[] = {
  { "input_tokens", G_STRUCT_OFFSET (ClocheUsage, input_tokens) },
  { "output_tokens", G_STRUCT_OFFSET (ClocheUsage, output_tokens) },
  { "thinking_tokens", G_STRUCT_OFFSET (ClocheUsage, thinking_tokens) },
  { "cached_tokens", G_STRUCT_OFFSET (ClocheUsage, cached_tokens) },
  { "load_us", G_STRUCT_OFFSET (ClocheUsage, load_us) },
  { "input_us", G_STRUCT_OFFSET (ClocheUsage, input_us) },
  { "output_us", G_STRUCT_OFFSET (ClocheUsage, output_us) },
};

G_STATIC_ASSERT (sizeof (ClocheUsage) == G_N_ELEMENTS (FIELDS) * sizeof (gint64));

#define VALUE(self, i) G_STRUCT_MEMBER (gint64, self, FIELDS[i].offset)

/**
 * cloche_usage_is_known:
 *
 * Whether anything at all was said.
 */
gboolean
cloche_usage_is_known (const ClocheUsage *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (FIELDS); i++)
    if (VALUE (self, i) >= 0)
      return TRUE;

  return FALSE;
}

/**
 * cloche_usage_add:
 *
 * Adds up what is known. The sum stays below the largest integer, whatever a server claims.
 */
void
cloche_usage_add (ClocheUsage       *self,
                  const ClocheUsage *other)
{
  for (gsize i = 0; i < G_N_ELEMENTS (FIELDS); i++) {
    gint64 a = VALUE (self, i);
    gint64 b = VALUE (other, i);

    if (a >= 0 && b >= 0)
      VALUE (self, i) = a > G_MAXINT64 - b ? G_MAXINT64 : a + b;
    else
      VALUE (self, i) = MAX (a, b);
  }
}

/**
 * cloche_usage_to_json:
 *
 * Shape: the fields that are known, under their names.
 */
JsonObject *
cloche_usage_to_json (const ClocheUsage *self)
{
  JsonObject *json = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (FIELDS); i++)
    if (VALUE (self, i) >= 0)
      json_object_set_int_member (json, FIELDS[i].name, VALUE (self, i));

  return json;
}

/**
 * cloche_usage_from_json:
 * @json: (nullable): what is missing, negative or no integer is unknown
 */
void
cloche_usage_from_json (ClocheUsage *self,
                        JsonObject  *json)
{
  for (gsize i = 0; i < G_N_ELEMENTS (FIELDS); i++)
    VALUE (self, i) = MAX (cloche_json_get_int (json, FIELDS[i].name, CLOCHE_USAGE_UNKNOWN), CLOCHE_USAGE_UNKNOWN);
}
