/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-guest.h"

#include "cloche-agent-contract.h"
#include "cloche-wire-error.h"
#include "cloche-wire-hello.h"
#include "cloche-wire-request.h"
#include "cloche-wire-session.h"

enum {
  PORT_CONTROL,
  PORT_BULK,
  N_PORTS
};

/* What the agent says first on each port: protocol.md, "Transports". */
static const char *const HELLOS[N_PORTS] = { CLOCHE_AGENT_HELLO "control", CLOCHE_AGENT_HELLO "bulk" };

struct _ClocheKeeperGuest
{
  GObject parent_instance;

  /* Owned */
  GIOStream *transports[N_PORTS];
  ClocheWireSession *sessions[N_PORTS];
};

enum {
  SIGNAL_STREAM_OPENED,
  SIGNAL_LOST,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheKeeperGuest, cloche_keeper_guest, G_TYPE_OBJECT)

static void
stream_opened_cb (ClocheKeeperGuest *self,
                  ClocheWireStream  *stream)
{
  g_signal_emit (self, signals[SIGNAL_STREAM_OPENED], 0, stream);
}

static void
session_closed_cb (ClocheKeeperGuest *self,
                   GError            *error)
{
  g_autoptr (GError) ended = NULL;

  if (error == NULL) {
    ended = g_error_new (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The agent closed its port");
    error = ended;
  }
  g_signal_emit (self, signals[SIGNAL_LOST], 0, error);
}

static void
begin_session (ClocheKeeperGuest *self,
               int                port)
{
  ClocheWireSession *session = cloche_wire_session_new (self->transports[port], CLOCHE_WIRE_ROLE_CLIENT);

  self->sessions[port] = session;
  g_signal_connect_object (session, "closed", G_CALLBACK (session_closed_cb), self, G_CONNECT_SWAPPED);
  /* The agent opens streams on the bulk port only; on the other one nobody takes them and they are reset. */
  if (port == PORT_BULK)
    g_signal_connect_object (session, "stream-opened", G_CALLBACK (stream_opened_cb), self, G_CONNECT_SWAPPED);
}

static void read_hello (ClocheKeeperGuest *self,
                        GTask             *task);

static void
hello_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheKeeperGuest *self = g_task_get_source_object (task);
  int port = self->sessions[PORT_CONTROL] == NULL ? PORT_CONTROL : PORT_BULK;
  GError *error = NULL;
  g_autofree char *hello = cloche_wire_read_hello_finish (G_INPUT_STREAM (source), result, &error);

  if (hello == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (strcmp (hello, HELLOS[port]) != 0) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL,
                             "The agent began with “%s” instead of “%s”", hello, HELLOS[port]);
    return;
  }

  begin_session (self, port);
  if (port == PORT_BULK)
    g_task_return_boolean (task, TRUE);
  else
    read_hello (self, g_steal_pointer (&task));
}

/* One port after the other: the agent has said both lines before either is read, so nothing is gained by haste. */
static void
read_hello (ClocheKeeperGuest *self,
            GTask             *task)
{
  int port = self->sessions[PORT_CONTROL] == NULL ? PORT_CONTROL : PORT_BULK;

  cloche_wire_read_hello_async (g_io_stream_get_input_stream (self->transports[port]),
                                g_task_get_cancellable (task), hello_read_cb, task);
}

static void
cloche_keeper_guest_dispose (GObject *object)
{
  ClocheKeeperGuest *self = CLOCHE_KEEPER_GUEST (object);

  for (int i = 0; i < N_PORTS; i++) {
    g_clear_object (&self->sessions[i]);
    g_clear_object (&self->transports[i]);
  }

  G_OBJECT_CLASS (cloche_keeper_guest_parent_class)->dispose (object);
}

