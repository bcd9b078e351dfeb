/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-error.h"
#include "cloche-paths.h"
#include "cloche-qemu.h"
#include "cloche-sealed-memory.h"

#include "cloche-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * A real QEMU in its real jail, with a guest of a few hundred instructions (tiny-guest.c). One template is made and forked
 * in every test.
 */
#define RAM_MIB 2048

/* What started the tiny guest's template. */
#define BOOT_ROM "multiboot_dma.bin"

typedef struct
{
  ClocheQemuProgram *program;
  ClocheMachineShape *shape;
  int ram_fd;                   /* the template's memory: a sealed memfd, or read-only */
  int state_fd;
} Template;

static Template template = { .ram_fd = -1, .state_fd = -1 };

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

#define RUN(object, verb, ret_error, ...)                                                   \
  ({                                                                                        \
    g_autoptr (GAsyncResult) _result = NULL;                                                \
    cloche_qemu_ ## verb ## _async (object, ## __VA_ARGS__, NULL, result_cb, &_result);          \
    cloche_qemu_ ## verb ## _finish (object, wait_for (&_result), ret_error);                   \
  })

static void
assert_start (ClocheQemu *qemu)
{
  g_autoptr (GError) error = NULL;
  gboolean started = RUN (qemu, start, &error);
  g_autofree char *log = cloche_qemu_dup_log (qemu);

  if (error != NULL)
    g_test_message ("%s", log);
  g_assert_no_error (error);
  g_assert_true (started);
}

static char *
read_line (GIOStream *stream)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);
  GString *line = g_string_new (NULL);
  char byte = '\0';

  while (byte != '\n') {
    g_autoptr (GError) error = NULL;
    gssize n = g_input_stream_read (input, &byte, 1, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpint (n, ==, 1);
    g_string_append_c (line, byte);
  }

  return g_string_free (line, FALSE);
}

static char *
ask (GIOStream  *stream,
     const char *byte)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), byte, 1, NULL, NULL, &error);
  g_assert_no_error (error);

  return read_line (stream);
}

static void
assert_line (char       *take_line,
             const char *expected)
{
  g_assert_cmpstr (take_line, ==, expected);
  g_free (take_line);
}

static ClocheQemuSpec *
new_spec (const ClocheJailForm *form)
{
  ClocheQemuSpec *spec = cloche_qemu_spec_new (template.program, template.shape);

  cloche_qemu_spec_set_boot_rom (spec, BOOT_ROM);
  if (form != NULL)
    cloche_qemu_spec_set_jail_form (spec, *form);

  return spec;
}

static ClocheQemu *
new_fork (ClocheJailForm form)
{
  g_autoptr (ClocheQemuSpec) spec = new_spec (&form);

  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_RAM, dup (template.ram_fd));
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_STATE, dup (template.state_fd));
  cloche_qemu_spec_set_ram_read_only (spec, cloche_qemu_program_can_map_read_only (template.program));
  g_assert_cmpint (lseek (template.state_fd, 0, SEEK_SET), ==, 0);

  return cloche_qemu_new (spec);
}

static ClocheQemuProgram *
find_program (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheQemuProgram *program;

  cloche_qemu_program_find_async (g_getenv ("CLOCHE_TEST_QEMU"), NULL, NULL, result_cb, &result);
  program = cloche_qemu_program_find_finish (wait_for (&result), &error);
  g_assert_no_error (error);

  return program;
}

