/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheOrigin:
 *
 * A file of this computer as it was at one moment: where an attached file came from. It stays in the store and the window:
 * neither a model nor a machine is told of it. Immutable.
 */
typedef struct _ClocheOrigin ClocheOrigin;

#define CLOCHE_TYPE_ORIGIN (cloche_origin_get_type ())
GType         cloche_origin_get_type (void);

ClocheOrigin *cloche_origin_new   (const char *uri,
                                   guint64     size,
                                   gint64      mtime_us) G_GNUC_WARN_UNUSED_RESULT;
ClocheOrigin *cloche_origin_ref   (ClocheOrigin *self);
void          cloche_origin_unref (ClocheOrigin *self);

const char   *cloche_origin_get_uri      (ClocheOrigin *self);
char         *cloche_origin_dup_path     (ClocheOrigin *self) G_GNUC_WARN_UNUSED_RESULT;
guint64       cloche_origin_get_size     (ClocheOrigin *self);
gint64        cloche_origin_get_mtime_us (ClocheOrigin *self);

JsonObject   *cloche_origin_to_json   (ClocheOrigin *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheOrigin *cloche_origin_from_json (JsonObject  *json,
                                       GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheOrigin, cloche_origin_unref)

G_END_DECLS
