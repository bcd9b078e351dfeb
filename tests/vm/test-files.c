/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-vm-fixture.h"
#include "cloche-wire-error.h"

typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
} Fixture;

static Fixture shared;

static gboolean
put (const char *path,
     GBytes     *content,
     gboolean    overwrite,
     GError    **error)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_bytes (content);
  g_autoptr (GAsyncResult) result = NULL;

  cloche_machine_put_async (shared.machine, input, g_bytes_get_size (content), path, overwrite,
                            NULL, NULL, NULL, cloche_vm_result_cb, &result);

  return cloche_machine_put_finish (shared.machine, cloche_vm_wait (&result), error);
}

static GBytes *
get (const char *path,
     guint64     max_bytes,
     GError    **error)
{
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GAsyncResult) result = NULL;

  cloche_machine_get_async (shared.machine, path, output, max_bytes, NULL, NULL, NULL, cloche_vm_result_cb, &result);
  if (!cloche_machine_get_finish (shared.machine, cloche_vm_wait (&result), NULL, error))
    return NULL;
  (void) g_output_stream_close (output, NULL, NULL);

  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

static void
test_round_trip (void)
{
  static guint8 pattern[3 * 1024 * 1024 + 1];
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GBytes) back = NULL;

  for (gsize i = 0; i < sizeof pattern; i++)
    pattern[i] = (guint8) (i * 31 >> 3);
  content = g_bytes_new_static (pattern, sizeof pattern);

  g_assert_true (put ("/workspace/big.bin", content, FALSE, &error));
  g_assert_no_error (error);
  back = get ("/workspace/big.bin", sizeof pattern, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (content, back));
}

static void
test_exists (void)
{
  g_autoptr (GBytes) content = g_bytes_new_static ("1", 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (put ("/workspace/once", content, FALSE, NULL));
  g_assert_false (put ("/workspace/once", content, FALSE, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_EXISTS);
  g_assert_true (put ("/workspace/once", content, TRUE, NULL));
}

/* threats.md section 3.3: what a guest may plant for a client that copies files. */
static void
test_refused (void)
{
  static const char *const PATHS[] = {
    "/etc/shadow", "/workspace/../etc/shadow", "/workspace/names/../../etc/shadow", "relative", "", "/", "/workspace",
    "/workspace/link", "/workspace/dir/passwd", "/workspace/chain", "/workspace/fifo", "/workspace/device",
    "/workspace/disk", "/workspace/socket", "/workspace/hard", "/proc/self/environ", "/dev/vdb",
  };
  g_autoptr (ClocheVmOutcome) planted =
    cloche_vm_run_shell (shared.machine,
                         "ln -s /etc/passwd link; ln -s link chain; ln -s /etc dir; mkfifo fifo;"
                         " sudo mknod -m 666 device c 1 5; sudo mknod -m 666 disk b 254 16; sudo ln /etc/shadow hard;"
                         " python3 -c 'import socket; socket.socket (socket.AF_UNIX).bind (\"socket\")'");

  g_assert_cmpstr (planted->status, ==, "ok");
  for (gsize i = 0; i < G_N_ELEMENTS (PATHS); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = get (PATHS[i], 1024 * 1024, &error);

    if (bytes != NULL)
      g_error ("%s came out", PATHS[i]);
    g_assert_true (error->domain == CLOCHE_WIRE_ERROR);
  }
}

/* And for one that copies files in: nothing is written outside of where the user may write, nor through a link. */
static void
test_put_refused (void)
{
  static const char *const PATHS[] = {
    "/etc/new", "/workspace/../etc/new", "relative", "", "/", "/workspace", "/workspace/out/new",
    "/proc/self/mem", "/dev/vdb",
  };
  g_autofree char *long_name = g_strnfill (256, 'n');
  g_autofree char *long_path = g_strconcat ("/workspace/", long_name, NULL);
  g_autoptr (GBytes) content = g_bytes_new_static ("planted", 7);
  g_autoptr (ClocheVmOutcome) planted = cloche_vm_run_shell (shared.machine, "ln -s /var/tmp out; ln -s /var/tmp/new away");
  g_autoptr (ClocheVmOutcome) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (planted->status, ==, "ok");
  for (gsize i = 0; i < G_N_ELEMENTS (PATHS); i++)
    if (put (PATHS[i], content, TRUE, NULL))
      g_error ("“%s” was written", PATHS[i]);
  g_assert_false (put (long_path, content, TRUE, &error));
  g_assert_true (error->domain == CLOCHE_WIRE_ERROR);

  /* Replaces the link itself. */
  g_assert_true (put ("/workspace/away", content, TRUE, NULL));
  found = cloche_vm_run_shell (shared.machine, "ls /var/tmp /etc/new; test -L away || echo a file");
  g_assert_cmpstr (found->out->str, ==, "/var/tmp:\na file\n");
}

/* A name is bytes: a newline in it is kept, there and back. */
static void
test_newline (void)
{
  g_autoptr (GBytes) content = g_bytes_new_static ("content", 7);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) back = NULL;

  g_assert_true (put ("/workspace/two\nlines", content, FALSE, &error));
  g_assert_no_error (error);
  back = get ("/workspace/two\nlines", 100, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (content, back));
}

static void
test_too_large (void)
{
  g_autoptr (ClocheVmOutcome) made = cloche_vm_run_shell (shared.machine, "truncate -s 1T sparse");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (made->status, ==, "ok");
  g_assert_null (get ("/workspace/sparse", 64 * 1024 * 1024, &error));
  g_assert_nonnull (error);
}

static void
test_names (void)
{
  g_autoptr (ClocheVmOutcome) made =
    cloche_vm_run_shell (shared.machine, "mkdir names && cd names && touch \"$(printf 'a\\nb')\" 'Größe 1.txt' .hidden");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  guint n_found = 0;

  g_assert_cmpstr (made->status, ==, "ok");
  cloche_machine_list_async (shared.machine, "/workspace/names", 1, NULL, cloche_vm_result_cb, &result);
  entries = cloche_machine_list_finish (shared.machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++) {
    ClocheMachineEntry *entry = g_ptr_array_index (entries, i);

    g_assert_true (g_utf8_validate (entry->path, -1, NULL));
    n_found += strstr (entry->path, "Größe 1.txt") != NULL || strstr (entry->path, "a\nb") != NULL;
  }
  g_assert_cmpuint (n_found, ==, 2);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vm/files/round-trip", test_round_trip);
  g_test_add_func ("/vm/files/exists", test_exists);
  g_test_add_func ("/vm/files/refused", test_refused);
  g_test_add_func ("/vm/files/put-refused", test_put_refused);
  g_test_add_func ("/vm/files/newline", test_newline);
  g_test_add_func ("/vm/files/too-large", test_too_large);
  g_test_add_func ("/vm/files/names", test_names);

  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  status = g_test_run ();
  cloche_vm_stop (shared.machine);
  g_object_unref (shared.machine);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);

  return status;
}