/* The forge's part: boot, say one number, freeze. */
static void
make_template (void)
{
  g_autoptr (ClocheQemuSpec) spec = NULL;
  g_autoptr (ClocheQemu) qemu = NULL;
  g_autoptr (GIOStream) control = NULL;
  g_autoptr (GIOStream) bulk = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *kernel = g_test_build_filename (G_TEST_BUILT, "machine", "tiny-guest", NULL);
  g_autofree char *name = NULL;
  cloche_autofd int ram_fd = g_file_open_tmp ("cloche-test-XXXXXX", &name, NULL);

  template.program = find_program ();
  template.shape = cloche_machine_shape_new (template.program->version, CLOCHE_ACCELERATOR_TCG,
                                             CLOCHE_MACHINE_SIZE_SMALL);
  template.shape->cpus = 1;
  template.state_fd = memfd_create ("state", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (ram_fd, RAM_MIB * 1024ll * 1024), ==, 0);
  spec = new_spec (NULL);
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_RAM, dup (ram_fd));
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_KERNEL, open (kernel, O_RDONLY | O_CLOEXEC));

  qemu = cloche_qemu_new (spec);
  assert_start (qemu);
  control = cloche_qemu_dup_control_stream (qemu);
  bulk = cloche_qemu_dup_bulk_stream (qemu);
  assert_line (read_line (control), "CLOCHE 1 control\n");
  assert_line (read_line (bulk), "CLOCHE 1 bulk\n");
  assert_line (ask (control, "+"), "1\n");

  g_assert_true (RUN (qemu, save_template, &error, template.state_fd));
  g_assert_no_error (error);
  g_assert_true (RUN (qemu, quit, &error));
  g_assert_false (cloche_qemu_is_alive (qemu));

  if (cloche_qemu_program_can_map_read_only (template.program)) {
    g_assert_cmpint (fchmod (ram_fd, 0400), ==, 0);
    template.ram_fd = open (name, O_RDONLY | O_CLOEXEC);
  } else {
    template.ram_fd = cloche_sealed_memory_copy (ram_fd, NULL, &error);
    g_assert_no_error (error);
    g_assert_true (cloche_sealed_memory_is_sealed (template.ram_fd));
  }
  g_assert_cmpint (unlink (name), ==, 0);
}

static void
test_fork (gconstpointer data)
{
  ClocheJailForm form = (ClocheJailForm) GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;

  /* Twice, because a fork that had changed the template would be seen by the next one. */
  for (int i = 0; i < 2; i++) {
    g_autoptr (ClocheQemu) qemu = new_fork (form);
    g_autoptr (GIOStream) control = NULL;
    gint64 start = g_get_monotonic_time ();

    assert_start (qemu);
    control = cloche_qemu_dup_control_stream (qemu);
    g_assert_true (RUN (qemu, cont, &error));
    assert_line (ask (control, "+"), "2\n");
    g_test_message ("answered %" G_GINT64_FORMAT " ms after the start", (g_get_monotonic_time () - start) / 1000);
    assert_line (ask (control, "d"), "d\n");
    assert_line (ask (control, "+"), "3\n");

    g_assert_cmpint (cloche_qemu_get_jail_form (qemu), ==, form);
    g_assert_cmpint (kill (cloche_qemu_get_pid (qemu), 0), ==, 0);
    g_assert_cmpint (cloche_qemu_read_memory (qemu), >, 4 * 1024 * 1024);
    g_test_message ("%" G_GUINT64_FORMAT " KiB private", cloche_qemu_read_memory (qemu) / 1024);

    g_assert_true (RUN (qemu, quit, &error));
    g_assert_no_error (error);
    g_assert_cmpint (kill (cloche_qemu_get_pid (qemu), 0), <, 0);
  }
}


static void
exited_cb (ClocheQemu   *qemu,
           const GError *error,
           gpointer      user_data)
{
  GError **slot = user_data;

  g_assert_null (*slot);
  *slot = error != NULL ? g_error_copy (error) : g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "Quietly");
}

static GError *
wait_for_exit (ClocheQemu *qemu,
               GError    **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (cloche_qemu_is_alive (qemu));

  return *slot;
}

