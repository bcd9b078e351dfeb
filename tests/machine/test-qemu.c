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
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_template ();
  g_test_add_data_func ("/machine/qemu/fork/full", GINT_TO_POINTER (CLOCHE_JAIL_FORM_FULL), test_fork);
  g_test_add_data_func ("/machine/qemu/fork/launcher", GINT_TO_POINTER (CLOCHE_JAIL_FORM_LAUNCHER), test_fork);
  result = g_test_run ();

  cloche_qemu_program_free (template.program);
  cloche_machine_shape_free (template.shape);
  return result;
}
