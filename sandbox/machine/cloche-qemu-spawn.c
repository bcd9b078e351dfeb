/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qemu-spawn.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-landlock.h"
#include "cloche-machine-error.h"
#include "cloche-paths.h"
#include "cloche-qemu-args.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The numbers that QEMU's descriptors have in QEMU: fixed, so that its command line is the same for every machine. */
enum {
  CHILD_FD_FIRST_CHANNEL = 3,
  CHILD_FD_FIRST_FILE = CHILD_FD_FIRST_CHANNEL + CLOCHE_QEMU_N_CHANNELS,
  CHILD_FD_INFO = CHILD_FD_FIRST_FILE + CLOCHE_QEMU_N_FILES,
};

/* Another end of the pipe on which bubblewrap says QEMU's process id, for itself: the pipe must not break when we die,
 * since bubblewrap would end on that and leave its half of the jail behind. */
#define CHILD_FD_INFO_PEER (CHILD_FD_INFO + 1)

/* bytes: what bubblewrap says; about 200. */
#define INFO_BYTES 4096

/* bytes: how large a QEMU without a disk may make a file: its own state. */
#define FILE_BYTES_WITHOUT_DISK (G_GUINT64_CONSTANT (1) << 30)

static int
get_child_fd (ClocheQemuSpec *spec,
              ClocheQemuFile  file)
{
  return cloche_qemu_spec_peek_file (spec, file) >= 0 ? CHILD_FD_FIRST_FILE + (int) file : -1;
}

static GStrv
build_command (ClocheQemuSpec *spec)
{
  const ClocheMachineShape *shape = cloche_qemu_spec_get_shape (spec);
  ClocheQemuArgs args = {
    .program = cloche_qemu_spec_get_program (spec)->path,
    .machine_type = shape->machine_type,
    .cpu_model = shape->cpu_model,
    .accelerator = shape->accelerator,
    .ram_mib = shape->ram_mib,
    .cpus = shape->cpus,
    .is_fork = cloche_qemu_spec_is_fork (spec),
    .can_map_read_only = cloche_qemu_spec_is_ram_read_only (spec),
    .boot_rom = cloche_qemu_spec_get_boot_rom (spec),
    .kernel_arguments = cloche_qemu_spec_get_kernel_arguments (spec),
    .ram_fd = get_child_fd (spec, CLOCHE_QEMU_FILE_RAM),
    .root_fd = get_child_fd (spec, CLOCHE_QEMU_FILE_ROOT),
    .disk_fd = get_child_fd (spec, CLOCHE_QEMU_FILE_DISK),
    .kernel_fd = get_child_fd (spec, CLOCHE_QEMU_FILE_KERNEL),
    .initrd_fd = get_child_fd (spec, CLOCHE_QEMU_FILE_INITRD),
    .qmp_fd = CHILD_FD_FIRST_CHANNEL + CLOCHE_QEMU_CHANNEL_QMP,
    .control_fd = CHILD_FD_FIRST_CHANNEL + CLOCHE_QEMU_CHANNEL_CONTROL,
    .bulk_fd = CHILD_FD_FIRST_CHANNEL + CLOCHE_QEMU_CHANNEL_BULK,
    .console_fd = CHILD_FD_FIRST_CHANNEL + CLOCHE_QEMU_CHANNEL_CONSOLE,
  };

  return cloche_qemu_args_build (&args);
}

/* What QEMU opens again by /proc/self/fd; the state travels over the monitor. */
static gsize
list_fds (ClocheQemuSpec *spec,
          ClocheJailFd   *fds)
{
  static const ClocheJailFdAccess ACCESS[] = {
    [CLOCHE_QEMU_FILE_RAM] = CLOCHE_JAIL_FD_READ,
    [CLOCHE_QEMU_FILE_ROOT] = CLOCHE_JAIL_FD_KEEP,
    [CLOCHE_QEMU_FILE_DISK] = CLOCHE_JAIL_FD_KEEP,
    [CLOCHE_QEMU_FILE_KERNEL] = CLOCHE_JAIL_FD_READ,
    [CLOCHE_QEMU_FILE_INITRD] = CLOCHE_JAIL_FD_READ,
  };
  gsize n = 0;

  for (int i = 0; i < CLOCHE_QEMU_N_CHANNELS; i++)
    fds[n++] = (ClocheJailFd) { CHILD_FD_FIRST_CHANNEL + i, CLOCHE_JAIL_FD_KEEP };
  for (gsize i = 0; i < G_N_ELEMENTS (ACCESS); i++)
    if (cloche_qemu_spec_peek_file (spec, (ClocheQemuFile) i) >= 0)
      fds[n++] = (ClocheJailFd) { CHILD_FD_FIRST_FILE + (int) i, ACCESS[i] };
  if (!cloche_qemu_spec_is_fork (spec))
    fds[CLOCHE_QEMU_N_CHANNELS].access = CLOCHE_JAIL_FD_WRITE;  /* The first file: the RAM. */

  return n;
}

