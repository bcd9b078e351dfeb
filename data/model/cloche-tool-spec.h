/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheToolSpec:
 *
 * A tool as a model is told about it. Immutable.
 */
typedef struct _ClocheToolSpec ClocheToolSpec;

#define CLOCHE_TYPE_TOOL_SPEC (cloche_tool_spec_get_type ())
GType           cloche_tool_spec_get_type (void);

ClocheToolSpec *cloche_tool_spec_new   (const char *name,
                                        const char *description,
                                        JsonObject *parameters) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolSpec *cloche_tool_spec_ref   (ClocheToolSpec *self);
void            cloche_tool_spec_unref (ClocheToolSpec *self);

const char     *cloche_tool_spec_get_name        (ClocheToolSpec *self);
const char     *cloche_tool_spec_get_description (ClocheToolSpec *self);
JsonObject     *cloche_tool_spec_get_parameters  (ClocheToolSpec *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheToolSpec, cloche_tool_spec_unref)

G_END_DECLS
