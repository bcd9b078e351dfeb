/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qemu-private.h"

#include "cloche-console-log.h"
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-machine-error.h"
#include "cloche-process-memory.h"
#include "cloche-qemu-spawn.h"
#include "cloche-qmp-sequence.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/*
 *   NEW      -- start -----------------------------> STARTING
 *   STARTING -- it answers (and has loaded a state) > ALIVE
 *   STARTING -- anything fails --------------------> ENDED, once the process is gone (after one try in the other form
 *                                                    of the jail)
 *   ALIVE    -- the process ends ------------------> ENDED, "exited"
 */
typedef enum {
  STATE_NEW,
  STATE_STARTING,
  STATE_ALIVE,
  STATE_ENDED,
} State;

struct _ClocheQemu
{
  GObject parent_instance;

  /* Owned */
  ClocheQemuSpec *spec;
  ClocheQemuSpawn *spawn;       /* NULL before the start */
  ClocheQmp *qmp;
  ClocheConsoleLog *log;
  GTask *start_task;            /* while a start that has failed waits for its process to be gone */
  GError *start_error;
  GPtrArray *quit_tasks;        /* of GTask: who waits for the end */
  guint quit_timeout_id;
  int memory_fd;                /* /proc/PID/smaps_rollup */

  State state;
  GPid pid;
};

G_DEFINE_FINAL_TYPE (ClocheQemu, cloche_qemu, G_TYPE_OBJECT)

enum {
  SIGNAL_EXITED,
  SIGNAL_PORT_OPENED,
  SIGNAL_DISK_FULL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* seconds: QEMU closes its disks in a fraction of one; whoever needs longer hangs. */
#define QUIT_SECONDS 5

/* Words of bubblewrap or of our launcher on what went wrong before there was a QEMU. */
static gboolean
is_from_jail (const char *line)
{
  return g_str_has_prefix (line, "bwrap: ") || g_str_has_prefix (line, "cloche-jail: ");
}

static GError *
make_exit_error (ClocheQemu   *self,
                 const GError *cause)
{
  g_autofree char *line = NULL;

  cloche_console_log_drain (self->log);
  line = cloche_console_log_dup_last_line (self->log);
  if (is_from_jail (line))
    return g_error_new (CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL, "QEMU could not be confined: %s", line);
  if (*line == '\0')
    return g_error_copy (cause);

  return g_error_new (cause->domain, cause->code, "%s; its last words: %s", cause->message, line);
}

static void
return_quit_tasks (ClocheQemu *self)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->quit_tasks);

  self->quit_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_clear_handle_id (&self->quit_timeout_id, g_source_remove);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static void
return_start_task (ClocheQemu *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->start_task);

  if (task != NULL)
    g_task_return_error (task, g_steal_pointer (&self->start_error));
}

static void
process_ended (ClocheQemu *self)
{
  GSubprocess *process = self->spawn->process;
  g_autoptr (GError) error = NULL;
  State before = self->state;

  cloche_qmp_end (self->qmp);
  self->state = STATE_ENDED;
  if (!g_subprocess_get_successful (process)) {
    g_autoptr (GError) cause = g_error_new (CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED, "QEMU was ended");

    error = make_exit_error (self, cause);
  }

  return_start_task (self);
  return_quit_tasks (self);
  if (before == STATE_ALIVE)
    g_signal_emit (self, signals[SIGNAL_EXITED], 0, error);
}

static void
weak_ref_free (GWeakRef *weak)
{
  g_weak_ref_clear (weak);
  g_free (weak);
}

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (ClocheQemu) self = g_weak_ref_get (weak);

  weak_ref_free (weak);
  (void) g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);        /* Without a cancellable it cannot fail. */

  /* Another process may have taken the place of one whose jail did not work. */
  if (self != NULL && self->spawn != NULL && self->spawn->process == G_SUBPROCESS (source))
    process_ended (self);
}

static void
watch_process (ClocheQemu *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  g_subprocess_wait_async (self->spawn->process, NULL, waited_cb, weak);
}

