/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-private.h"

#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-keeper-connect.h"
#include "cloche-machine-network-private.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

struct _ClocheMachine
{
  GObject parent_instance;

  /* Owned */
  ClocheMachineHost *host;
  ClocheMachineNetwork *network;
  char *id;
  ClocheKeeperConnection *connection;   /* NULL while asleep */
  GQueue starting;                      /* of GTask: who waits for the start that is under way */
  JsonObject *status;                   /* the newest that the keeper told; NULL = none */

  ClocheMachineState state;
};

enum {
  PROP_STATE = 1,
  PROP_MEMORY_BYTES,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

enum {
  SIGNAL_MEMORY_LOST,
  SIGNAL_DISK_FULL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheMachine, cloche_machine, G_TYPE_OBJECT)

static void
set_state (ClocheMachine     *self,
           ClocheMachineState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

/* Whether @status (nullable) says that the machine was there before, and what was in its memory is not. */
static gboolean
tells_of_loss (ClocheMachine *self,
               JsonObject    *status)
{
  return status != NULL && self->connection != NULL && self->connection->was_started &&
         !self->connection->launch->is_new_machine &&
         g_strcmp0 (cloche_json_get_string (status, "revived"), "lost-ram") == 0;
}

static void
set_status (ClocheMachine *self,
            JsonObject    *status)
{
  guint64 before = cloche_machine_get_memory_bytes (self);
  gboolean was_full = self->status != NULL && cloche_json_get_bool (self->status, "disk_full", FALSE);
  gboolean is_loss_news = tells_of_loss (self, status) && !tells_of_loss (self, self->status);

  g_clear_pointer (&self->status, json_object_unref);
  self->status = status != NULL ? json_object_ref (status) : NULL;
  if (cloche_machine_get_memory_bytes (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MEMORY_BYTES]);
  if (status != NULL && g_strcmp0 (cloche_json_get_string (status, "state"), "ready") == 0)
    set_state (self, CLOCHE_MACHINE_STATE_READY);
  if (is_loss_news)
    g_signal_emit (self, signals[SIGNAL_MEMORY_LOST], 0);
  if (!was_full && status != NULL && cloche_json_get_bool (status, "disk_full", FALSE))
    g_signal_emit (self, signals[SIGNAL_DISK_FULL], 0);
}

static void
answer_starting (ClocheMachine *self,
                 const GError  *error)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->starting)) != NULL) {
    if (error != NULL)
      g_task_return_error (task, g_error_copy (error));
    else
      g_task_return_boolean (task, TRUE);
    g_object_unref (task);
  }
}

static void
session_closed_cb (ClocheMachine *self,
                   GError        *error)
{
  g_clear_pointer (&self->connection, cloche_keeper_connection_free);
  _cloche_machine_network_detach (self->network);
  set_status (self, NULL);
  set_state (self, CLOCHE_MACHINE_STATE_ASLEEP);
}

static void follow_status (ClocheMachine    *self,
                           ClocheWireStream *stream);

static void
weak_ref_free (GWeakRef *weak)
{
  g_weak_ref_clear (weak);
  g_free (weak);
}

static void
status_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (ClocheMachine) self = g_weak_ref_get (user_data);
  ClocheWireStream *stream = CLOCHE_WIRE_STREAM (source);
  g_autoptr (ClocheWireRecord) record = cloche_wire_read_record_finish (stream, result, NULL);
  g_autoptr (JsonObject) status = NULL;
  const char *text;
  gsize length;

  weak_ref_free (user_data);
  if (record == NULL || self == NULL)
    return;                     /* The session tells of its end by itself. */

  text = g_bytes_get_data (record->payload, &length);
  status = cloche_json_parse_object (text, (gssize) length, NULL);
  if (status != NULL)
    set_status (self, status);
  follow_status (self, stream);
}

/* Does not keep the machine's object: a client that lets go of it is no client any more. */
static void
follow_status (ClocheMachine    *self,
               ClocheWireStream *stream)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  cloche_wire_read_record_async (stream, NULL, status_read_cb, weak);
}

static void
network_attached_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (ClocheMachine) self = user_data;
  g_autoptr (GError) attach_error = NULL;
  g_autoptr (GError) error = NULL;

  /* No operation beside a gate that does not know what may be reached: the next one begins from the start. Where none is any
   * more, nothing can be reached, and the machine goes on. */
  if (!_cloche_machine_network_attach_finish (CLOCHE_MACHINE_NETWORK (source), result, &attach_error) &&
      !g_error_matches (attach_error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_ENDED)) {
    if (g_error_matches (attach_error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE))
      error = g_steal_pointer (&attach_error);
    else
      g_set_error (&error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The gate is not reached: %s",
                   attach_error->message);
    if (self->connection != NULL)
      cloche_wire_session_close (self->connection->session);
  }
  answer_starting (self, error);
}

