/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheUsage:
 * @input_tokens: tokens of the whole request, cached ones included
 * @output_tokens: tokens written, thinking included
 * @thinking_tokens: those of @output_tokens that were thinking
 * @cached_tokens: those of @input_tokens that were read from a cache
 * @load_us: µs until the model was in memory
 * @input_us: µs for reading the request
 * @output_us: µs for writing the answer
 *
 * What a turn cost. Every field may be %CLOCHE_USAGE_UNKNOWN, none is ever trusted to be consistent.
 */
typedef struct
{
  gint64 input_tokens;
  gint64 output_tokens;
  gint64 thinking_tokens;
  gint64 cached_tokens;
  gint64 load_us;
  gint64 input_us;
  gint64 output_us;
} ClocheUsage;

#define CLOCHE_USAGE_UNKNOWN (-1)
#define CLOCHE_USAGE_INIT { -1, -1, -1, -1, -1, -1, -1 }

gboolean    cloche_usage_is_known (const ClocheUsage *self);
void        cloche_usage_add      (ClocheUsage       *self,
                                   const ClocheUsage *other);

JsonObject *cloche_usage_to_json   (const ClocheUsage *self) G_GNUC_WARN_UNUSED_RESULT;
void        cloche_usage_from_json (ClocheUsage *self,
                                    JsonObject  *json);

G_END_DECLS
