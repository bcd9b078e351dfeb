/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper.h"

#include "cloche-json.h"
#include "cloche-keeper-egress.h"
#include "cloche-keeper-followers.h"
#include "cloche-keeper-relay.h"
#include "cloche-keeper-rest.h"
#include "cloche-keeper-room.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

/* ms: how long a machine that is to stop may take to write what it has to its disk; after that it is killed. */
#define SYNC_DEADLINE_MS (15 * 1000)

/* bytes: followers are told of the memory's size when it has changed by so much. */
#define MEMORY_STEP_BYTES (1024 * 1024)

struct _ClocheKeeper
{
  GObject parent_instance;

  /* Owned */
  ClocheKeeperServer *server;
  ClocheGateLink *gate;
  ClocheBaseFolder *base;
  ClocheKeeperBoot *boot;       /* NULL until the machine is there */
  ClocheKeeperEgress *egress;
  ClocheKeeperRest *rest;
  ClocheKeeperRoom *room;
  GQueue waiting;               /* of Operation: came before the machine, or what they need of it, was there */
  ClocheKeeperFollowers *followers;

  guint rest_ms;
  guint expire_ms;
  guint n_operations;           /* under way */
  guint64 told_memory;          /* bytes, as followers know it */
  gint64 taken_us;              /* monotonic: when the machine was there */
  gint64 moved_us;              /* µs from the machine's start to its being on its own disk; 0 before */
  gboolean is_fresh;            /* the disk had never been used: otherwise what was in memory before is lost */
  guint sync_source;
  gboolean is_stopping;
  gboolean is_over;
};

enum {
  SIGNAL_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheKeeper, cloche_keeper, G_TYPE_OBJECT)

/* What one client wants, from its request to its end. */
typedef struct
{
  ClocheKeeper *keeper;
  ClocheWireStream *stream;
  JsonObject *request;
  const ClocheKeeperOp *op;
} Operation;

static void
operation_free (Operation *operation)
{
  g_clear_object (&operation->stream);
  g_clear_pointer (&operation->request, json_object_unref);
  g_clear_object (&operation->keeper);
  g_free (operation);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Operation, operation_free)

static void
end (ClocheKeeper *self,
     const char   *reason)
{
  if (self->is_over)
    return;

  self->is_over = TRUE;
  if (!self->is_stopping && self->boot != NULL) {
    g_autofree char *log = cloche_qemu_dup_log (self->boot->qemu);

    /* Into keeper.log: the only witness of a guest that crashed. */
    g_printerr ("%s\n%s\n", reason, log);
  }
  if (self->rest != NULL)
    cloche_keeper_rest_stop (self->rest);
  cloche_keeper_server_close (self->server);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, reason);
}

static JsonObject *
new_status (ClocheKeeper *self)
{
  const ClocheMachineShape *shape = cloche_base_folder_get_shape (self->base);
  JsonObject *status = cloche_wire_answer_new_ok ();
  const char *state = "starting";

  if (self->is_stopping)
    state = "stopping";
  else if (self->moved_us > 0)
    state = "ready";

  json_object_set_string_member (status, "state", state);
  json_object_set_string_member (status, "accelerator", cloche_accelerator_to_string (shape->accelerator));
  json_object_set_string_member (status, "base", cloche_base_folder_get_id (self->base));
  json_object_set_int_member (status, "clients", cloche_keeper_server_get_n_clients (self->server));
  json_object_set_int_member (status, "operations", self->n_operations);
  if (self->boot != NULL) {
    json_object_set_int_member (status, "memory_bytes", (gint64) cloche_qemu_read_memory (self->boot->qemu));
    json_object_set_int_member (status, "qemu_pid", cloche_qemu_get_pid (self->boot->qemu));
    json_object_set_string_member (status, "jail", cloche_qemu_get_jail_form (self->boot->qemu) == CLOCHE_JAIL_FORM_FULL ?
                                   "full" : "launcher");
    json_object_set_boolean_member (status, "disk_full", cloche_keeper_room_is_full (self->room));
    json_object_set_boolean_member (status, "resting", cloche_keeper_rest_is_resting (self->rest));
    json_object_set_int_member (status, "spawned_us", self->boot->spawned_us);
    json_object_set_int_member (status, "greeted_us", self->boot->greeted_us);
    json_object_set_int_member (status, "revived_us", self->boot->revived_us);
  }
  if (self->moved_us > 0) {
    json_object_set_string_member (status, "revived", self->is_fresh ? "new" : "lost-ram");
    json_object_set_int_member (status, "moved_us", self->moved_us);
  }

  return status;
}

static void
tell_followers (ClocheKeeper *self)
{
  if (cloche_keeper_followers_get_n (self->followers) > 0)
    cloche_keeper_followers_tell (self->followers, new_status (self));
}

