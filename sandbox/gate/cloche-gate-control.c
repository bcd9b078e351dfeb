/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-control.h"

#include "cloche-gate-lines.h"
#include "cloche-json.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

struct _ClocheGateControl
{
  GObject parent_instance;

  /* owned */
  ClocheGateLines *lines;
  GQueue requests;              /* of GTask: sent, not answered, in order */
};

G_DEFINE_FINAL_TYPE (ClocheGateControl, cloche_gate_control, G_TYPE_OBJECT)

enum {
  ATTEMPT,
  REFUSED,
  POLICY,
  QUESTION,
  CLEARED,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GError *
error_from_answer (JsonObject *answer)
{
  const char *code = cloche_json_get_string (answer, "error");
  const char *message = cloche_json_get_string (answer, "message");
  int value = g_strcmp0 (code, "denied") == 0 ? CLOCHE_GATE_ERROR_DENIED
              : g_strcmp0 (code, "gone") == 0 ? CLOCHE_GATE_ERROR_GONE
              : g_strcmp0 (code, "invalid") == 0 ? CLOCHE_GATE_ERROR_RULE
              : CLOCHE_GATE_ERROR_PROTOCOL;

  return g_error_new (CLOCHE_GATE_ERROR, value, "%s", message != NULL ? message : "The gate refused without a reason");
}

static void
take_event (ClocheGateControl *self,
            JsonObject        *event)
{
  const char *name = cloche_json_get_string (event, "event");
  gboolean has_host = cloche_json_get_string (event, "name") != NULL && cloche_json_get_string (event, "program") != NULL;

  if (g_strcmp0 (name, "refused") == 0 && has_host && cloche_json_get_string (event, "reason") != NULL)
    g_signal_emit (self, signals[REFUSED], 0, event);
  else if (g_strcmp0 (name, "policy") == 0)
    g_signal_emit (self, signals[POLICY], 0, event);
  else if (g_strcmp0 (name, "question") == 0 && has_host && cloche_json_get_string (event, "rule") != NULL)
    g_signal_emit (self, signals[QUESTION], 0, event);
  else if (g_strcmp0 (name, "cleared") == 0)
    g_signal_emit (self, signals[CLEARED], 0, cloche_json_get_int (event, "id", 0));
  else
    cloche_gate_lines_close (self->lines);
}

static void
line_cb (ClocheGateLines *lines,
         JsonObject      *object,
         gpointer         data)
{
  g_autoptr (ClocheGateControl) self = g_object_ref (data);
  g_autoptr (GTask) task = NULL;

  if (json_object_has_member (object, "event")) {
    take_event (self, object);
    return;
  }
  if (!json_object_has_member (object, "ok")) {
    g_autofree char *row = cloche_json_object_to_line (object);
    g_autoptr (GBytes) bytes = g_bytes_new (row, strlen (row));

    g_signal_emit (self, signals[ATTEMPT], 0, bytes);
    return;
  }

  task = g_queue_pop_head (&self->requests);
  if (task == NULL)             /* An answer to nothing. */
    cloche_gate_lines_close (self->lines);
  else if (cloche_json_get_bool (object, "ok", FALSE))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error_from_answer (object));
}

static void
closed_cb (ClocheGateLines *lines,
           gpointer         data)
{
  g_autoptr (ClocheGateControl) self = g_object_ref (data);
  GTask *task;

  while ((task = g_queue_pop_head (&self->requests)) != NULL) {
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED, "The gate is gone");
    g_object_unref (task);
  }
  g_signal_emit (self, signals[CLOSED], 0);
}

/* Takes @request. The answer is waited for even when the caller has cancelled: answers come in order. */
static void
send_request (ClocheGateControl *self,
              JsonObject        *request,
              GTask             *task)
{
  g_autoptr (JsonObject) owned = request;
  g_autofree char *line = NULL;

  if (g_task_return_error_if_cancelled (task)) {
    g_object_unref (task);
    return;
  }
  if (cloche_gate_lines_is_closed (self->lines)) {
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED, "The gate is gone");
    g_object_unref (task);
    return;
  }

  line = cloche_json_object_to_line (request);
  if (strlen (line) > CLOCHE_GATE_LINE_BYTES) {
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE, "The rules are too long together");
    g_object_unref (task);
    return;
  }
  g_queue_push_tail (&self->requests, task);
  cloche_gate_lines_send (self->lines, line);
}

static JsonObject *
request_new (const char *op)
{
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "op", op);

  return request;
}

static void
cloche_gate_control_dispose (GObject *object)
{
  ClocheGateControl *self = CLOCHE_GATE_CONTROL (object);

  if (self->lines != NULL) {
    g_signal_handlers_disconnect_by_data (self->lines, self);
    cloche_gate_lines_close (self->lines);
  }
  g_clear_object (&self->lines);

  G_OBJECT_CLASS (cloche_gate_control_parent_class)->dispose (object);
}

