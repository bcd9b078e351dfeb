/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Kinds: how it is spoken to. The words are kept in databases. */
#define CLOCHE_ENDPOINT_OLLAMA "ollama"
#define CLOCHE_ENDPOINT_OPENAI "openai"

/**
 * ClocheEndpoint:
 *
 * Where models are to be had: an Ollama server, a cloud provider. Its key is not part of it. Immutable.
 */
typedef struct _ClocheEndpoint ClocheEndpoint;

#define CLOCHE_TYPE_ENDPOINT (cloche_endpoint_get_type ())
GType           cloche_endpoint_get_type (void);

ClocheEndpoint *cloche_endpoint_new   (const char *id,
                                       const char *kind,
                                       const char *name,
                                       const char *base_url,
                                       gboolean    is_enabled) G_GNUC_WARN_UNUSED_RESULT;
ClocheEndpoint *cloche_endpoint_ref   (ClocheEndpoint *self);
void            cloche_endpoint_unref (ClocheEndpoint *self);

const char     *cloche_endpoint_get_id       (ClocheEndpoint *self);
const char     *cloche_endpoint_get_kind     (ClocheEndpoint *self);
const char     *cloche_endpoint_get_name     (ClocheEndpoint *self);
const char     *cloche_endpoint_get_base_url (ClocheEndpoint *self);
gboolean        cloche_endpoint_is_enabled   (ClocheEndpoint *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheEndpoint, cloche_endpoint_unref)

G_END_DECLS