static void
looked_cb (ClocheKeeper *self)
{
  guint64 memory = cloche_qemu_read_memory (self->boot->qemu);

  if (memory / MEMORY_STEP_BYTES != self->told_memory / MEMORY_STEP_BYTES) {
    self->told_memory = memory;
    tell_followers (self);
  }
}

static void
relayed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Operation) operation = user_data;
  ClocheKeeper *self = operation->keeper;

  /* The client has been told what went wrong. */
  (void) cloche_keeper_relay_finish (CLOCHE_KEEPER_GUEST (source), result, NULL);
  self->n_operations--;
  if (!operation->op->is_passive)
    cloche_keeper_rest_release (self->rest);
}

static void
held_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Operation *operation = user_data;
  ClocheKeeper *self = operation->keeper;
  g_autoptr (GError) error = NULL;
  const ClocheKeeperOp *op = operation->op;

  if (!cloche_keeper_rest_hold_finish (self->rest, result, &error)) {
    cloche_wire_stream_refuse (operation->stream, error);
    operation_free (operation);
    return;
  }

  self->n_operations++;
  cloche_keeper_relay_async (self->boot->guest, operation->stream, operation->request, op, relayed_cb, operation);
  /* It needs the machine for its answer, which comes before the machine is next looked at. */
  if (op->is_passive)
    cloche_keeper_rest_release (self->rest);
}

static void
run_operation (ClocheKeeper *self,
               Operation    *take_operation)
{
  cloche_keeper_rest_hold_async (self->rest, held_cb, take_operation);
}

/* Those that have what they need, in the order of their coming. */
static void
run_waiting (ClocheKeeper *self)
{
  GList *link = self->boot != NULL ? self->waiting.head : NULL;

  while (link != NULL) {
    GList *next = link->next;
    Operation *operation = link->data;

    if (self->moved_us > 0 || !operation->op->needs_disk) {
      g_queue_delete_link (&self->waiting, link);
      run_operation (self, operation);
    }
    link = next;
  }
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  if (cloche_wire_write_json_finish (CLOCHE_WIRE_STREAM (source), result, NULL))
    (void) g_io_stream_close (G_IO_STREAM (source), NULL, NULL);        /* In memory; cannot fail. */
}

static void
answer (ClocheWireStream *stream,
        JsonObject       *object)
{
  cloche_wire_write_json_async (stream, object, NULL, answered_cb, NULL);
}

static void
serve_status (ClocheKeeper     *self,
              ClocheWireStream *stream,
              JsonObject       *request)
{
  g_autoptr (JsonObject) status = new_status (self);

  if (cloche_json_get_bool (request, "follow", FALSE))
    cloche_keeper_followers_add (self->followers, stream, status);
  else
    answer (stream, status);
}

static void
serve_log (ClocheKeeper     *self,
           ClocheWireStream *stream)
{
  g_autoptr (JsonObject) object = cloche_wire_answer_new_ok ();
  g_autoptr (JsonArray) lines = json_array_new ();
  g_autofree char *log = self->boot != NULL ? cloche_qemu_dup_log (self->boot->qemu) : g_strdup ("");
  g_auto (GStrv) split = g_strsplit (log, "\n", -1);

  for (gsize i = 0; split[i] != NULL; i++)
    if (*split[i] != '\0')
      json_array_add_string_element (lines, split[i]);
  json_object_set_array_member (object, "lines", g_steal_pointer (&lines));
  answer (stream, object);
}

static void
serve_stop (ClocheKeeper     *self,
            ClocheWireStream *stream,
            JsonObject       *request)
{
  g_autoptr (JsonObject) object = cloche_wire_answer_new_ok ();
  g_autoptr (GError) busy = NULL;

  if (self->n_operations > 0 && !cloche_json_get_bool (request, "force", FALSE)) {
    busy = g_error_new (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_BUSY, "%u operations are under way", self->n_operations);
    cloche_wire_stream_refuse (stream, busy);
    return;
  }

  answer (stream, object);
  cloche_keeper_stop (self);
}

static void
serve_agent (ClocheKeeper     *self,
             ClocheWireStream *stream,
             JsonObject       *request)
{
  g_autoptr (GError) error = NULL;
  const ClocheKeeperOp *op = cloche_keeper_op_find (request, &error);
  Operation *operation;

  if (op != NULL && self->is_stopping)
    error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The machine is stopping");
  if (error != NULL) {
    cloche_wire_stream_refuse (stream, error);
    return;
  }

  operation = g_new0 (Operation, 1);
  operation->keeper = g_object_ref (self);
  operation->stream = g_object_ref (stream);
  operation->request = json_object_ref (request);
  operation->op = op;
  g_queue_push_tail (&self->waiting, operation);
  run_waiting (self);
}