static guint64
get_file_bytes (ClocheQemuSpec *spec)
{
  struct stat st;
  int disk_fd = cloche_qemu_spec_peek_file (spec, CLOCHE_QEMU_FILE_DISK);

  if (disk_fd < 0 || fstat (disk_fd, &st) < 0)
    return FILE_BYTES_WITHOUT_DISK;

  return MAX ((guint64) st.st_size, FILE_BYTES_WITHOUT_DISK);
}

static GStrv
build_argv (ClocheQemuSpec *spec,
            ClocheJailForm  form,
            const char     *bwrap,
            gboolean        has_landlock)
{
  g_autofree char *launcher = cloche_paths_dup_program ("cloche-jail");
  g_auto (GStrv) command = build_command (spec);
  ClocheJailFd fds[CLOCHE_QEMU_N_CHANNELS + CLOCHE_QEMU_N_FILES];
  gboolean is_kvm = cloche_qemu_spec_get_shape (spec)->accelerator == CLOCHE_ACCELERATOR_KVM;
  ClocheJailArgs args = {
    .form = form,
    .bwrap = bwrap,
    .launcher = launcher,
    .has_landlock = has_landlock,
    .program = cloche_qemu_spec_get_program (spec),
    .device = is_kvm ? "/dev/kvm" : NULL,
    .fds = fds,
    .n_fds = list_fds (spec, fds),
    .die_with_fd = CHILD_FD_FIRST_CHANNEL + CLOCHE_QEMU_CHANNEL_QMP,
    .info_fd = CHILD_FD_INFO,
    .file_bytes = get_file_bytes (spec),
  };

  return cloche_jail_args_build (&args, (const char *const *) command);
}

static gboolean
make_channel (ClocheQemuSpawn     *self,
              GSubprocessLauncher *launcher,
              ClocheQemuChannel    channel,
              GError             **error)
{
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
    cloche_set_errno_error (error, errno, "Could not make a socket pair");
    return FALSE;
  }

  /* What QEMU and the jail print goes where the guest's console goes. */
  if (channel == CLOCHE_QEMU_CHANNEL_CONSOLE) {
    g_subprocess_launcher_take_stdout_fd (launcher, fcntl (pair[1], F_DUPFD_CLOEXEC, 3));
    g_subprocess_launcher_take_stderr_fd (launcher, fcntl (pair[1], F_DUPFD_CLOEXEC, 3));
  }
  g_subprocess_launcher_take_fd (launcher, pair[1], CHILD_FD_FIRST_CHANNEL + (int) channel);
  self->channels[channel] = g_socket_new_from_fd (pair[0], error);
  if (self->channels[channel] == NULL)
    (void) close (pair[0]);

  return self->channels[channel] != NULL;
}

static gboolean
give_files (GSubprocessLauncher *launcher,
            ClocheQemuSpec      *spec,
            GError             **error)
{
  for (int i = 0; i < CLOCHE_QEMU_FILE_STATE; i++) {
    int fd = cloche_qemu_spec_peek_file (spec, (ClocheQemuFile) i);
    int copy = fd >= 0 ? fcntl (fd, F_DUPFD_CLOEXEC, 3) : -1;

    if (fd >= 0 && copy < 0) {
      cloche_set_errno_error (error, errno, "Could not duplicate a descriptor");
      return FALSE;
    }
    if (copy >= 0)
      g_subprocess_launcher_take_fd (launcher, copy, CHILD_FD_FIRST_FILE + i);
  }

  return TRUE;
}

static gboolean
make_info_pipe (ClocheQemuSpawn     *self,
                GSubprocessLauncher *launcher,
                GError             **error)
{
  int fds[2];

  if (self->form != CLOCHE_JAIL_FORM_FULL)
    return TRUE;

  if (pipe2 (fds, O_CLOEXEC | O_NONBLOCK) < 0) {
    cloche_set_errno_error (error, errno, "Could not make a pipe");
    return FALSE;
  }

  self->info_fd = fds[0];
  g_subprocess_launcher_take_fd (launcher, fds[1], CHILD_FD_INFO);
  g_subprocess_launcher_take_fd (launcher, fcntl (fds[0], F_DUPFD_CLOEXEC, 3), CHILD_FD_INFO_PEER);
  return TRUE;
}