static void
attach_network (ClocheMachine *self)
{
  _cloche_machine_network_attach_async (self->network, self->connection->launch->gate_path,
                                        self->connection->launch->token, network_attached_cb, g_object_ref (self));
}

static void
status_begun_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (ClocheMachine) self = user_data;
  g_autoptr (ClocheWireStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) status = NULL;

  status = cloche_wire_request_finish (CLOCHE_WIRE_SESSION (source), result, &stream, &error);
  if (status == NULL || self->connection == NULL) {
    if (error == NULL)
      g_set_error_literal (&error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The machine stopped at once");
    answer_starting (self, error);
    return;
  }

  set_status (self, status);
  follow_status (self, stream);
  attach_network (self);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheMachine) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) request = NULL;

  self->connection = cloche_keeper_connect_finish (CLOCHE_MACHINE_HOST (source), result, &error);
  if (self->connection == NULL) {
    set_state (self, CLOCHE_MACHINE_STATE_ASLEEP);
    answer_starting (self, error);
    return;
  }

  g_signal_connect_object (self->connection->session, "closed", G_CALLBACK (session_closed_cb), self,
                           G_CONNECT_SWAPPED);
  request = json_object_new ();
  json_object_set_string_member (request, "op", "status");
  json_object_set_boolean_member (request, "follow", TRUE);
  cloche_wire_request_async (self->connection->session, request, NULL, status_begun_cb, g_object_ref (self));
}

static void
cloche_machine_dispose (GObject *object)
{
  ClocheMachine *self = CLOCHE_MACHINE (object);

  if (self->connection != NULL && self->connection->session != NULL)
    cloche_wire_session_close (self->connection->session);
  g_clear_pointer (&self->connection, cloche_keeper_connection_free);
  g_clear_pointer (&self->status, json_object_unref);
  g_clear_object (&self->host);
  g_clear_object (&self->network);

  G_OBJECT_CLASS (cloche_machine_parent_class)->dispose (object);
}

static void
cloche_machine_finalize (GObject *object)
{
  ClocheMachine *self = CLOCHE_MACHINE (object);

  g_clear_pointer (&self->id, g_free);

  G_OBJECT_CLASS (cloche_machine_parent_class)->finalize (object);
}

static void
cloche_machine_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  ClocheMachine *self = CLOCHE_MACHINE (object);

  switch (prop_id) {
  case PROP_STATE:
    g_value_set_uint (value, cloche_machine_get_state (self));
    break;

  case PROP_MEMORY_BYTES:
    g_value_set_uint64 (value, cloche_machine_get_memory_bytes (self));
    break;

  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_machine_class_init (ClocheMachineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_machine_dispose;
  object_class->finalize = cloche_machine_finalize;
  object_class->get_property = cloche_machine_get_property;

  /* A #ClocheMachineState. */
  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, CLOCHE_MACHINE_STATE_READY,
                                         CLOCHE_MACHINE_STATE_ASLEEP, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /* bytes of the host's memory that only this machine uses; 0 = not known. */
  props[PROP_MEMORY_BYTES] = g_param_spec_uint64 ("memory-bytes", NULL, NULL, 0, G_MAXUINT64, 0,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_MEMORY_LOST] = g_signal_new ("memory-lost", CLOCHE_TYPE_MACHINE, G_SIGNAL_RUN_LAST,
                                              0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_DISK_FULL] = g_signal_new ("disk-full", CLOCHE_TYPE_MACHINE, G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cloche_machine_init (ClocheMachine *self)
{
  g_queue_init (&self->starting);
  self->network = _cloche_machine_network_new ();
}

/**
 * cloche_machine_new:
 * @id: of the machine; it is made at the first start
 */
ClocheMachine *
cloche_machine_new (ClocheMachineHost *host,
                    const char        *id)
{
  ClocheMachine *self;

  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (host), NULL);
  g_return_val_if_fail (cloche_id_is_valid (id), NULL);

  self = g_object_new (CLOCHE_TYPE_MACHINE, NULL);
  self->host = g_object_ref (host);
  self->id = g_strdup (id);

  return self;
}

const char *
cloche_machine_get_id (ClocheMachine *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), NULL);

  return self->id;
}