static void
cloche_keeper_guest_class_init (ClocheKeeperGuestClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_keeper_guest_dispose;

  signals[SIGNAL_STREAM_OPENED] = g_signal_new ("stream-opened", CLOCHE_TYPE_KEEPER_GUEST, G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_WIRE_STREAM);
  signals[SIGNAL_LOST] = g_signal_new ("lost", CLOCHE_TYPE_KEEPER_GUEST, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
cloche_keeper_guest_init (ClocheKeeperGuest *self)
{
}

/**
 * cloche_keeper_guest_new:
 * @control: the host's end of the port org.cloche.control
 * @bulk: the host's end of the port org.cloche.bulk
 */
ClocheKeeperGuest *
cloche_keeper_guest_new (GIOStream *control,
                         GIOStream *bulk)
{
  ClocheKeeperGuest *self = g_object_new (CLOCHE_TYPE_KEEPER_GUEST, NULL);

  self->transports[PORT_CONTROL] = g_object_ref (control);
  self->transports[PORT_BULK] = g_object_ref (bulk);

  return self;
}

/**
 * cloche_keeper_guest_connect_async:
 *
 * Waits for the agent's first words on both ports. May be called before the machine runs.
 *
 * Errors: %CLOCHE_WIRE_ERROR_PROTOCOL, %CLOCHE_WIRE_ERROR_CLOSED.
 */
void
cloche_keeper_guest_connect_async (ClocheKeeperGuest  *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_KEEPER_GUEST (self));
  g_return_if_fail (self->sessions[PORT_CONTROL] == NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_keeper_guest_connect_async);
  read_hello (self, g_steal_pointer (&task));
}

gboolean
cloche_keeper_guest_connect_finish (ClocheKeeperGuest *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

typedef struct
{
  JsonObject *answer;
  ClocheWireStream *stream;
} Answer;

static void
answer_free (Answer *answer)
{
  g_clear_pointer (&answer->answer, json_object_unref);
  g_clear_object (&answer->stream);
  g_free (answer);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Answer *answer = g_new0 (Answer, 1);
  GError *error = NULL;

  answer->answer = cloche_wire_request_finish (CLOCHE_WIRE_SESSION (source), result, &answer->stream, &error);
  if (answer->answer != NULL) {
    g_task_return_pointer (task, answer, (GDestroyNotify) answer_free);
  } else {
    answer_free (answer);
    g_task_return_error (task, error);
  }
}

/**
 * cloche_keeper_guest_request_async:
 * @on_bulk: which port
 *
 * Errors: %CLOCHE_WIRE_ERROR; those of the agent's answer have its code.
 */
void
cloche_keeper_guest_request_async (ClocheKeeperGuest  *self,
                                   gboolean            on_bulk,
                                   JsonObject         *request,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  ClocheWireSession *session;

  g_return_if_fail (CLOCHE_IS_KEEPER_GUEST (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_keeper_guest_request_async);

  session = self->sessions[on_bulk ? PORT_BULK : PORT_CONTROL];
  if (session == NULL) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The agent is not connected");
    return;
  }
  cloche_wire_request_async (session, request, cancellable, answered_cb, g_steal_pointer (&task));
}

/**
 * cloche_keeper_guest_request_finish:
 * @ret_stream: (out) (optional) (transfer full): carries what the operation defines; reset when not wanted
 */
JsonObject *
cloche_keeper_guest_request_finish (ClocheKeeperGuest *self,
                                    GAsyncResult      *result,
                                    ClocheWireStream **ret_stream,
                                    GError           **error)
{
  Answer *answer;
  JsonObject *object;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  answer = g_task_propagate_pointer (G_TASK (result), error);
  if (answer == NULL)
    return NULL;

  object = g_steal_pointer (&answer->answer);
  if (ret_stream != NULL)
    *ret_stream = g_steal_pointer (&answer->stream);
  answer_free (answer);

  return object;
}

/**
 * cloche_keeper_guest_close:
 *
 * Lets go of both ports. "lost" is emitted for each that was open.
 */
void
cloche_keeper_guest_close (ClocheKeeperGuest *self)
{
  g_return_if_fail (CLOCHE_IS_KEEPER_GUEST (self));

  for (int i = 0; i < N_PORTS; i++)
    if (self->sessions[i] != NULL)
      cloche_wire_session_close (self->sessions[i]);
}
