/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-accelerator.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-machine-error.h"
#include "cloche-qemu.h"
#include "cloche-string.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

/*
 * Whether machines run on KVM or are emulated.
 *
 * That /dev/kvm opens says little: on hosts that are virtual machines themselves KVM may create a machine and then refuse
 * its processor or hang in its firmware. So a machine without anything to boot is started, exactly as conversations' ones
 * are, with its firmware told to reset it when nothing boots; QEMU ends at a reset. First emulated, then with KVM: if that
 * needs much longer than emulation did a moment before, on a computer just as busy, KVM does not work or is not worth it.
 * (One such host was through after 4 s or never; its emulation after 0.4 s.) The verdict is remembered for this QEMU, this
 * kernel and this processor model.
 */

/* Of this rule; another one must not trust what this one has found. */
#define RULE_VERSION 3

/* ms: what KVM may take in any case; real ones need 200 to 300. */
#define KVM_LEAST_MS 1000

/* How many times as long as emulation KVM may take. */
#define KVM_PATIENCE 2

/* What KVM must have: x86-64-v2, which the guest's numpy needs; the host above lacks SSE 3. Of what else a machine would
 * like, QEMU leaves out what the host does not have. */
#define NEEDED_CPU "qemu64,enforce,-svm,-vmx,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16"

/* bytes: the file that remembers the verdict. */
#define CACHE_BYTES 4096

#define KVM_DEVICE "/dev/kvm"

typedef struct
{
  ClocheQemu *qemu;
  GTask *task;                  /* Owned until the verdict */
  GError *timed_out;            /* NULL = not */
  GSource *timeout;
  guint timeout_ms;
} Try;

typedef struct
{
  char *cache_path;
  char *key;
  ClocheQemuProgram *program;
  gint64 begun_us;              /* monotonic: of the emulated try */
} ProbeData;

typedef struct
{
  ClocheAccelerator accelerator;
  char *reason;
} Verdict;

static void
verdict_free (Verdict *verdict)
{
  g_free (verdict->reason);
  g_free (verdict);
}

static void
probe_data_free (ProbeData *data)
{
  g_clear_pointer (&data->program, cloche_qemu_program_free);
  g_free (data->cache_path);
  g_free (data->key);
  g_free (data);
}

static void
try_free (Try *try)
{
  if (try->timeout != NULL)
    g_source_destroy (try->timeout);
  g_clear_pointer (&try->timeout, g_source_unref);
  if (try->qemu != NULL)
    g_signal_handlers_disconnect_by_data (try->qemu, try);
  g_clear_object (&try->qemu);
  g_clear_error (&try->timed_out);
  g_free (try);
}

/* QEMU is gone now. The try is the data of its task, so it lives until the task's callback has run. */
static void
conclude (Try          *try,
          const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&try->task);

  if (task == NULL)
    return;

  if (try->timed_out != NULL)
    g_task_return_error (task, g_steal_pointer (&try->timed_out));
  else if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
exited_cb (ClocheQemu   *qemu,
           const GError *error,
           gpointer      user_data)
{
  conclude (user_data, error);
}

/* The verdict follows when QEMU is gone: whoever asked may end right after it, and must not leave anything running. */
static gboolean
timed_out_cb (gpointer user_data)
{
  Try *try = user_data;

  try->timed_out = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                "The firmware of a machine was not through after %u ms", try->timeout_ms);
  cloche_qemu_kill (try->qemu);

  return G_SOURCE_REMOVE;
}

static void
try_started_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Try *try = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!cloche_qemu_start_finish (CLOCHE_QEMU (source), result, &error))
    conclude (try, error);
}

static ClocheQemuSpec *
make_spec (const ClocheQemuProgram *program,
           ClocheAccelerator        accelerator,
           GError                 **error)
{
  g_autoptr (ClocheMachineShape) shape = cloche_machine_shape_new (program->version, accelerator,
                                                                   CLOCHE_MACHINE_SIZE_SMALL);
  g_autoptr (ClocheQemuSpec) spec = NULL;
  cloche_autofd int ram_fd = memfd_create ("cloche-probe", MFD_CLOEXEC);

  if (ram_fd < 0 || ftruncate (ram_fd, (off_t) shape->ram_mib * 1024 * 1024) < 0) {
    cloche_set_errno_error (error, errno, "Could not make memory for a machine");
    return NULL;
  }

  if (accelerator == CLOCHE_ACCELERATOR_KVM)
    cloche_set_str (&shape->cpu_model, NEEDED_CPU);
  spec = cloche_qemu_spec_new (program, shape);
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_RAM, g_steal_fd (&ram_fd));

  return g_steal_pointer (&spec);
}