static void
drop_process (ClocheQemu *self)
{
  if (self->qmp != NULL)
    cloche_qmp_close (self->qmp);
  if (self->spawn != NULL && self->state != STATE_ENDED)
    cloche_qemu_spawn_kill (self->spawn);
  g_clear_object (&self->qmp);
  g_clear_object (&self->log);
  g_clear_pointer (&self->spawn, cloche_qemu_spawn_free);
}

static ClocheQmpSequence *
make_start_sequence (ClocheQemu *self)
{
  ClocheQmpSequence *sequence = cloche_qmp_sequence_new (self->qmp);

  if (!cloche_qemu_spec_is_fork (self->spec)) {
    cloche_qmp_sequence_add (sequence, "query-status", NULL);
    return sequence;
  }

  cloche_qmp_sequence_add (sequence, "migrate-set-capabilities", CLOCHE_QEMU_CAPABILITIES);
  cloche_qmp_sequence_add_fd (sequence, "state", cloche_qemu_spec_peek_file (self->spec, CLOCHE_QEMU_FILE_STATE));
  cloche_qmp_sequence_add (sequence, "migrate-incoming", "{\"uri\":\"fd:state\"}");
  cloche_qmp_sequence_await_migration (sequence);

  return sequence;
}

/* Source: QEMU's QMP reference, VSERPORT_CHANGE: the guest has opened or closed a port. */
static void
event_cb (ClocheQmp  *qmp,
          const char *name,
          JsonObject *data,
          gpointer    user_data)
{
  const char *id = data != NULL ? cloche_json_get_string (data, "id") : NULL;

  if (strcmp (name, "VSERPORT_CHANGE") == 0 && id != NULL && cloche_json_get_bool (data, "open", FALSE))
    g_signal_emit (user_data, signals[SIGNAL_PORT_OPENED], 0, id);
  else if (strcmp (name, "BLOCK_IO_ERROR") == 0 && data != NULL && cloche_json_get_bool (data, "nospace", FALSE) &&
           g_strcmp0 (cloche_json_get_string (data, "action"), "stop") == 0)
    g_signal_emit (user_data, signals[SIGNAL_DISK_FULL], 0);
}

static gboolean begin_start (ClocheQemu    *self,
                             ClocheJailForm form,
                             GTask         *task,
                             GError       **error);

/* Bubblewrap cannot run where user namespaces are forbidden; then the launcher alone has to do, if that was not ruled
 * out, and cloche_qemu_get_jail_form() says so. */
static gboolean
should_try_launcher (ClocheQemu *self)
{
  ClocheJailForm demanded;
  g_autofree char *log = NULL;

  if (cloche_qemu_spec_get_jail_form (self->spec, &demanded) || self->spawn->form != CLOCHE_JAIL_FORM_FULL)
    return FALSE;

  cloche_console_log_drain (self->log);
  log = cloche_console_log_dup_text (self->log);

  return g_str_has_prefix (log, "bwrap: ");
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheQemu *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (cloche_qmp_sequence_run_finish (result, &error)) {
    self->state = STATE_ALIVE;
    self->pid = cloche_qemu_spawn_find_pid (self->spawn);
    cloche_clear_fd (&self->memory_fd);
    self->memory_fd = cloche_process_memory_open (self->pid);
    g_task_return_boolean (task, TRUE);
    return;
  }

  if (error->domain == CLOCHE_MACHINE_ERROR && should_try_launcher (self)) {
    drop_process (self);
    g_clear_error (&error);
    if (begin_start (self, CLOCHE_JAIL_FORM_LAUNCHER, task, &error))
      return;
  } else if (error->domain == CLOCHE_MACHINE_ERROR) {
    g_autoptr (GError) cause = g_steal_pointer (&error);

    error = make_exit_error (self, cause);
  }

  self->start_task = g_steal_pointer (&task);
  self->start_error = g_steal_pointer (&error);
  if (self->spawn == NULL)
    self->state = STATE_ENDED;
  if (self->state == STATE_ENDED)
    return_start_task (self);
  else
    cloche_qemu_kill (self);
}