ClocheMachineState
cloche_machine_get_state (ClocheMachine *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), CLOCHE_MACHINE_STATE_ASLEEP);

  return self->state;
}

/**
 * cloche_machine_get_memory_bytes:
 *
 * Memory of the host that only this machine uses, in bytes; 0 = not known.
 */
guint64
cloche_machine_get_memory_bytes (ClocheMachine *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), 0);

  return self->status != NULL ? (guint64) MAX (cloche_json_get_int (self->status, "memory_bytes", 0), 0) : 0;
}

ClocheMachineHost *
cloche_machine_get_host (ClocheMachine *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), NULL);

  return self->host;
}

ClocheMachineNetwork *
cloche_machine_get_network (ClocheMachine *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), NULL);

  return self->network;
}

/**
 * cloche_machine_get_status:
 *
 * Returns: (nullable): what the keeper last said, see protocol.md, "status"; %NULL while asleep
 */
JsonObject *
cloche_machine_get_status (ClocheMachine *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), NULL);

  return self->status;
}

void
cloche_machine_start_async (ClocheMachine      *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_start_async);

  if (self->connection != NULL && g_queue_is_empty (&self->starting) &&
      cloche_machine_network_is_attached (self->network)) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  /* Several callers share one start; one that is cancelled does not end it for the others. */
  g_queue_push_tail (&self->starting, g_steal_pointer (&task));
  if (g_queue_get_length (&self->starting) > 1)
    return;
  if (self->connection != NULL) {
    attach_network (self);
    return;
  }

  set_state (self, CLOCHE_MACHINE_STATE_STARTING);
  cloche_keeper_connect_async (self->host, self->id, NULL, connected_cb, g_object_ref (self));
}

gboolean
cloche_machine_start_finish (ClocheMachine *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

typedef struct
{
  JsonObject *request;
  JsonObject *answer;
  ClocheWireStream *stream;
} Opening;

static void
opening_free (Opening *opening)
{
  g_clear_pointer (&opening->request, json_object_unref);
  g_clear_pointer (&opening->answer, json_object_unref);
  g_clear_object (&opening->stream);
  g_free (opening);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  opening->answer = cloche_wire_request_finish (CLOCHE_WIRE_SESSION (source), result, &opening->stream, &error);
  if (opening->answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
started_to_open_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  ClocheMachine *self = CLOCHE_MACHINE (source);
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  if (!cloche_machine_start_finish (self, result, &error))
    g_task_return_error (task, error);
  else if (self->connection == NULL)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The machine stopped at once");
  else
    cloche_wire_request_async (self->connection->session, opening->request, cancellable,
                               opened_cb, g_steal_pointer (&task));
}

void
_cloche_machine_open_async (ClocheMachine      *self,
                            JsonObject         *request,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Opening *opening = g_new0 (Opening, 1);

  g_task_set_source_tag (task, _cloche_machine_open_async);
  opening->request = json_object_ref (request);
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);
  cloche_machine_start_async (self, cancellable, started_to_open_cb, task);
}

JsonObject *
_cloche_machine_open_finish (ClocheMachine     *self,
                             GAsyncResult      *result,
                             ClocheWireStream **ret_stream,
                             GError           **error)
{
  Opening *opening;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  opening = g_task_get_task_data (G_TASK (result));
  if (ret_stream != NULL)
    *ret_stream = g_steal_pointer (&opening->stream);
  else if (opening->stream != NULL)
    (void) g_io_stream_close (G_IO_STREAM (opening->stream), NULL, NULL);       /* In memory; cannot fail. */

  return g_steal_pointer (&opening->answer);
}

static void
stop_answered_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = cloche_wire_request_finish (CLOCHE_WIRE_SESSION (source), result, NULL, &error);
  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * cloche_machine_stop_async:
 * @force: also while operations are under way
 *
 * Puts the machine to sleep: what is on its disk stays, what is in its memory goes. Ends when the keeper has agreed;
 * the state turns to asleep when it is done. Of a sleeping machine: done at once.
 *
 * Errors: %CLOCHE_WIRE_ERROR_BUSY.
 */
void
cloche_machine_stop_async (ClocheMachine      *self,
                           gboolean            force,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (JsonObject) request = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_stop_async);
  if (self->connection == NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  request = json_object_new ();
  json_object_set_string_member (request, "op", "stop");
  json_object_set_boolean_member (request, "force", force);
  cloche_wire_request_async (self->connection->session, request, cancellable,
                             stop_answered_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_stop_finish (ClocheMachine *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
