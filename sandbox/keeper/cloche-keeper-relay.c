/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-relay.h"

#include "cloche-json.h"
#include "cloche-record.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

typedef struct
{
  ClocheWireStream *client;
  ClocheWireStream *agent;      /* NULL until the agent has answered */
  GCancellable *input;          /* of what is on its way from the client to the agent; NULL = nothing is */
  const ClocheKeeperOp *op;
  gboolean is_over;
} Relay;

static void
relay_free (Relay *relay)
{
  g_clear_object (&relay->client);
  g_clear_object (&relay->agent);
  g_clear_object (&relay->input);
  g_free (relay);
}

/* Says that no more will be sent and that what still comes is of no interest: no reset, which would overtake the last
 * bytes. In memory; cannot fail. */
static void
close_stream (ClocheWireStream *stream)
{
  (void) g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
}

/* Ends the relay. Whoever is still reading or writing one of the streams fails and lets go of the task. */
static void
end_relay (GTask  *task,
           GError *take_error)
{
  Relay *relay = g_task_get_task_data (task);

  if (relay->is_over) {
    g_clear_error (&take_error);
    return;
  }
  relay->is_over = TRUE;

  if (take_error != NULL) {
    if (relay->agent != NULL)
      cloche_wire_stream_reset (relay->agent);
    cloche_wire_stream_reset (relay->client);
    g_task_return_error (task, take_error);
  } else {
    close_stream (relay->agent);
    /* A stream that is being read cannot be closed: the reader does it when it hears. */
    if (relay->input != NULL)
      g_cancellable_cancel (relay->input);
    else
      close_stream (relay->client);
    g_task_return_boolean (task, TRUE);
  }
}

/* What an agent may send as a record, checked; events are written anew from their parsed form. */
static GBytes *
check_record (ClocheWireRecord *record,
              GError          **error)
{
  g_autoptr (JsonObject) event = NULL;
  const char *text;
  gsize length;
  char *line;

  if (record->type == CLOCHE_RECORD_OUTPUT || record->type == CLOCHE_RECORD_ERROR)
    return g_bytes_ref (record->payload);

  if (record->type != CLOCHE_RECORD_EVENT) {
    g_set_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL,
                 "The agent sent a record of type %u", record->type);
    return NULL;
  }

  text = g_bytes_get_data (record->payload, &length);
  event = cloche_json_parse_object (text, (gssize) length, error);
  if (event == NULL)
    return NULL;

  line = cloche_json_object_to_line (event);
  return g_bytes_new_take (line, strlen (line));
}

static void read_from_agent (GTask *task);

static void
record_forwarded_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_wire_write_record_finish (CLOCHE_WIRE_STREAM (source), result, &error))
    read_from_agent (g_steal_pointer (&task));
  else
    end_relay (task, error);
}

static void
agent_record_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Relay *relay = g_task_get_task_data (task);
  g_autoptr (ClocheWireRecord) record = NULL;
  g_autoptr (GBytes) payload = NULL;
  GError *error = NULL;

  record = cloche_wire_read_record_finish (CLOCHE_WIRE_STREAM (source), result, &error);
  if (record != NULL)
    payload = check_record (record, &error);

  if (payload == NULL)
    end_relay (task, error);            /* Without an error: the agent has finished. */
  else
    cloche_wire_write_record_async (relay->client, record->type, payload, NULL,
                                    record_forwarded_cb, g_steal_pointer (&task));
}

static void
read_from_agent (GTask *task)
{
  Relay *relay = g_task_get_task_data (task);

  cloche_wire_read_record_async (relay->agent, NULL, agent_record_cb, task);
}

static void read_from_client (GTask *task);

static void
input_forwarded_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  Relay *relay = g_task_get_task_data (task);

  /* A failure to write is seen by the reader of the same stream. */
  if (cloche_wire_write_record_finish (CLOCHE_WIRE_STREAM (source), result, NULL))
    read_from_client (g_steal_pointer (&task));
  else if (relay->is_over)
    close_stream (relay->client);
}

static void
client_record_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Relay *relay = g_task_get_task_data (task);
  g_autoptr (ClocheWireRecord) record = NULL;
  GError *error = NULL;

  record = cloche_wire_read_record_finish (CLOCHE_WIRE_STREAM (source), result, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    close_stream (relay->client);
    g_clear_error (&error);
  } else if (record == NULL && error == NULL) {
    g_clear_object (&relay->input);
    if (!relay->is_over)
      cloche_wire_stream_finish (relay->agent);
  } else if (record == NULL) {
    end_relay (task, error);
  } else if (record->type != CLOCHE_RECORD_INPUT) {
    end_relay (task, g_error_new (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL,
                                  "A client sent a record of type %u", record->type));
  } else {
    cloche_wire_write_record_async (relay->agent, record->type, record->payload, relay->input,
                                    input_forwarded_cb, g_steal_pointer (&task));
  }
}