static gboolean
begin_start (ClocheQemu    *self,
             ClocheJailForm form,
             GTask         *task,
             GError       **error)
{
  self->state = STATE_STARTING;
  self->spawn = cloche_qemu_spawn_new (self->spec, form, error);
  if (self->spawn == NULL)
    return FALSE;

  self->log = cloche_console_log_new (self->spawn->channels[CLOCHE_QEMU_CHANNEL_CONSOLE]);
  self->qmp = cloche_qmp_new (self->spawn->channels[CLOCHE_QEMU_CHANNEL_QMP]);
  g_signal_connect_object (self->qmp, "event", G_CALLBACK (event_cb), self, 0);
  watch_process (self);
  cloche_qmp_sequence_run_async (make_start_sequence (self), g_task_get_cancellable (task),
                                 started_cb, g_object_ref (task));

  return TRUE;
}

static void
cloche_qemu_dispose (GObject *object)
{
  ClocheQemu *self = CLOCHE_QEMU (object);

  drop_process (self);
  g_clear_handle_id (&self->quit_timeout_id, g_source_remove);
  g_clear_object (&self->spec);
  g_clear_pointer (&self->quit_tasks, g_ptr_array_unref);
  cloche_clear_fd (&self->memory_fd);

  G_OBJECT_CLASS (cloche_qemu_parent_class)->dispose (object);
}

static void
cloche_qemu_class_init (ClocheQemuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_qemu_dispose;

  signals[SIGNAL_EXITED] = g_signal_new ("exited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[SIGNAL_PORT_OPENED] = g_signal_new ("port-opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                              NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_DISK_FULL] = g_signal_new ("disk-full", CLOCHE_TYPE_QEMU, G_SIGNAL_RUN_LAST,
                                            0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cloche_qemu_init (ClocheQemu *self)
{
  self->memory_fd = -1;
  self->quit_tasks = g_ptr_array_new_with_free_func (g_object_unref);
}

ClocheQemu *
cloche_qemu_new (ClocheQemuSpec *spec)
{
  ClocheQemu *self;

  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (spec), NULL);

  self = g_object_new (CLOCHE_TYPE_QEMU, NULL);
  self->spec = g_object_ref (spec);

  return self;
}

gboolean
cloche_qemu_is_alive (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), FALSE);

  return self->state == STATE_ALIVE;
}

/**
 * cloche_qemu_get_pid:
 *
 * The process id of QEMU itself, as this process sees it, or 0 before it has started.
 */
GPid
cloche_qemu_get_pid (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), 0);

  return self->pid;
}

/**
 * cloche_qemu_get_jail_pid:
 *
 * The process that was started: bubblewrap, whose child QEMU is, or QEMU itself. 0 when it is not there.
 */
GPid
cloche_qemu_get_jail_pid (ClocheQemu *self)
{
  const char *identifier;

  g_return_val_if_fail (CLOCHE_IS_QEMU (self), 0);

  identifier = self->spawn != NULL ? g_subprocess_get_identifier (self->spawn->process) : NULL;
  return identifier != NULL ? (GPid) strtol (identifier, NULL, 10) : 0;
}

/**
 * cloche_qemu_get_jail_form:
 *
 * Which protection is active; valid once it has started.
 */
ClocheJailForm
cloche_qemu_get_jail_form (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), CLOCHE_JAIL_FORM_LAUNCHER);

  return self->spawn != NULL ? self->spawn->form : CLOCHE_JAIL_FORM_LAUNCHER;
}

gboolean
cloche_qemu_has_landlock (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), FALSE);

  return self->spawn != NULL && self->spawn->has_landlock;
}

/**
 * cloche_qemu_read_memory:
 *
 * The memory that this machine has for itself: see cloche-process-memory.h. Unit: bytes; 0 if it cannot be read.
 */
guint64
cloche_qemu_read_memory (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), 0);

  return cloche_process_memory_read (self->memory_fd);
}

/**
 * cloche_qemu_dup_log:
 *
 * The newest 64 KiB of the guest's console and of what QEMU printed, printable.
 */
char *
cloche_qemu_dup_log (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), NULL);

  return self->log != NULL ? cloche_console_log_dup_text (self->log) : g_strdup ("");
}