/* Switched off from inside: no failure. */
static void
test_power_off (void)
{
  g_autoptr (ClocheQemu) qemu = new_fork (CLOCHE_JAIL_FORM_FULL);
  g_autoptr (GIOStream) control = NULL;
  g_autoptr (GError) exit = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (qemu, "exited", G_CALLBACK (exited_cb), &exit);
  assert_start (qemu);
  control = cloche_qemu_dup_control_stream (qemu);
  g_assert_true (RUN (qemu, cont, &error));
  g_output_stream_write_all (g_io_stream_get_output_stream (control), "q", 1, NULL, NULL, NULL);
  g_assert_error (wait_for_exit (qemu, &exit), G_IO_ERROR, G_IO_ERROR_CLOSED);

  /* Ending what has ended is no failure, but nothing else is possible. */
  g_assert_true (RUN (qemu, quit, &error));
  g_assert_false (RUN (qemu, cont, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED);
}

static void
test_killed (gconstpointer data)
{
  g_autoptr (ClocheQemu) qemu = new_fork ((ClocheJailForm) GPOINTER_TO_INT (data));
  g_autoptr (GError) exit = NULL;

  g_signal_connect (qemu, "exited", G_CALLBACK (exited_cb), &exit);
  assert_start (qemu);
  g_assert_cmpint (kill (cloche_qemu_get_pid (qemu), SIGKILL), ==, 0);
  g_assert_error (wait_for_exit (qemu, &exit), CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED);
}

static void
wait_for_process (pid_t pid)
{
  struct pollfd pollfd = { .events = POLLIN };

  pollfd.fd = (int) syscall (SYS_pidfd_open, pid, 0);
  if (pollfd.fd < 0) {
    g_assert_cmpint (errno, ==, ESRCH);
    return;
  }
  g_assert_cmpint (poll (&pollfd, 1, -1), ==, 1);
  (void) close (pollfd.fd);
}

/* Whoever forgets a machine does not leave it running. */
static void
test_dropped (gconstpointer data)
{
  ClocheQemu *qemu = new_fork ((ClocheJailForm) GPOINTER_TO_INT (data));
  pid_t pid;

  assert_start (qemu);
  pid = cloche_qemu_get_pid (qemu);
  g_assert_finalize_object (qemu);
  wait_for_process (pid);
}

/* States that are cut off or not states at all: an error, never a machine, never a hang. */
static void
test_damaged_state (gconstpointer data)
{
  gsize keep = GPOINTER_TO_SIZE (data);
  g_autoptr (ClocheQemu) qemu = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = g_malloc0 (keep + 4096);
  int good_fd = template.state_fd;
  cloche_autofd int bad_fd = memfd_create ("bad", MFD_CLOEXEC);

  g_assert_cmpint (pread (good_fd, content, keep, 0), ==, keep);
  g_assert_cmpint (write (bad_fd, content, keep == 0 ? 4096 : keep), >, 0);
  template.state_fd = bad_fd;
  qemu = new_fork (CLOCHE_JAIL_FORM_FULL);
  template.state_fd = good_fd;

  g_assert_false (RUN (qemu, start, &error));
  g_assert_true (error->domain == CLOCHE_MACHINE_ERROR);
  g_assert_true (error->code == CLOCHE_MACHINE_ERROR_MIGRATION || error->code == CLOCHE_MACHINE_ERROR_EXITED);
  g_assert_false (cloche_qemu_is_alive (qemu));
  g_test_message ("%s", error->message);
}

static void
test_cancelled (void)
{
  g_autoptr (ClocheQemu) qemu = new_fork (CLOCHE_JAIL_FORM_FULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_qemu_start_async (qemu, cancellable, result_cb, &result);
  g_cancellable_cancel (cancellable);
  g_assert_false (cloche_qemu_start_finish (qemu, wait_for (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gboolean
hung_up_cb (int          fd,
            GIOCondition condition,
            gpointer     user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* A machine whose root is one end of a pipe: the other end hears when the last process of the jail is gone. */
static void
kill_after (guint us)
{
  g_autoptr (ClocheQemuSpec) spec = new_spec (&(ClocheJailForm) { CLOCHE_JAIL_FORM_FULL });
  g_autoptr (ClocheQemu) qemu = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean hung_up = FALSE;
  int fds[2];

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  g_unix_fd_add (fds[0], G_IO_HUP, hung_up_cb, &hung_up);
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_RAM, dup (template.ram_fd));
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_ROOT, fds[1]);
  qemu = cloche_qemu_new (spec);
  g_clear_object (&spec);

  cloche_qemu_start_async (qemu, NULL, result_cb, &result);
  g_usleep (us);                /* Only to meet another moment each time; nothing depends on it. */
  cloche_qemu_kill (qemu);
  g_assert_false (cloche_qemu_start_finish (qemu, wait_for (&result), &error));
  g_clear_object (&result);
  g_assert_finalize_object (g_steal_pointer (&qemu));

  /* If a process stays, the test never ends: it says where it is. */
  g_test_message ("killed after %u µs", us);
  while (!hung_up)
    g_main_context_iteration (NULL, TRUE);
  (void) close (fds[0]);
}

/* Whenever a jail is killed while it is being built, nothing of it stays. */
static void
test_killed_at_birth (void)
{
  for (guint us = 0; us < 10000; us += 200)
    kill_after (us);
}

static void
test_no_launcher (gconstpointer data)
{
  g_autofree char *before = g_strdup (g_getenv ("CLOCHE_LIBEXECDIR"));
  g_autoptr (ClocheQemu) qemu = new_fork ((ClocheJailForm) GPOINTER_TO_INT (data));
  g_autoptr (GError) error = NULL;

  g_setenv ("CLOCHE_LIBEXECDIR", "/nowhere", TRUE);
  g_assert_false (RUN (qemu, start, &error));
  g_setenv ("CLOCHE_LIBEXECDIR", before, TRUE);
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL);
}

/* Where bubblewrap is missing, or cannot run as where user namespaces are forbidden, the launcher does alone, unless the
 * full jail was demanded; which of the two it was is known. */
static void
test_no_bubblewrap (gconstpointer data)
{
  gboolean is_there = GPOINTER_TO_INT (data);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *dir = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  g_autofree char *script = g_build_filename (dir, "bwrap", NULL);
  g_autoptr (ClocheQemuSpec) spec = new_spec (NULL);
  g_autoptr (ClocheQemu) qemu = NULL;
  g_autoptr (ClocheQemu) demanded = new_fork (CLOCHE_JAIL_FORM_FULL);
  g_autoptr (GError) error = NULL;

  if (is_there) {
    g_assert_true (g_file_set_contents_full (script, "#!/bin/sh\necho 'bwrap: No permissions to create a namespace' >&2\n"
                                             "exit 1\n", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  }
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_RAM, dup (template.ram_fd));
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_STATE, dup (template.state_fd));
  cloche_qemu_spec_set_ram_read_only (spec, cloche_qemu_program_can_map_read_only (template.program));
  qemu = cloche_qemu_new (spec);

  g_setenv ("PATH", dir, TRUE);
  g_assert_false (RUN (demanded, start, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL);
  assert_start (qemu);
  g_setenv ("PATH", path, TRUE);
  g_assert_cmpint (cloche_qemu_get_jail_form (qemu), ==, CLOCHE_JAIL_FORM_LAUNCHER);

  (void) g_unlink (script);     /* There in one of the two cases. */
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

static void
test_no_qemu (void)
{
  static const char *const PATHS[] = { "/nowhere/qemu", "/bin/true", "/dev/null" };

  for (gsize i = 0; i < G_N_ELEMENTS (PATHS); i++) {
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    cloche_qemu_program_find_async (PATHS[i], NULL, NULL, result_cb, &result);
    g_assert_null (cloche_qemu_program_find_finish (wait_for (&result), &error));
    g_assert_nonnull (error);
    if (i < 2)
      g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_QEMU);
  }
}

static ClocheQemuProgram *
find_cached (const char *dir)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheQemuProgram *program;

  cloche_qemu_program_find_async (template.program->path, dir, NULL, result_cb, &result);
  program = cloche_qemu_program_find_finish (wait_for (&result), &error);
  g_assert_no_error (error);

  return program;
}

/* What was found once is found again, from the file; a damaged file does no harm. */
static void
test_program_cache (void)
{
  g_autofree char *dir = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "qemu.json", NULL);

  for (int i = 0; i < 3; i++) {
    g_autoptr (ClocheQemuProgram) program = find_cached (dir);

    g_assert_cmpstr (program->version, ==, template.program->version);
    g_assert_cmpstr (program->loader, ==, template.program->loader);
    g_assert_cmpint (program->minor, ==, template.program->minor);
    g_assert_true (g_strv_equal ((const char *const *) program->folders,
                                 (const char *const *) template.program->folders));
    g_assert_true (g_strv_equal ((const char *const *) program->links, (const char *const *) template.program->links));
    g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    if (i == 1)
      g_assert_true (g_file_set_contents (path, "{\"key\":", -1, NULL));
  }

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* This program once more: starts a machine, says its process id, and waits for its own death. */
G_GNUC_NORETURN static void
be_parent (ClocheJailForm form)
{
  g_autoptr (ClocheQemuSpec) spec = NULL;
  g_autoptr (ClocheQemu) qemu = NULL;
  g_autofree char *kernel = g_test_build_filename (G_TEST_BUILT, "machine", "tiny-guest", NULL);
  int ram_fd = memfd_create ("ram", MFD_CLOEXEC);

  template.program = find_program ();
  template.shape = cloche_machine_shape_new (template.program->version, CLOCHE_ACCELERATOR_TCG,
                                             CLOCHE_MACHINE_SIZE_SMALL);
  g_assert_cmpint (ftruncate (ram_fd, RAM_MIB * 1024ll * 1024), ==, 0);
  spec = new_spec (&form);
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_RAM, ram_fd);
  cloche_qemu_spec_take_file (spec, CLOCHE_QEMU_FILE_KERNEL, open (kernel, O_RDONLY | O_CLOEXEC));
  qemu = cloche_qemu_new (spec);
  assert_start (qemu);
  g_print ("# machine %d\n", (int) cloche_qemu_get_pid (qemu));

  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_parent_killed (gconstpointer data)
{
  const char *form = GPOINTER_TO_INT (data) == CLOCHE_JAIL_FORM_FULL ? "--parent=full" : "--parent=launcher";
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) parent = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe", form, NULL);
  g_autoptr (GDataInputStream) out = NULL;
  pid_t pid = 0;

  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (parent));
  while (pid == 0) {
    g_autofree char *line = g_data_input_stream_read_line (out, NULL, NULL, &error);

    g_assert_no_error (error);
    g_assert_nonnull (line);
    if (g_str_has_prefix (line, "# machine "))
      pid = (pid_t) strtol (line + strlen ("# machine "), NULL, 10);
  }

  g_assert_cmpint (kill (pid, 0), ==, 0);
  g_subprocess_force_exit (parent);
  g_assert_true (g_subprocess_wait (parent, NULL, &error));
  wait_for_process (pid);
}

#define ADD_BOTH(name, function)                                                                            \
  G_STMT_START {                                                                                            \
    g_test_add_data_func ("/machine/qemu/" name "/full", GINT_TO_POINTER (CLOCHE_JAIL_FORM_FULL), function); \
    g_test_add_data_func ("/machine/qemu/" name "/launcher", GINT_TO_POINTER (CLOCHE_JAIL_FORM_LAUNCHER), function); \
  } G_STMT_END

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  if (argc == 2 && g_str_has_prefix (argv[1], "--parent="))
    be_parent (g_str_has_suffix (argv[1], "full") ? CLOCHE_JAIL_FORM_FULL : CLOCHE_JAIL_FORM_LAUNCHER);

  make_template ();
  ADD_BOTH ("fork", test_fork);
  ADD_BOTH ("killed", test_killed);
  ADD_BOTH ("dropped", test_dropped);
  ADD_BOTH ("parent-killed", test_parent_killed);
  ADD_BOTH ("no-launcher", test_no_launcher);
  g_test_add_func ("/machine/qemu/power-off", test_power_off);
  g_test_add_data_func ("/machine/qemu/damaged-state/none", GSIZE_TO_POINTER (0), test_damaged_state);
  g_test_add_data_func ("/machine/qemu/damaged-state/cut", GSIZE_TO_POINTER (20000), test_damaged_state);
  g_test_add_func ("/machine/qemu/cancelled", test_cancelled);
  g_test_add_func ("/machine/qemu/killed-at-birth", test_killed_at_birth);
  g_test_add_data_func ("/machine/qemu/no-bubblewrap/absent", GINT_TO_POINTER (FALSE), test_no_bubblewrap);
  g_test_add_data_func ("/machine/qemu/no-bubblewrap/forbidden", GINT_TO_POINTER (TRUE), test_no_bubblewrap);
  g_test_add_func ("/machine/qemu/no-qemu", test_no_qemu);
  g_test_add_func ("/machine/qemu/program-cache", test_program_cache);
  result = g_test_run ();

  cloche_qemu_program_free (template.program);
  cloche_machine_shape_free (template.shape);
  return result;
}