/**
 * cloche_accelerator_try_async:
 * @timeout_ms: milliseconds
 *
 * Runs the firmware of a machine.
 *
 * Errors: %G_IO_ERROR_TIMED_OUT if it does not come to its end in time; those of cloche_qemu_start_async().
 */
void
cloche_accelerator_try_async (const ClocheQemuProgram *program,
                              ClocheAccelerator        accelerator,
                              guint                    timeout_ms,
                              GCancellable            *cancellable,
                              GAsyncReadyCallback      callback,
                              gpointer                 user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (ClocheQemuSpec) spec = NULL;
  g_autoptr (GError) error = NULL;
  Try *try = g_new0 (Try, 1);

  g_task_set_source_tag (task, cloche_accelerator_try_async);
  g_task_set_task_data (task, try, (GDestroyNotify) try_free);
  spec = make_spec (program, accelerator, &error);
  if (spec == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  try->qemu = cloche_qemu_new (spec);
  try->task = g_object_ref (task);
  try->timeout_ms = timeout_ms;
  try->timeout = g_timeout_source_new (timeout_ms);
  g_source_set_callback (try->timeout, timed_out_cb, try, NULL);
  g_source_attach (try->timeout, g_task_get_context (task));
  g_signal_connect (try->qemu, "exited", G_CALLBACK (exited_cb), try);
  cloche_qemu_start_async (try->qemu, cancellable, try_started_cb, g_steal_pointer (&task));
}

gboolean
cloche_accelerator_try_finish (GAsyncResult *result,
                               GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static char *
make_key (const ClocheQemuProgram *program)
{
  g_autoptr (ClocheMachineShape) shape = cloche_machine_shape_new (program->version, CLOCHE_ACCELERATOR_KVM,
                                                                   CLOCHE_MACHINE_SIZE_SMALL);
  struct utsname name;

  g_assert (uname (&name) == 0);        /* It fails for a bad pointer only. */

  return g_strdup_printf ("%d|%s %s|%s %s|%s", RULE_VERSION, program->path, program->version, name.release,
                          name.version, shape->cpu_model);
}

static int
open_cache_dir (const char *cache_path)
{
  g_autofree char *dir = g_path_get_dirname (cache_path);

  return open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static Verdict *
recall (const ProbeData *data)
{
  cloche_autofd int dir_fd = data->cache_path != NULL ? open_cache_dir (data->cache_path) : -1;
  g_autofree char *name = data->cache_path != NULL ? g_path_get_basename (data->cache_path) : NULL;
  g_autoptr (GBytes) bytes = dir_fd >= 0 ? cloche_read_file_at (dir_fd, name, CACHE_BYTES, NULL) : NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;
  const char *reason;
  ClocheAccelerator accelerator;
  Verdict *verdict;

  if (bytes == NULL)
    return NULL;

  object = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  if (object == NULL || g_strcmp0 (cloche_json_get_string (object, "key"), data->key) != 0 ||
      !cloche_accelerator_from_string (cloche_json_get_string (object, "accelerator"), &accelerator))
    return NULL;

  reason = cloche_json_get_string (object, "reason");
  verdict = g_new0 (Verdict, 1);
  verdict->accelerator = accelerator;
  verdict->reason = g_strdup (reason != NULL ? reason : "");

  return verdict;
}

static void
remember (const ProbeData *data,
          const Verdict   *verdict)
{
  cloche_autofd int dir_fd = data->cache_path != NULL ? open_cache_dir (data->cache_path) : -1;
  g_autofree char *name = data->cache_path != NULL ? g_path_get_basename (data->cache_path) : NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  if (dir_fd < 0)
    return;

  json_object_set_string_member (object, "key", data->key);
  json_object_set_string_member (object, "accelerator", cloche_accelerator_to_string (verdict->accelerator));
  json_object_set_string_member (object, "reason", verdict->reason);
  line = cloche_json_object_to_line (object);

  /* A failure costs the next start another probe, nothing else. */
  (void) cloche_replace_file_at (dir_fd, name, line, strlen (line), 0600, NULL);
}

static void
tried_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  Verdict *verdict;

  (void) cloche_accelerator_try_finish (result, &error);

  /* Of a jail that does not work, or of a probe that nobody waits for any more, nothing is learnt about KVM. */
  if (g_error_matches (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  verdict = g_new0 (Verdict, 1);
  verdict->accelerator = error == NULL ? CLOCHE_ACCELERATOR_KVM : CLOCHE_ACCELERATOR_TCG;
  verdict->reason = error == NULL ? g_strdup ("A test machine ran with KVM")
                                  : g_strdup_printf ("A test machine did not run with KVM: %s", error->message);
  remember (g_task_get_task_data (task), verdict);
  g_task_return_pointer (task, verdict, (GDestroyNotify) verdict_free);
}

static void
emulated_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ProbeData *data = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  gint64 taken_ms = (g_get_monotonic_time () - data->begun_us) / 1000;
  GError *error = NULL;

  if (!cloche_accelerator_try_finish (result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  cloche_accelerator_try_async (data->program, CLOCHE_ACCELERATOR_KVM,
                                (guint) MAX (taken_ms * KVM_PATIENCE, KVM_LEAST_MS), cancellable,
                                tried_cb, g_steal_pointer (&task));
}

static Verdict *
judge_device (void)
{
  cloche_autofd int fd = open (KVM_DEVICE, O_RDWR | O_CLOEXEC);
  Verdict *verdict;

  if (fd >= 0)
    return NULL;

  verdict = g_new0 (Verdict, 1);
  verdict->accelerator = CLOCHE_ACCELERATOR_TCG;
  verdict->reason = g_strdup_printf (KVM_DEVICE ": %s", g_strerror (errno));

  return verdict;
}

/**
 * cloche_accelerator_probe_async:
 * @cache_path: (nullable): the file that remembers the verdict; its folder exists
 *
 * Decides between KVM and emulation. Takes no time if the verdict is known or the device cannot be opened, else as long as
 * a firmware needs twice.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_JAIL if QEMU cannot be confined at all; %G_IO_ERROR_TIMED_OUT if not even an emulated
 * machine runs; %G_IO_ERROR_CANCELLED.
 */
void
cloche_accelerator_probe_async (const ClocheQemuProgram *program,
                                const char              *cache_path,
                                GCancellable            *cancellable,
                                GAsyncReadyCallback      callback,
                                gpointer                 user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  ProbeData *data = g_new0 (ProbeData, 1);
  Verdict *verdict = judge_device ();

  data->cache_path = g_strdup (cache_path);
  data->key = make_key (program);
  data->program = cloche_qemu_program_copy (program);
  data->begun_us = g_get_monotonic_time ();
  g_task_set_source_tag (task, cloche_accelerator_probe_async);
  g_task_set_task_data (task, data, (GDestroyNotify) probe_data_free);
  if (verdict == NULL)
    verdict = recall (data);

  if (verdict != NULL)
    g_task_return_pointer (task, verdict, (GDestroyNotify) verdict_free);
  else
    cloche_accelerator_try_async (program, CLOCHE_ACCELERATOR_TCG, CLOCHE_ACCELERATOR_TRY_MS, cancellable,
                                  emulated_cb, g_steal_pointer (&task));
}

/**
 * cloche_accelerator_probe_finish:
 * @ret_reason: (optional): why, plain facts
 */
gboolean
cloche_accelerator_probe_finish (GAsyncResult      *result,
                                 ClocheAccelerator *ret_accelerator,
                                 char             **ret_reason,
                                 GError           **error)
{
  Verdict *verdict;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  verdict = g_task_propagate_pointer (G_TASK (result), error);
  if (verdict == NULL)
    return FALSE;

  *ret_accelerator = verdict->accelerator;
  if (ret_reason != NULL)
    *ret_reason = g_steal_pointer (&verdict->reason);
  verdict_free (verdict);

  return TRUE;
}