/**
 * cloche_qemu_spawn_new:
 * @form: of the jail
 *
 * Starts QEMU in its jail, with its files and one end of each channel. It is killed when the calling thread ends, so call
 * this on the main thread.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_JAIL if bubblewrap or the launcher cannot be started; %G_IO_ERROR.
 */
ClocheQemuSpawn *
cloche_qemu_spawn_new (ClocheQemuSpec *spec,
                       ClocheJailForm  form,
                       GError        **error)
{
  g_autoptr (ClocheQemuSpawn) self = g_new0 (ClocheQemuSpawn, 1);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *bwrap = g_find_program_in_path ("bwrap");
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) local_error = NULL;

  self->info_fd = -1;
  self->form = form;
  self->has_landlock = cloche_landlock_get_abi () > 0;
  if (form == CLOCHE_JAIL_FORM_FULL && bwrap == NULL) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL, "There is no program “bwrap”");
    return NULL;
  }

  for (int i = 0; i < CLOCHE_QEMU_N_CHANNELS; i++)
    if (!make_channel (self, launcher, (ClocheQemuChannel) i, error))
      return NULL;
  if (!give_files (launcher, spec, error) || !make_info_pipe (self, launcher, error))
    return NULL;

  argv = build_argv (spec, form, bwrap, self->has_landlock);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &local_error);
  if (self->process == NULL) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL,
                 "Could not start “%s”: %s", argv[0], local_error->message);
    return NULL;
  }

  return g_steal_pointer (&self);
}

/**
 * cloche_qemu_spawn_free:
 *
 * Lets go of the channels; kills nothing.
 */
void
cloche_qemu_spawn_free (ClocheQemuSpawn *self)
{
  if (self == NULL)
    return;

  for (gsize i = 0; i < CLOCHE_QEMU_N_CHANNELS; i++)
    g_clear_object (&self->channels[i]);
  cloche_clear_fd (&self->info_fd);
  g_clear_object (&self->process);
  g_free (self);
}

/* Whether bubblewrap has said anything, or has ended; then @ret_pid is the process id, or 0. The id is in the first of the
 * several pieces in which bubblewrap writes. */
static gboolean
read_info (int   info_fd,
           GPid *ret_pid)
{
  char text[INFO_BYTES];
  ssize_t n = read (info_fd, text, sizeof text - 1);
  int pid = 0;

  if (n < 0)
    return FALSE;

  text[n] = '\0';
  *ret_pid = sscanf (text, " { \"child-pid\": %d", &pid) == 1 && pid > 1 ? (GPid) pid : 0;

  return TRUE;
}

/**
 * cloche_qemu_spawn_find_pid:
 *
 * The process id of QEMU, as this process sees it, once QEMU has answered; bubblewrap has said it before. To be asked
 * once. 0 if it is not known.
 */
GPid
cloche_qemu_spawn_find_pid (ClocheQemuSpawn *self)
{
  const char *identifier = g_subprocess_get_identifier (self->process);
  GPid pid = 0;

  if (self->info_fd >= 0)
    (void) read_info (self->info_fd, &pid);
  else if (identifier != NULL)
    pid = (GPid) strtol (identifier, NULL, 10);

  return pid;
}

static void
kill_both (GSubprocess *process,
           GPid         pid)
{
  /* A child of bubblewrap's, which has not ended itself: so this is nobody else's id. */
  if (pid > 0)
    (void) kill (pid, SIGKILL);
  g_subprocess_force_exit (process);
}

static gboolean
told_cb (int          info_fd,
         GIOCondition condition,
         gpointer     user_data)
{
  GPid pid = 0;

  (void) read_info (info_fd, &pid);
  kill_both (user_data, pid);
  (void) close (info_fd);

  return G_SOURCE_REMOVE;
}

/**
 * cloche_qemu_spawn_kill:
 *
 * Kills QEMU, at once or as soon as that is safe.
 *
 * Bubblewrap is two processes. The inner one waits for the outer one's word, and asks to die with it only after that: an
 * outer one that is killed in between leaves the inner one waiting for ever (seen with bubblewrap 0.8.0, in eventfd_read).
 * So the inner one goes first. Its id comes within milliseconds, or the pipe's end does.
 */
void
cloche_qemu_spawn_kill (ClocheQemuSpawn *self)
{
  g_autoptr (GSource) source = NULL;
  GPid pid = 0;
  int info_fd;

  if (self->info_fd < 0 || read_info (self->info_fd, &pid)) {
    kill_both (self->process, pid);
    return;
  }

  info_fd = g_steal_fd (&self->info_fd);
  source = g_unix_fd_source_new (info_fd, G_IO_IN | G_IO_HUP);
  g_source_set_callback (source, G_SOURCE_FUNC (told_cb), g_object_ref (self->process), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}
