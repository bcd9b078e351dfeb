/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-wire-stream.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Lines and records on a stream. A reader takes exactly one line or record and leaves what follows; what it had read
 * of an unfinished one when it was cancelled is kept for the next reader of the same kind. One reader and one writer
 * at a time; do not mix them with reads of the input stream while one is under way. A cancelled writer may have sent a
 * part: reset the stream.
 */

/**
 * ClocheWireRecord:
 * @type: one of protocol.md's record types
 * @payload: its bytes, never %NULL
 */
typedef struct
{
  guint8 type;
  GBytes *payload;
} ClocheWireRecord;

ClocheWireRecord *cloche_wire_record_new  (guint8            type,
                                           GBytes           *payload) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_wire_record_free (ClocheWireRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheWireRecord, cloche_wire_record_free)

/* %NULL without an error: the peer finished where a new line, or record, would begin. */
void              cloche_wire_read_json_async     (ClocheWireStream     *stream,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
JsonObject       *cloche_wire_read_json_finish    (ClocheWireStream     *stream,
                                                   GAsyncResult         *result,
                                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_wire_read_record_async   (ClocheWireStream     *stream,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
ClocheWireRecord *cloche_wire_read_record_finish  (ClocheWireStream     *stream,
                                                   GAsyncResult         *result,
                                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void              cloche_wire_write_json_async    (ClocheWireStream     *stream,
                                                   JsonObject           *object,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean          cloche_wire_write_json_finish   (ClocheWireStream     *stream,
                                                   GAsyncResult         *result,
                                                   GError              **error);
void              cloche_wire_write_record_async  (ClocheWireStream     *stream,
                                                   guint8                type,
                                                   GBytes               *payload,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean          cloche_wire_write_record_finish (ClocheWireStream     *stream,
                                                   GAsyncResult         *result,
                                                   GError              **error);

G_END_DECLS
