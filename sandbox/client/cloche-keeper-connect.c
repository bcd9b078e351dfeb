/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-connect.h"

#include "cloche-json.h"
#include "cloche-start-failure.h"
#include "cloche-wire-error.h"
#include "cloche-wire-hello.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixsocketaddress.h>

/* bytes: what a keeper says when it is ready or has failed. */
#define READY_LINE_BYTES (64 * 1024)

typedef struct
{
  ClocheKeeperConnection *connection;
  char *machine_id;
  GIOStream *stream;
  char *hello;
  gboolean is_second_try;
} Steps;

static void
steps_free (Steps *steps)
{
  g_clear_pointer (&steps->connection, cloche_keeper_connection_free);
  g_clear_object (&steps->stream);
  g_free (steps->machine_id);
  g_free (steps->hello);
  g_free (steps);
}

static void launch (GTask *task);

/* A keeper that ends just now may still take a connection, which then breaks: whoever comes next starts a new one. */
static void
try_again (GTask  *task,
           GError *take_error)
{
  Steps *steps = g_task_get_task_data (task);

  if (steps->is_second_try || steps->connection->was_started) {
    g_task_return_error (task, take_error);
    return;
  }

  g_error_free (take_error);
  steps->is_second_try = TRUE;
  g_clear_object (&steps->stream);
  g_clear_pointer (&steps->hello, g_free);
  g_clear_pointer (&steps->connection, cloche_keeper_connection_free);
  steps->connection = g_new0 (ClocheKeeperConnection, 1);
  launch (task);
}

static void
greeted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Steps *steps = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *hello = cloche_wire_read_hello_finish (G_INPUT_STREAM (source), result, &error);

  if (hello == NULL) {
    try_again (task, error);
  } else if (strcmp (hello, "CLOCHE 1 keeper") != 0) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL, "The keeper began with “%s”", hello);
  } else {
    steps->connection->session = cloche_wire_session_new (steps->stream, CLOCHE_WIRE_ROLE_CLIENT);
    g_task_return_pointer (task, g_steal_pointer (&steps->connection), (GDestroyNotify) cloche_keeper_connection_free);
  }
}

static void
hello_sent_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Steps *steps = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    try_again (task, error);
  else
    cloche_wire_read_hello_async (g_io_stream_get_input_stream (steps->stream), cancellable,
                                  greeted_cb, g_steal_pointer (&task));
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Steps *steps = g_task_get_task_data (task);
  GError *error = NULL;
  GSocketConnection *connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (connection == NULL) {
    try_again (task, error);
    return;
  }

  steps->stream = G_IO_STREAM (connection);
  steps->hello = g_strdup_printf ("CLOCHE 1 client %s\n", steps->connection->launch->token);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (steps->stream), steps->hello,
                                   strlen (steps->hello), G_PRIORITY_DEFAULT, cancellable,
                                   hello_sent_cb, g_steal_pointer (&task));
}

static void
connect_to_keeper (GTask *task)
{
  Steps *steps = g_task_get_task_data (task);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (steps->connection->launch->wire_path);

  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), g_task_get_cancellable (task),
                                 connected_cb, task);
}

/* The keeper is of our own kind and speaks before any guest does: its error domains are ours. */
static GError *
failure_from_json (JsonObject *object)
{
  const char *domain = cloche_json_get_string (object, "domain");
  const char *message = cloche_json_get_string (object, "message");

  if (domain == NULL || message == NULL)
    return g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_FAILED, "The keeper failed without a reason");

  return g_error_new_literal (g_quark_from_string (domain), (int) cloche_json_get_int (object, "code", 0), message);
}

static void
explained_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_error (task, cloche_start_failure_explain_finish (result));
}

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Steps *steps = g_task_get_task_data (task);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, &length, &error);

  if (line != NULL)
    object = cloche_json_parse_object (line, (gssize) length, &error);
  if (object == NULL && error == NULL)
    error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The keeper ended while it was starting");
  if (object != NULL && !cloche_json_get_bool (object, "ok", FALSE))
    error = failure_from_json (object);

  if (error != NULL)
    cloche_start_failure_explain_async (steps->connection->launch->base_path, error, cancellable,
                                        explained_cb, g_steal_pointer (&task));
  else
    connect_to_keeper (g_steal_pointer (&task));
}

static void
launched_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Steps *steps = g_task_get_task_data (task);
  ClocheKeeperLaunch *found;
  g_autoptr (GInputStream) pipe = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  GError *error = NULL;

  found = g_task_propagate_pointer (G_TASK (result), &error);
  if (found == NULL) {
    g_task_return_error (task, error);
    return;
  }

  steps->connection->launch = found;
  steps->connection->was_started = found->ready_fd >= 0;
  if (!steps->connection->was_started) {
    connect_to_keeper (g_steal_pointer (&task));
    return;
  }

  pipe = g_unix_input_stream_new (g_steal_fd (&found->ready_fd), TRUE);
  lines = g_data_input_stream_new (pipe);
  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (lines), READY_LINE_BYTES);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, cancellable,
                                       ready_cb, g_steal_pointer (&task));
}

static void
launch_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  GError *error = NULL;
  ClocheKeeperLaunch *launch = cloche_keeper_launch (source_object, task_data, cancellable, &error);

  if (launch != NULL)
    g_task_return_pointer (task, launch, (GDestroyNotify) cloche_keeper_launch_free);
  else
    g_task_return_error (task, error);
}

static void
launch (GTask *task)
{
  Steps *steps = g_task_get_task_data (task);
  g_autoptr (GTask) launching = g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task),
                                            launched_cb, g_object_ref (task));

  g_task_set_task_data (launching, g_strdup (steps->machine_id), g_free);
  g_task_run_in_thread (launching, launch_thread);
}

static void
prepared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_machine_host_prepare_finish (CLOCHE_MACHINE_HOST (source), result, &error))
    launch (task);
  else
    g_task_return_error (task, error);
}

void
cloche_keeper_connect_async (ClocheMachineHost  *host,
                             const char         *machine_id,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (host, cancellable, callback, user_data);
  Steps *steps = g_new0 (Steps, 1);

  g_task_set_source_tag (task, cloche_keeper_connect_async);
  g_task_set_task_data (task, steps, (GDestroyNotify) steps_free);
  steps->machine_id = g_strdup (machine_id);
  steps->connection = g_new0 (ClocheKeeperConnection, 1);
  cloche_machine_host_prepare_async (host, cancellable, prepared_cb, g_steal_pointer (&task));
}

ClocheKeeperConnection *
cloche_keeper_connect_finish (ClocheMachineHost *host,
                              GAsyncResult      *result,
                              GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
cloche_keeper_connection_free (ClocheKeeperConnection *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->session);
  g_clear_pointer (&self->launch, cloche_keeper_launch_free);
  g_free (self);
}
