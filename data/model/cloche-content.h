/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheContent:
 *
 * Some bytes and their MIME type: at hand, in the blob store under their SHA-256, or (neither) only inside a machine.
 * Immutable.
 */
typedef struct _ClocheContent ClocheContent;

#define CLOCHE_TYPE_CONTENT (cloche_content_get_type ())
GType          cloche_content_get_type   (void);
gboolean       cloche_content_is_blob_id (const char *id);

ClocheContent *cloche_content_new_bytes  (const char *mime_type,
                                          GBytes     *bytes) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent *cloche_content_new_text   (const char *mime_type,
                                          const char *text) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent *cloche_content_new_blob   (const char *mime_type,
                                          const char *blob,
                                          guint64     size) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent *cloche_content_new_absent (const char *mime_type,
                                          guint64     size) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent *cloche_content_ref        (ClocheContent *self);
void           cloche_content_unref      (ClocheContent *self);

ClocheContent *cloche_content_with_blob  (ClocheContent *self,
                                          const char    *blob) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent *cloche_content_with_bytes (ClocheContent *self,
                                          GBytes        *bytes) G_GNUC_WARN_UNUSED_RESULT;

const char    *cloche_content_get_mime_type (ClocheContent *self);
guint64        cloche_content_get_size      (ClocheContent *self);
GBytes        *cloche_content_get_bytes     (ClocheContent *self);
const char    *cloche_content_get_blob      (ClocheContent *self);
char          *cloche_content_dup_text      (ClocheContent *self) G_GNUC_WARN_UNUSED_RESULT;

JsonObject    *cloche_content_to_json   (ClocheContent *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent *cloche_content_from_json (JsonObject  *json,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheContent, cloche_content_unref)

G_END_DECLS