static void
read_from_client (GTask *task)
{
  Relay *relay = g_task_get_task_data (task);

  cloche_wire_read_record_async (relay->client, relay->input, client_record_cb, task);
}

static void
bytes_out_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  (void) g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error);
  end_relay (task, error);
}

/* The agent has all the bytes, or says no before; a failed upload is seen by the reader of the second answer. */
static void
bytes_in_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Relay *relay = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error) >= 0)
    g_clear_object (&relay->input);
  else if (relay->is_over)
    close_stream (relay->client);
  else if (cloche_wire_stream_is_reset (relay->client))
    end_relay (task, g_steal_pointer (&error));
  g_clear_error (&error);
}

static void
told_client_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  (void) cloche_wire_write_json_finish (CLOCHE_WIRE_STREAM (source), result, &error);
  end_relay (task, error);
}

static void
second_answer_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Relay *relay = g_task_get_task_data (task);
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = cloche_wire_read_json_finish (CLOCHE_WIRE_STREAM (source), result, &error);
  if (answer != NULL)
    cloche_wire_write_json_async (relay->client, answer, NULL, told_client_cb, g_steal_pointer (&task));
  else
    end_relay (task, error != NULL ? error
                                   : g_error_new (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL,
                                                  "The agent did not say what became of the file"));
}

static void
begin_flow (GTask *task)
{
  Relay *relay = g_task_get_task_data (task);
  GIOStream *agent = G_IO_STREAM (relay->agent);
  GIOStream *client = G_IO_STREAM (relay->client);

  switch (relay->op->flow) {
  case CLOCHE_KEEPER_FLOW_NONE:
    end_relay (task, NULL);
    break;

  case CLOCHE_KEEPER_FLOW_RECORDS:
    relay->input = g_cancellable_new ();
    read_from_agent (g_object_ref (task));
    read_from_client (g_object_ref (task));
    break;

  case CLOCHE_KEEPER_FLOW_RAW_IN:
    relay->input = g_cancellable_new ();
    g_output_stream_splice_async (g_io_stream_get_output_stream (agent), g_io_stream_get_input_stream (client),
                                  G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT, relay->input,
                                  bytes_in_cb, g_object_ref (task));
    cloche_wire_read_json_async (relay->agent, NULL, second_answer_cb, g_object_ref (task));
    break;

  case CLOCHE_KEEPER_FLOW_RAW_OUT:
    g_output_stream_splice_async (g_io_stream_get_output_stream (client), g_io_stream_get_input_stream (agent),
                                  G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT, NULL,
                                  bytes_out_cb, g_object_ref (task));
    break;

  default:
    g_assert_not_reached ();
  }
}

static void
first_answer_sent_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_wire_write_json_finish (CLOCHE_WIRE_STREAM (source), result, &error))
    begin_flow (task);
  else
    end_relay (task, error);
}

static void
agent_answered_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Relay *relay = g_task_get_task_data (task);
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = cloche_keeper_guest_request_finish (CLOCHE_KEEPER_GUEST (source), result, &relay->agent, &error);
  if (answer == NULL) {
    cloche_wire_stream_refuse (relay->client, error);
    g_task_return_error (task, error);
    return;
  }

  cloche_wire_write_json_async (relay->client, answer, NULL, first_answer_sent_cb, g_steal_pointer (&task));
}

void
cloche_keeper_relay_async (ClocheKeeperGuest    *guest,
                           ClocheWireStream     *client,
                           JsonObject           *request,
                           const ClocheKeeperOp *op,
                           GAsyncReadyCallback   callback,
                           gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (guest, NULL, callback, user_data);
  Relay *relay = g_new0 (Relay, 1);

  g_task_set_source_tag (task, cloche_keeper_relay_async);
  relay->client = g_object_ref (client);
  relay->op = op;
  g_task_set_task_data (task, relay, (GDestroyNotify) relay_free);

  cloche_keeper_guest_request_async (guest, op->is_bulk, request, NULL, agent_answered_cb, g_steal_pointer (&task));
}

gboolean
cloche_keeper_relay_finish (ClocheKeeperGuest *guest,
                            GAsyncResult      *result,
                            GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, guest), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
