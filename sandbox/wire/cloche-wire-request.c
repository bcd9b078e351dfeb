/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-request.h"

#include "cloche-json.h"
#include "cloche-string.h"
#include "cloche-wire-message.h"

/* @stream is the task's only hold on it: dropping it unclosed, on any failure, resets it. */
typedef struct
{
  ClocheWireStream *stream;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_clear_object (&self->stream);
  g_free (self);
}

/**
 * cloche_wire_answer_check:
 *
 * The error's message is the peer's text made printable, or its code if it sent none.
 */
gboolean
cloche_wire_answer_check (JsonObject *answer,
                          GError    **error)
{
  const char *code, *message;
  g_autofree char *printable = NULL;

  if (cloche_json_get_bool (answer, "ok", FALSE))
    return TRUE;

  code = cloche_json_get_string (answer, "error");
  message = cloche_json_get_string (answer, "message");
  printable = cloche_text_make_printable (message != NULL ? message : code != NULL ? code : "No reason given", -1);
  g_set_error_literal (error, CLOCHE_WIRE_ERROR, cloche_wire_error_from_code (code), printable);

  return FALSE;
}

JsonObject *
cloche_wire_answer_new_ok (void)
{
  JsonObject *answer = json_object_new ();

  json_object_set_boolean_member (answer, "ok", TRUE);

  return answer;
}

JsonObject *
cloche_wire_answer_new_error (const GError *error)
{
  JsonObject *answer = json_object_new ();

  json_object_set_boolean_member (answer, "ok", FALSE);
  json_object_set_string_member (answer, "error", cloche_wire_error_get_code (error));
  json_object_set_string_member (answer, "message", error->message);

  return answer;
}

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  ClocheWireStream *stream = CLOCHE_WIRE_STREAM (source);

  /* If the answer could not be sent, the stream has failed, and with it whoever waits for the answer. */
  if (cloche_wire_write_json_finish (stream, result, NULL))
    (void) g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);        /* Cannot fail or block: see its class. */
}

/**
 * cloche_wire_stream_refuse:
 *
 * What the peer still sends on @stream is thrown away.
 */
void
cloche_wire_stream_refuse (ClocheWireStream *stream,
                           const GError     *error)
{
  g_autoptr (JsonObject) answer = cloche_wire_answer_new_error (error);

  cloche_wire_write_json_async (stream, answer, NULL, refused_cb, NULL);
}

static void
answer_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = cloche_wire_read_json_finish (CLOCHE_WIRE_STREAM (source), result, &error);

  if (answer == NULL && error == NULL)
    error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL, "The peer finished without an answer");
  if (error != NULL || !cloche_wire_answer_check (answer, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) json_object_unref);
}

static void
request_written_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  ClocheWireStream *stream = CLOCHE_WIRE_STREAM (source);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (!cloche_wire_write_json_finish (stream, result, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_wire_read_json_async (stream, cancellable, answer_read_cb, g_steal_pointer (&task));
}

void
cloche_wire_request_async (ClocheWireSession  *session,
                           JsonObject         *request,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  Request *state;

  g_return_if_fail (CLOCHE_IS_WIRE_SESSION (session));

  task = g_task_new (session, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_wire_request_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  state = g_new0 (Request, 1);
  g_task_set_task_data (task, state, request_free);
  state->stream = cloche_wire_session_open_stream (session, &error);
  if (state->stream == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_wire_write_json_async (state->stream, request, cancellable, request_written_cb, g_steal_pointer (&task));
}

/**
 * cloche_wire_request_finish:
 * @ret_stream: (out) (optional): set only on success; without it the stream is reset
 */
JsonObject *
cloche_wire_request_finish (ClocheWireSession *session,
                            GAsyncResult      *result,
                            ClocheWireStream **ret_stream,
                            GError           **error)
{
  Request *state;
  JsonObject *answer;

  g_return_val_if_fail (g_task_is_valid (result, session), NULL);

  state = g_task_get_task_data (G_TASK (result));
  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (answer != NULL && ret_stream != NULL)
    *ret_stream = g_steal_pointer (&state->stream);

  return answer;
}