static void
request_read_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (ClocheKeeper) self = user_data;
  ClocheWireStream *stream = CLOCHE_WIRE_STREAM (source);
  g_autoptr (JsonObject) request = cloche_wire_read_json_finish (stream, result, NULL);
  const char *name = request != NULL ? cloche_json_get_string (request, "op") : NULL;

  if (request == NULL)
    cloche_wire_stream_reset (stream);
  else if (g_strcmp0 (name, "status") == 0)
    serve_status (self, stream, request);
  else if (g_strcmp0 (name, "log") == 0)
    serve_log (self, stream);
  else if (g_strcmp0 (name, "stop") == 0)
    serve_stop (self, stream, request);
  else
    serve_agent (self, stream, request);
}

static void
client_stream_opened_cb (ClocheKeeper     *self,
                         ClocheWireStream *stream)
{
  cloche_wire_read_json_async (stream, NULL, request_read_cb, g_object_ref (self));
}

static void
clients_changed_cb (ClocheKeeper *self)
{
  if (self->rest != NULL)
    cloche_keeper_rest_set_has_clients (self->rest, cloche_keeper_server_get_n_clients (self->server) > 0);
}

static void
guest_stream_opened_cb (ClocheKeeper     *self,
                        ClocheWireStream *stream)
{
  cloche_keeper_egress_serve (self->egress, stream);
}

static void
guest_lost_cb (ClocheKeeper *self,
               GError       *error)
{
  /* A guest that broke the protocol is not to be trusted with another word: QEMU goes with this process. */
  end (self, self->is_stopping ? "stopped" : error->message);
}

static void
qemu_exited_cb (ClocheKeeper *self,
                GError       *error)
{
  end (self, self->is_stopping || error == NULL ? "stopped" : error->message);
}

static void
expired_cb (ClocheKeeper *self)
{
  cloche_keeper_stop (self);
}

static gboolean
sync_deadline_cb (gpointer user_data)
{
  ClocheKeeper *self = user_data;

  self->sync_source = 0;
  cloche_qemu_kill (self->boot->qemu);

  return G_SOURCE_REMOVE;
}

static void
quit_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (ClocheKeeper) self = user_data;

  if (!cloche_qemu_quit_finish (CLOCHE_QEMU (source), result, NULL))
    cloche_qemu_kill (self->boot->qemu);
}

static void
synced_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheKeeper) self = user_data;
  g_autoptr (JsonObject) done = NULL;

  done = cloche_keeper_guest_request_finish (CLOCHE_KEEPER_GUEST (source), result, NULL, NULL);
  if (!self->is_over)
    cloche_qemu_quit_async (self->boot->qemu, NULL, quit_cb, g_object_ref (self));
}

static void
held_to_sync_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (ClocheKeeper) self = user_data;
  g_autoptr (JsonObject) request = json_object_new ();

  /* A machine that cannot be woken has nothing to sync that it did not have when it was stopped. */
  (void) cloche_keeper_rest_hold_finish (self->rest, result, NULL);
  json_object_set_string_member (request, "op", "sync");
  cloche_keeper_guest_request_async (self->boot->guest, FALSE, request, NULL, synced_cb, g_object_ref (self));
}

/* In a turn of its own, so that who waited is told before the connections are closed. */
static gboolean
told_cb (gpointer user_data)
{
  end (user_data, "There is no disk to run on");

  return G_SOURCE_REMOVE;
}

static void
moved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheKeeper) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = cloche_keeper_guest_request_finish (CLOCHE_KEEPER_GUEST (source), result, NULL, &error);
  g_autoptr (GError) broken = NULL;
  Operation *operation;

  cloche_keeper_rest_release (self->rest);
  if (answer != NULL) {
    self->is_fresh = cloche_json_get_bool (answer, "fresh", FALSE);
    self->moved_us = self->boot->revived_us + g_get_monotonic_time () - self->taken_us;
    run_waiting (self);
    tell_followers (self);
    return;
  }

  broken = g_error_new (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_BROKEN, "The machine could not be moved onto its own disk: %s",
                        error->message);
  while ((operation = g_queue_pop_head (&self->waiting)) != NULL) {
    cloche_wire_stream_refuse (operation->stream, broken);
    operation_free (operation);
  }
  self->is_stopping = TRUE;
  g_idle_add_full (G_PRIORITY_LOW, told_cb, g_object_ref (self), g_object_unref);
}

static void
held_to_move_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (ClocheKeeper) self = user_data;

  /* The machine runs, so that nothing had to be woken. */
  (void) cloche_keeper_rest_hold_finish (self->rest, result, NULL);
  cloche_keeper_guest_request_async (self->boot->guest, FALSE, self->boot->disk_request, NULL, moved_cb, g_object_ref (self));
}

