/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-wire-session.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Opens a stream, sends @request, reads the answer. `{"ok":true,…}` is returned with the stream, which carries what
 * the op defines, both sides still open. `{"ok":false,…}` is a %CLOCHE_WIRE_ERROR of its code, the message made
 * printable; after any failure and after cancelling the stream is reset. */
void         cloche_wire_request_async  (ClocheWireSession    *session,
                                         JsonObject           *request,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data);
JsonObject  *cloche_wire_request_finish (ClocheWireSession    *session,
                                         GAsyncResult         *result,
                                         ClocheWireStream    **ret_stream,
                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* The server's side: the answers, to be sent with cloche_wire_write_json_async(). Errors of other domains than
 * %CLOCHE_WIRE_ERROR become the code `failed`. */
JsonObject  *cloche_wire_answer_new_ok    (void) G_GNUC_WARN_UNUSED_RESULT;
JsonObject  *cloche_wire_answer_new_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* Sends the answer of @error, finishes the stream and lets it go, in its own time: for who has nothing more to say. */
void         cloche_wire_stream_refuse (ClocheWireStream *stream,
                                        const GError     *error);

/* Whether @answer, which came from the peer, says ok; else sets the %CLOCHE_WIRE_ERROR that it means. */
gboolean     cloche_wire_answer_check (JsonObject  *answer,
                                       GError     **error);

G_END_DECLS