static void
cloche_gate_control_class_init (ClocheGateControlClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_control_dispose;

  signals[ATTEMPT] = g_signal_new ("attempt", CLOCHE_TYPE_GATE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[REFUSED] = g_signal_new ("refused", CLOCHE_TYPE_GATE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[POLICY] = g_signal_new ("policy", CLOCHE_TYPE_GATE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[QUESTION] = g_signal_new ("question", CLOCHE_TYPE_GATE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[CLEARED] = g_signal_new ("cleared", CLOCHE_TYPE_GATE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_INT64);
  signals[CLOSED] = g_signal_new ("closed", CLOCHE_TYPE_GATE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
cloche_gate_control_init (ClocheGateControl *self)
{
  g_queue_init (&self->requests);
}

static void
greeted_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_pointer (task, g_object_ref (object), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
connected_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error);
  g_autoptr (ClocheGateControl) self = NULL;
  JsonObject *hello;

  if (connection == NULL) {
    g_task_return_error (task, error);
    return;
  }

  self = g_object_new (CLOCHE_TYPE_GATE_CONTROL, NULL);
  self->lines = cloche_gate_lines_new (connection);
  g_signal_connect (self->lines, "line", G_CALLBACK (line_cb), self);
  g_signal_connect (self->lines, "closed", G_CALLBACK (closed_cb), self);
  cloche_gate_lines_start (self->lines);

  hello = request_new ("hello");
  json_object_set_string_member (hello, "token", g_task_get_task_data (task));
  send_request (self, hello, g_task_new (self, g_task_get_cancellable (task), greeted_cb, g_object_ref (task)));
}

/**
 * cloche_gate_control_open_async:
 * @path: of gate.sock
 * @token: the machine's token, 32 hex digits
 *
 * Connects to a gate and says hello.
 */
void
cloche_gate_control_open_async (const char         *path,
                                const char         *token,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  g_task_set_source_tag (task, cloche_gate_control_open_async);
  g_task_set_task_data (task, g_strdup (token), g_free);
  /* A unix socket has no proxy; asking would load GIO's modules for nothing. */
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), cancellable, connected_cb, task);
}

/**
 * cloche_gate_control_open_finish:
 *
 * Errors: %G_IO_ERROR if nobody listens; %CLOCHE_GATE_ERROR_DENIED if the token is wrong.
 */
ClocheGateControl *
cloche_gate_control_open_finish (GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_gate_control_set_policy_async:
 *
 * Replaces the gate's policy. When it has answered, the new one holds and what it forbids has been broken off.
 */
void
cloche_gate_control_set_policy_async (ClocheGateControl  *self,
                                      ClocheEgressPolicy *policy,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  JsonObject *request = request_new ("policy");
  JsonArray *allow = json_array_new ();

  g_return_if_fail (CLOCHE_IS_GATE_CONTROL (self) && policy != NULL);

  g_task_set_source_tag (task, cloche_gate_control_set_policy_async);
  for (const char *const *rule = cloche_egress_policy_get_rules (policy); *rule != NULL; rule++)
    json_array_add_string_element (allow, *rule);
  json_object_set_string_member (request, "mode",
                                 cloche_egress_mode_to_string (cloche_egress_policy_get_mode (policy)));
  json_object_set_array_member (request, "allow", allow);
  send_request (self, request, task);
}

/**
 * cloche_gate_control_set_policy_finish:
 *
 * Errors: %CLOCHE_GATE_ERROR_RULE, %CLOCHE_GATE_ERROR_CLOSED; the old policy then still holds.
 */
gboolean
cloche_gate_control_set_policy_finish (ClocheGateControl *self,
                                       GAsyncResult      *result,
                                       GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_gate_control_follow_async:
 *
 * Asks for the "attempt" signal. Attempts that ended before are in the log only.
 */
void
cloche_gate_control_follow_async (ClocheGateControl  *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (CLOCHE_IS_GATE_CONTROL (self));

  g_task_set_source_tag (task, cloche_gate_control_follow_async);
  send_request (self, request_new ("follow"), task);
}

gboolean
cloche_gate_control_follow_finish (ClocheGateControl *self,
                                   GAsyncResult      *result,
                                   GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
cloche_gate_control_ask_async (ClocheGateControl  *self,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_GATE_CONTROL (self));

  send_request (self, request_new ("ask"), g_task_new (self, cancellable, callback, user_data));
}

void
cloche_gate_control_answer_async (ClocheGateControl  *self,
                                  gint64              question,
                                  gboolean            is_yes,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  JsonObject *request;

  g_return_if_fail (CLOCHE_IS_GATE_CONTROL (self));

  request = request_new ("answer");
  json_object_set_int_member (request, "id", question);
  json_object_set_string_member (request, "answer", is_yes ? "once" : "no");
  send_request (self, request, g_task_new (self, cancellable, callback, user_data));
}

void
cloche_gate_control_sync_async (ClocheGateControl  *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_GATE_CONTROL (self));

  send_request (self, request_new ("status"), g_task_new (self, cancellable, callback, user_data));
}

gboolean
cloche_gate_control_request_finish (ClocheGateControl *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_gate_control_close:
 *
 * Ends the connection after what was asked for has been sent; the policy stays as it is.
 */
void
cloche_gate_control_close (ClocheGateControl *self)
{
  g_return_if_fail (CLOCHE_IS_GATE_CONTROL (self));

  cloche_gate_lines_close (self->lines);
}