static void
cloche_keeper_dispose (GObject *object)
{
  ClocheKeeper *self = CLOCHE_KEEPER (object);

  g_clear_handle_id (&self->sync_source, g_source_remove);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) operation_free);
  g_clear_object (&self->followers);
  g_clear_object (&self->rest);
  g_clear_object (&self->room);
  g_clear_object (&self->egress);
  g_clear_pointer (&self->boot, cloche_keeper_boot_free);
  g_clear_object (&self->server);
  g_clear_object (&self->gate);
  g_clear_object (&self->base);

  G_OBJECT_CLASS (cloche_keeper_parent_class)->dispose (object);
}

static void
cloche_keeper_class_init (ClocheKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_keeper_dispose;

  signals[SIGNAL_ENDED] = g_signal_new ("ended", CLOCHE_TYPE_KEEPER, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cloche_keeper_init (ClocheKeeper *self)
{
  g_queue_init (&self->waiting);
  self->followers = cloche_keeper_followers_new ();
  self->rest_ms = CLOCHE_KEEPER_REST_MS;
  self->expire_ms = CLOCHE_KEEPER_EXPIRE_MS;
}

ClocheKeeper *
cloche_keeper_new (ClocheKeeperServer *server,
                   ClocheGateLink     *gate,
                   ClocheBaseFolder   *base)
{
  ClocheKeeper *self = g_object_new (CLOCHE_TYPE_KEEPER, NULL);

  self->server = g_object_ref (server);
  self->gate = g_object_ref (gate);
  self->base = g_object_ref (base);
  self->egress = cloche_keeper_egress_new (gate);
  g_signal_connect_object (server, "stream-opened", G_CALLBACK (client_stream_opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (server, "clients-changed", G_CALLBACK (clients_changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * cloche_keeper_set_patience:
 * @rest_ms: ms of idleness before the machine rests
 * @expire_ms: ms of idleness without clients before it ends
 *
 * Before the machine is there.
 */
void
cloche_keeper_set_patience (ClocheKeeper *self,
                            guint         rest_ms,
                            guint         expire_ms)
{
  g_return_if_fail (CLOCHE_IS_KEEPER (self) && self->boot == NULL);

  self->rest_ms = rest_ms;
  self->expire_ms = expire_ms;
}

/**
 * cloche_keeper_take_machine:
 * @boot: (transfer full): the machine
 *
 * Now it is there: whoever waited for it is served, and whoever needs its files when it is on its own disk. If it cannot
 * be moved there, they are told, and the machine ends.
 */
void
cloche_keeper_take_machine (ClocheKeeper     *self,
                            ClocheKeeperBoot *boot)
{
  g_return_if_fail (CLOCHE_IS_KEEPER (self) && self->boot == NULL);

  self->boot = boot;
  self->taken_us = g_get_monotonic_time ();
  g_signal_connect_object (boot->guest, "stream-opened", G_CALLBACK (guest_stream_opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (boot->guest, "lost", G_CALLBACK (guest_lost_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (boot->qemu, "exited", G_CALLBACK (qemu_exited_cb), self, G_CONNECT_SWAPPED);

  self->rest = cloche_keeper_rest_new (boot->qemu, boot->guest, self->egress, self->rest_ms, self->expire_ms);
  g_signal_connect_object (self->rest, "looked", G_CALLBACK (looked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->rest, "expired", G_CALLBACK (expired_cb), self, G_CONNECT_SWAPPED);
  self->room = cloche_keeper_room_new (boot->qemu, boot->guest, boot->disk_fd);
  g_signal_connect_object (self->room, "changed", G_CALLBACK (tell_followers), self, G_CONNECT_SWAPPED);
  clients_changed_cb (self);

  cloche_keeper_rest_hold_async (self->rest, held_to_move_cb, g_object_ref (self));
  run_waiting (self);
  tell_followers (self);
}

/**
 * cloche_keeper_stop:
 *
 * Has the guest write what it has to its disk and ends the machine; "ended" follows.
 */
void
cloche_keeper_stop (ClocheKeeper *self)
{
  g_return_if_fail (CLOCHE_IS_KEEPER (self));

  if (self->is_stopping)
    return;

  self->is_stopping = TRUE;
  if (self->boot == NULL) {
    end (self, "stopped");
    return;
  }

  tell_followers (self);
  self->sync_source = g_timeout_add (SYNC_DEADLINE_MS, sync_deadline_cb, self);
  cloche_keeper_rest_hold_async (self->rest, held_to_sync_cb, g_object_ref (self));
}