static GIOStream *
dup_stream (ClocheQemu       *self,
            ClocheQemuChannel channel)
{
  if (self->spawn == NULL)
    return NULL;

  return G_IO_STREAM (g_socket_connection_factory_create_connection (self->spawn->channels[channel]));
}

/**
 * cloche_qemu_dup_control_stream:
 *
 * The host's end of the port org.cloche.control, or %NULL before the start. Take it once: two readers would share the
 * bytes between them.
 */
GIOStream *
cloche_qemu_dup_control_stream (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), NULL);

  return dup_stream (self, CLOCHE_QEMU_CHANNEL_CONTROL);
}

GIOStream *
cloche_qemu_dup_bulk_stream (ClocheQemu *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU (self), NULL);

  return dup_stream (self, CLOCHE_QEMU_CHANNEL_BULK);
}

/**
 * cloche_qemu_start_async:
 *
 * Starts QEMU. A template in the making is running then; a fork has loaded its state and stands still.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_JAIL, _EXITED, _MIGRATION, _QMP, _PROTOCOL; %G_IO_ERROR. After one there is no process.
 */
void
cloche_qemu_start_async (ClocheQemu         *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bwrap = g_find_program_in_path ("bwrap");
  ClocheJailForm form = bwrap != NULL ? CLOCHE_JAIL_FORM_FULL : CLOCHE_JAIL_FORM_LAUNCHER;

  g_return_if_fail (CLOCHE_IS_QEMU (self));
  g_return_if_fail (self->state == STATE_NEW);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_qemu_start_async);
  (void) cloche_qemu_spec_get_jail_form (self->spec, &form);
  if (!begin_start (self, form, task, &error)) {
    self->state = STATE_ENDED;
    g_task_return_error (task, g_steal_pointer (&error));
  }
}

gboolean
cloche_qemu_start_finish (ClocheQemu   *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
quit_timed_out_cb (gpointer user_data)
{
  ClocheQemu *self = user_data;

  self->quit_timeout_id = 0;
  cloche_qemu_kill (self);

  return G_SOURCE_REMOVE;
}

static void
quit_answered_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (ClocheQemu) self = user_data;
  g_autoptr (GError) error = NULL;

  /* A monitor that ends before it answers is what was asked for; one that refuses will not be asked again. */
  if (!cloche_qmp_sequence_run_finish (result, &error) &&
      g_error_matches (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_QMP))
    cloche_qemu_kill (self);
}

/**
 * cloche_qemu_quit_async:
 *
 * Ends the machine at once, without asking the guest, and waits until its process is gone; a QEMU that hangs is killed
 * after 5 seconds. Succeeds if it has ended already.
 */
void
cloche_qemu_quit_async (ClocheQemu         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  ClocheQmpSequence *sequence;

  g_return_if_fail (CLOCHE_IS_QEMU (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_qemu_quit_async);
  if (self->state != STATE_ALIVE) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  g_ptr_array_add (self->quit_tasks, g_steal_pointer (&task));
  if (self->quit_timeout_id != 0)
    return;

  self->quit_timeout_id = g_timeout_add_seconds (QUIT_SECONDS, quit_timed_out_cb, self);
  sequence = cloche_qmp_sequence_new (self->qmp);
  cloche_qmp_sequence_add (sequence, "quit", NULL);
  cloche_qmp_sequence_run_async (sequence, NULL, quit_answered_cb, g_object_ref (self));
}

gboolean
cloche_qemu_quit_finish (ClocheQemu   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_qemu_kill:
 *
 * Kills QEMU; "exited" follows if it had started.
 */
void
cloche_qemu_kill (ClocheQemu *self)
{
  g_return_if_fail (CLOCHE_IS_QEMU (self));

  if (self->spawn != NULL && self->state != STATE_ENDED)
    cloche_qemu_spawn_kill (self->spawn);
}

/* The monitor of a machine that is alive, or NULL. */
ClocheQmp *
_cloche_qemu_get_qmp (ClocheQemu *self)
{
  return self->state == STATE_ALIVE ? self->qmp : NULL;
}
