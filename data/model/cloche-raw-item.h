/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheRawItem:
 *
 * A piece of a model's turn in the words of its provider, opaque to everybody else: signed thinking, encrypted
 * reasoning, thought signatures. If a message has items of the very endpoint and model that a request goes to, the
 * adapter sends these, byte for byte and in order, instead of the message's parts; else it leaves them out. Immutable.
 */
typedef struct _ClocheRawItem ClocheRawItem;

#define CLOCHE_TYPE_RAW_ITEM (cloche_raw_item_get_type ())
GType          cloche_raw_item_get_type (void);

ClocheRawItem *cloche_raw_item_new   (const char *endpoint,
                                      const char *model,
                                      GBytes     *bytes) G_GNUC_WARN_UNUSED_RESULT;
ClocheRawItem *cloche_raw_item_ref   (ClocheRawItem *self);
void           cloche_raw_item_unref (ClocheRawItem *self);

gboolean       cloche_raw_item_is_for    (ClocheRawItem *self,
                                          const char    *endpoint,
                                          const char    *model);
GBytes        *cloche_raw_item_get_bytes (ClocheRawItem *self);

JsonObject    *cloche_raw_item_to_json   (ClocheRawItem *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheRawItem *cloche_raw_item_from_json (JsonObject  *json,
                                          GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheRawItem, cloche_raw_item_unref)

G_END_DECLS
