/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheToolCall:
 *
 * What a model asks for: a tool and its arguments, exactly as the model wrote them. Immutable.
 */
typedef struct _ClocheToolCall ClocheToolCall;

#define CLOCHE_TYPE_TOOL_CALL (cloche_tool_call_get_type ())
GType           cloche_tool_call_get_type (void);

ClocheToolCall *cloche_tool_call_new     (const char *id,
                                          const char *name,
                                          const char *arguments_text) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolCall *cloche_tool_call_new_cut (const char *id,
                                          const char *name,
                                          const char *arguments_text) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolCall *cloche_tool_call_ref     (ClocheToolCall *self);
void            cloche_tool_call_unref   (ClocheToolCall *self);

const char     *cloche_tool_call_get_id              (ClocheToolCall *self);
const char     *cloche_tool_call_get_name            (ClocheToolCall *self);
const char     *cloche_tool_call_get_arguments_text  (ClocheToolCall *self);
JsonObject     *cloche_tool_call_get_arguments       (ClocheToolCall *self);
const GError   *cloche_tool_call_get_arguments_error (ClocheToolCall *self);
gboolean        cloche_tool_call_equal               (ClocheToolCall *self,
                                                      ClocheToolCall *other);

JsonObject     *cloche_tool_call_to_json   (ClocheToolCall *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolCall *cloche_tool_call_from_json (JsonObject  *json,
                                            GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheToolCall, cloche_tool_call_unref)

G_END_DECLS
