/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-forge-guest.h"

#include "cloche-agent-contract.h"
#include "cloche-image-error.h"
#include "cloche-json.h"
#include "cloche-record.h"
#include "cloche-string.h"
#include "cloche-wire-hello.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"
#include "cloche-wire-session.h"

#include <string.h>

/* bytes: of what the hooks print, for the message of a failure. */
#define TAIL_BYTES 4096

/* More steps than this no tree has; the number is the guest's claim and only shown. */
#define MAX_STEPS 1000

struct _ClocheForgeGuest
{
  GObject parent_instance;

  /* Owned */
  GIOStream *control_port;
  GIOStream *bulk_port;
  ClocheWireSession *control;   /* NULL until the guest has greeted */
  ClocheWireSession *bulk;
};

G_DEFINE_FINAL_TYPE (ClocheForgeGuest, cloche_forge_guest, G_TYPE_OBJECT)

/* 1. Greeting: both ports, one after the other; the guest greets on each when it is ready. */

/* An image that was imported may be of an older or newer Cloche. */
static void
return_wrong_hello (GTask      *task,
                    const char *line)
{
  g_task_return_new_error (task, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_GUEST_FAILED,
                           "The image was made by another version of Cloche: it begins with “%s”", line);
}

static void
bulk_greeted_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheForgeGuest *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autofree char *line = cloche_wire_read_hello_finish (G_INPUT_STREAM (source), result, &error);

  if (line == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (strcmp (line, CLOCHE_AGENT_HELLO "bulk") != 0) {
    return_wrong_hello (task, line);
    return;
  }

  self->bulk = cloche_wire_session_new (self->bulk_port, CLOCHE_WIRE_ROLE_CLIENT);
  g_task_return_boolean (task, TRUE);
}

static void
control_greeted_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheForgeGuest *self = g_task_get_source_object (task);
  GCancellable *cancellable;
  GError *error = NULL;
  g_autofree char *line = cloche_wire_read_hello_finish (G_INPUT_STREAM (source), result, &error);

  if (line == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (strcmp (line, CLOCHE_AGENT_HELLO "control") != 0) {
    return_wrong_hello (task, line);
    return;
  }

  self->control = cloche_wire_session_new (self->control_port, CLOCHE_WIRE_ROLE_CLIENT);
  cancellable = g_task_get_cancellable (task);
  cloche_wire_read_hello_async (g_io_stream_get_input_stream (self->bulk_port), cancellable,
                                bulk_greeted_cb, g_steal_pointer (&task));
}

/**
 * cloche_forge_guest_greet_async:
 *
 * Waits until the agent has said hello on both ports: the machine has booted.
 */
void
cloche_forge_guest_greet_async (ClocheForgeGuest   *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (CLOCHE_IS_FORGE_GUEST (self));

  g_task_set_source_tag (task, cloche_forge_guest_greet_async);
  cloche_wire_read_hello_async (g_io_stream_get_input_stream (self->control_port), cancellable,
                                control_greeted_cb, g_steal_pointer (&task));
}

/**
 * cloche_forge_guest_greet_finish:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_GUEST_FAILED, %CLOCHE_WIRE_ERROR, %G_IO_ERROR.
 */
gboolean
cloche_forge_guest_greet_finish (ClocheForgeGuest *self,
                                 GAsyncResult     *result,
                                 GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* 2. Warming: records until the end event. */

typedef struct
{
  ClocheForgeGuestStep step_func;
  gpointer step_data;
  ClocheWireStream *stream;
  GString *tail;                /* the newest output of the hooks */
} Warming;

static void
warming_free (Warming *warming)
{
  if (warming->stream != NULL)
    cloche_wire_stream_reset (warming->stream);
  g_clear_object (&warming->stream);
  g_string_free (warming->tail, TRUE);
  g_free (warming);
}

static void
keep_output (Warming *warming,
             GBytes  *payload)
{
  gsize length;
  const char *bytes = g_bytes_get_data (payload, &length);
  gsize taken = MIN (length, TAIL_BYTES);

  g_string_append_len (warming->tail, bytes + (length - taken), (gssize) taken);
  if (warming->tail->len > TAIL_BYTES)
    g_string_erase (warming->tail, 0, (gssize) (warming->tail->len - TAIL_BYTES));
}

static void
end_warming (GTask      *task,
             JsonObject *event)
{
  Warming *warming = g_task_get_task_data (task);
  const char *message = cloche_json_get_string (event, "message");
  g_autofree char *shown = NULL;
  g_autofree char *output = NULL;

  if (cloche_json_get_bool (event, "ok", FALSE)) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  shown = cloche_text_make_printable (message != NULL ? message : "", -1);
  output = cloche_text_make_printable (warming->tail->str, (gssize) warming->tail->len);
  g_task_return_new_error (task, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_GUEST_FAILED, "%s: %s", shown, output);
}

/* Whether this was the last event. */
static gboolean
take_event (GTask  *task,
            GBytes *payload)
{
  Warming *warming = g_task_get_task_data (task);
  gsize length;
  const char *text = g_bytes_get_data (payload, &length);
  g_autoptr (JsonObject) event = cloche_json_parse_object (text, (gssize) length, NULL);
  const char *name = event != NULL ? cloche_json_get_string (event, "event") : NULL;

  if (g_strcmp0 (name, "end") == 0) {
    end_warming (task, event);
    return TRUE;
  }
  if (g_strcmp0 (name, "step") == 0 && warming->step_func != NULL)
    warming->step_func ((guint) CLAMP (cloche_json_get_int (event, "n", 1), 1, MAX_STEPS),
                        (guint) CLAMP (cloche_json_get_int (event, "of", 1), 1, MAX_STEPS), warming->step_data);

  return FALSE;
}

static void
record_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Warming *warming = g_task_get_task_data (task);
  GCancellable *cancellable;
  GError *error = NULL;
  g_autoptr (ClocheWireRecord) record = cloche_wire_read_record_finish (CLOCHE_WIRE_STREAM (source), result, &error);

  if (error != NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (record == NULL) {
    g_task_return_new_error (task, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_GUEST_FAILED, "The guest stopped in the middle");
    return;
  }

  if (record->type == CLOCHE_RECORD_EVENT && take_event (task, record->payload))
    return;
  if (record->type == CLOCHE_RECORD_OUTPUT || record->type == CLOCHE_RECORD_ERROR)
    keep_output (warming, record->payload);
  cancellable = g_task_get_cancellable (task);
  cloche_wire_read_record_async (warming->stream, cancellable, record_read_cb, g_steal_pointer (&task));
}

static void
warm_answered_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Warming *warming = g_task_get_task_data (task);
  GCancellable *cancellable;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = cloche_wire_request_finish (CLOCHE_WIRE_SESSION (source), result, &warming->stream, &error);

  if (answer == NULL) {
    g_task_return_error (task, error);
    return;
  }

  cancellable = g_task_get_cancellable (task);
  cloche_wire_read_record_async (warming->stream, cancellable, record_read_cb, g_steal_pointer (&task));
}

/**
 * cloche_forge_guest_warm_async:
 * @step_func: (nullable): called as the guest goes from one hook to the next
 *
 * Has the guest start its services and load what a conversation should not wait for.
 */
void
cloche_forge_guest_warm_async (ClocheForgeGuest    *self,
                               ClocheForgeGuestStep step_func,
                               gpointer             step_data,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonObject) request = json_object_new ();
  Warming *warming = g_new0 (Warming, 1);

  g_return_if_fail (CLOCHE_IS_FORGE_GUEST (self));
  g_return_if_fail (self->control != NULL);

  warming->step_func = step_func;
  warming->step_data = step_data;
  warming->tail = g_string_new (NULL);
  g_task_set_source_tag (task, cloche_forge_guest_warm_async);
  g_task_set_task_data (task, warming, (GDestroyNotify) warming_free);
  json_object_set_string_member (request, "op", "warm");
  cloche_wire_request_async (self->control, request, cancellable, warm_answered_cb, g_steal_pointer (&task));
}

/**
 * cloche_forge_guest_warm_finish:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_GUEST_FAILED with the end of what the hooks printed, %CLOCHE_WIRE_ERROR, %G_IO_ERROR.
 */
gboolean
cloche_forge_guest_warm_finish (ClocheForgeGuest *self,
                                GAsyncResult     *result,
                                GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* 3. Settling */

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = cloche_wire_request_finish (CLOCHE_WIRE_SESSION (source), result, NULL, &error);

  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * cloche_forge_guest_ask_async:
 * @request: an op that has no more to it than a request and "ok": "furnish" or "settle"
 */
void
cloche_forge_guest_ask_async (ClocheForgeGuest   *self,
                              JsonObject         *request,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (CLOCHE_IS_FORGE_GUEST (self));
  g_return_if_fail (self->control != NULL);

  g_task_set_source_tag (task, cloche_forge_guest_ask_async);
  cloche_wire_request_async (self->control, request, cancellable, answered_cb, g_steal_pointer (&task));
}

/**
 * cloche_forge_guest_ask_finish:
 *
 * Errors: %CLOCHE_WIRE_ERROR, %G_IO_ERROR.
 */
gboolean
cloche_forge_guest_ask_finish (ClocheForgeGuest *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_forge_guest_hang_up:
 *
 * Ends both sessions and closes our ends of the ports, so that the guest waits for somebody new.
 */
void
cloche_forge_guest_hang_up (ClocheForgeGuest *self)
{
  g_return_if_fail (CLOCHE_IS_FORGE_GUEST (self));

  if (self->control != NULL)
    cloche_wire_session_close (self->control);
  if (self->bulk != NULL)
    cloche_wire_session_close (self->bulk);
  g_clear_object (&self->control);
  g_clear_object (&self->bulk);

  /* Closing a socket does not block, and there is nobody to tell that it failed. */
  (void) g_io_stream_close (self->control_port, NULL, NULL);
  (void) g_io_stream_close (self->bulk_port, NULL, NULL);
}

static void
cloche_forge_guest_dispose (GObject *object)
{
  ClocheForgeGuest *self = CLOCHE_FORGE_GUEST (object);

  if (self->control_port != NULL)
    cloche_forge_guest_hang_up (self);
  g_clear_object (&self->control_port);
  g_clear_object (&self->bulk_port);

  G_OBJECT_CLASS (cloche_forge_guest_parent_class)->dispose (object);
}

static void
cloche_forge_guest_class_init (ClocheForgeGuestClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_forge_guest_dispose;
}

static void
cloche_forge_guest_init (ClocheForgeGuest *self)
{
}

/**
 * cloche_forge_guest_new:
 * @control: our end of the port org.cloche.control
 * @bulk: our end of the port org.cloche.bulk
 */
ClocheForgeGuest *
cloche_forge_guest_new (GIOStream *control,
                        GIOStream *bulk)
{
  ClocheForgeGuest *self = g_object_new (CLOCHE_TYPE_FORGE_GUEST, NULL);

  self->control_port = g_object_ref (control);
  self->bulk_port = g_object_ref (bulk);

  return self;
}
