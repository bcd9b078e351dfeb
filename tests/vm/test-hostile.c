/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"
#include "cloche-wire-error.h"

/*
 * What code in a machine may do to use things up. Afterwards that machine answers again, a second one has answered
 * meanwhile, and on the host nothing has grown beyond what a machine is entitled to.
 */
typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
  ClocheMachine *bystander;
} Fixture;

static Fixture shared;

/* KiB: of a keeper, whatever a guest sends; its buffers and caps are a fraction of this. */
#define KEEPER_KIB (128 * 1024)

/* KiB: QEMU beside the machine's memory: translated code, its own heap. */
#define QEMU_EXTRA_KIB (512 * 1024)

/* bytes: of output in one line. */
#define ONE_GIB (G_GUINT64_CONSTANT (1) << 30)

static guint64
read_peak_kib (pid_t pid)
{
  g_autofree char *text = cloche_vm_read_process (pid, "VmHWM");

  g_assert_nonnull (text);
  return g_ascii_strtoull (text, NULL, 10);
}

static void
expect_answer (ClocheMachine *machine)
{
  g_autoptr (ClocheVmOutcome) shell = cloche_vm_run_shell (machine, "echo here");
  g_autoptr (ClocheVmOutcome) python = cloche_vm_run_python (machine, "1 + 1");

  g_assert_cmpstr (shell->out->str, ==, "here\n");
  g_assert_cmpstr (python->result, ==, "2");
}

static ClocheJob *
start (const char *script,
       guint       timeout_ms)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheJob *job;

  json_object_set_string_member (request, "op", "exec");
  json_object_set_string_member (request, "script", script);
  json_object_set_int_member (request, "timeout_ms", timeout_ms);
  cloche_machine_run_async (shared.machine, request, NULL, cloche_vm_result_cb, &result);
  job = cloche_machine_run_finish (shared.machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);

  return job;
}

static void
test_fork_bomb (void)
{
  g_autoptr (ClocheJob) job = start ("bomb () { bomb | bomb & }; bomb; sleep 600", 8000);
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  expect_answer (shared.bystander);
  outcome = cloche_vm_follow (job);
  g_assert_cmpstr (outcome->status, ==, "timeout");
  expect_answer (shared.machine);
}

/* Threads until there are no more, all of which stay; a line for every hundred. */
#define THREAD_BOMB \
  "exec python3 - <<'END'\n" \
  "import _thread, time\n" \
  "n = 0\n" \
  "try:\n" \
  "    while True:\n" \
  "        _thread.start_new_thread (time.sleep, (600,)); n += 1\n" \
  "        if n % 100 == 0: print (n, flush=True)\n" \
  "except RuntimeError: time.sleep (600)\n" \
  "END\n"

static void
test_thread_bomb (void)
{
  g_autoptr (ClocheJob) job = start (THREAD_BOMB, 8000);
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_auto (GStrv) lines = NULL;

  expect_answer (shared.bystander);
  outcome = cloche_vm_follow (job);
  lines = g_strsplit (outcome->out->str, "\n", -1);
  g_test_message ("%u00 threads", g_strv_length (lines) - 1);
  g_assert_cmpstr (outcome->status, ==, "timeout");
  g_assert_cmpstr (lines[0], ==, "100");
  expect_answer (shared.machine);
}

static void
test_memory_bomb (void)
{
  g_autoptr (ClocheJob) job = start ("exec python3 -c 'b = []\nwhile True: b.append (b\"x\" * (1 << 26))'", 0);
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) stats = NULL;
  pid_t qemu = cloche_vm_get_qemu (shared.machine);
  guint64 total_kib, peak_kib;

  expect_answer (shared.bystander);
  outcome = cloche_vm_follow (job);
  g_assert_no_error (outcome->error);
  g_assert_cmpstr (outcome->status, ==, "killed");
  expect_answer (shared.machine);
  g_assert_cmpint (cloche_vm_get_qemu (shared.machine), ==, qemu);

  json_object_set_string_member (request, "op", "stats");
  stats = cloche_vm_request (shared.machine, request, NULL);
  total_kib = (guint64) cloche_json_get_int (stats, "memory_total", 0) / 1024;
  peak_kib = read_peak_kib (cloche_vm_get_qemu (shared.machine));
  g_test_message ("QEMU's peak %" G_GUINT64_FORMAT " MiB, the machine has %" G_GUINT64_FORMAT " MiB",
                  peak_kib / 1024, total_kib / 1024);
  g_assert_cmpuint (total_kib, >, 0);
  g_assert_cmpuint (peak_kib, >, total_kib / 2);
  g_assert_cmpuint (peak_kib, <, total_kib + QEMU_EXTRA_KIB);
}

static gboolean
put (const char *path,
     gsize       size,
     GError    **error)
{
  g_autoptr (GBytes) content = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_bytes (content);
  g_autoptr (GAsyncResult) result = NULL;

  cloche_machine_put_async (shared.machine, input, size, path, FALSE, NULL, NULL, NULL, cloche_vm_result_cb, &result);

  return cloche_machine_put_finish (shared.machine, cloche_vm_wait (&result), error);
}

static void
test_full_disk (void)
{
  g_autoptr (ClocheVmOutcome) fill =
    cloche_vm_run_shell (shared.machine,
                         "sudo fallocate -l $(stat -f -c '%f' . | xargs -I{} expr {} \\* $(stat -f -c '%S' .)) fill ||"
                         " sudo fallocate -l $(stat -f -c '%a' . | xargs -I{} expr {} \\* $(stat -f -c '%S' .)) fill;"
                         " head -c 64M /dev/zero > more");
  g_autoptr (ClocheVmOutcome) clean = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (fill->status, ==, "error");
  g_assert_nonnull (strstr (fill->err->str, "No space left on device"));
  g_assert_false (put ("/workspace/mine", 8 * 1024 * 1024, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_NO_SPACE);
  g_clear_error (&error);
  expect_answer (shared.machine);

  clean = cloche_vm_run_shell (shared.machine, "sudo rm -f fill more");
  g_assert_cmpstr (clean->status, ==, "ok");
  g_assert_true (put ("/workspace/mine", 8 * 1024 * 1024, &error));
  g_assert_no_error (error);
}

/* More files in one folder than are ever told: who lists them gets a part, and is told that it is one. Emulated, a file
 * takes a millisecond, so that it is not a hundred thousand. */
#define N_FILES "12000"
#define MAX_TOLD 10000

static void
test_many_files (void)
{
  g_autoptr (ClocheVmOutcome) made = cloche_vm_run_shell (shared.machine,
                                                          "mkdir many && python3 -c 'import os\nfor i in range (" N_FILES "):"
                                                          " os.close (os.open (f\"many/{i}\", os.O_CREAT | os.O_WRONLY))'");
  g_autoptr (ClocheVmOutcome) removed = NULL;
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;
  guint n_told;

  g_assert_cmpstr (made->status, ==, "ok");
  expect_answer (shared.bystander);
  json_object_set_string_member (request, "op", "list");
  json_object_set_string_member (request, "path", "/workspace/many");
  json_object_set_int_member (request, "depth", 1);
  json_object_set_int_member (request, "max", G_MAXINT);
  answer = cloche_vm_request (shared.machine, request, &error);
  g_assert_no_error (error);
  n_told = json_array_get_length (json_object_get_array_member (answer, "entries"));
  g_assert_cmpuint (n_told, >, 1000);
  g_assert_cmpuint (n_told, <=, MAX_TOLD);
  g_assert_true (cloche_json_get_bool (answer, "cut", FALSE));

  expect_answer (shared.machine);
  removed = cloche_vm_run_shell (shared.machine, "rm -r many");
  g_assert_cmpstr (removed->status, ==, "ok");
}

static void
test_endless_output (void)
{
  g_autoptr (ClocheJob) job = start ("yes", 3000);
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  expect_answer (shared.bystander);
  outcome = cloche_vm_follow (job);
  g_assert_cmpstr (outcome->status, ==, "timeout");
  expect_answer (shared.machine);
  g_assert_cmpuint (read_peak_kib (cloche_vm_find_keeper (shared.machine)), <, KEEPER_KIB);
}

typedef struct
{
  guint64 n_bytes;
  gboolean is_foreign;          /* something else than NUL */
  gboolean has_ended;
} Zeros;

static void
zeros_cb (Zeros   *zeros,
          gboolean is_error,
          GBytes  *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  zeros->n_bytes += length;
  /* All bytes are the first one, and that is NUL. */
  zeros->is_foreign |= is_error || (length > 0 && (data[0] != 0 || memcmp (data, data + 1, length - 1) != 0));
}

static void
ended_cb (Zeros      *zeros,
          JsonObject *end,
          GError     *error)
{
  g_assert_no_error (error);
  zeros->has_ended = TRUE;
}

/* One line of 2^30 NULs: every byte arrives, and nobody on the way holds more than a window of it. */
static void
test_one_line (void)
{
  g_autoptr (ClocheJob) job = start ("head -c 1G /dev/zero", 0);
  Zeros zeros = { 0 };

  g_signal_connect_swapped (job, "output", G_CALLBACK (zeros_cb), &zeros);
  g_signal_connect_swapped (job, "ended", G_CALLBACK (ended_cb), &zeros);
  cloche_job_listen (job);
  expect_answer (shared.bystander);
  while (!zeros.has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (job, &zeros);

  g_assert_cmpuint (zeros.n_bytes, ==, ONE_GIB);
  g_assert_false (zeros.is_foreign);
  expect_answer (shared.machine);
  g_assert_cmpuint (read_peak_kib (cloche_vm_find_keeper (shared.machine)), <, KEEPER_KIB);
}

/* Root may kill everything but the agent, process 1. */
static void
test_killed_by_root (void)
{
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (shared.machine, "sudo sh -c 'kill -9 1; kill -9 -1'; sleep 600");

  g_assert_cmpstr (outcome->status, !=, "ok");
  expect_answer (shared.machine);
}

/* Root takes the agent's own descriptors and says what it likes on the ports: the machine is ended, its client is told, its
 * files are there afterwards. */
#define SPEAK_FOR_THE_AGENT(words) \
  "echo kept > note; sync; exec sudo python3 - <<'END'\n" \
  "import ctypes, os, time\n" \
  "def say (fd, words):\n" \
  "    while words:\n" \
  "        try: words = words[os.write (fd, words):]\n" \
  "        except BlockingIOError: time.sleep (0.01)\n" \
  "        except OSError: return\n" \
  "libc = ctypes.CDLL (None)\n" \
  "agent = libc.syscall (434, 1, 0)\n" \
  "for name in os.listdir ('/proc/1/fd'):\n" \
  "    if 'vport' in os.readlink ('/proc/1/fd/' + name):\n" \
  "        fd = libc.syscall (438, agent, int (name), 0)\n" \
  "        say (fd, " words ")\n" \
  "time.sleep (600)\n" \
  "END\n"

static void
expect_end_of_machine (const char *script)
{
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (shared.machine, script);
  g_autoptr (ClocheVmOutcome) note = NULL;

  g_assert_null (outcome->status);
  g_assert_nonnull (outcome->error);
  g_test_message ("%s", outcome->error->message);
  while (cloche_machine_get_state (shared.machine) != CLOCHE_MACHINE_STATE_ASLEEP)
    g_main_context_iteration (NULL, TRUE);

  expect_answer (shared.bystander);
  note = cloche_vm_run_shell (shared.machine, "cat note");
  g_assert_cmpstr (note->out->str, ==, "kept\n");
}

static void
test_replaced_agent (void)
{
  expect_end_of_machine (SPEAK_FOR_THE_AGENT ("b'\\xff' * 65536"));
}

/* Each of them is as a frame should be: a window for a stream that is not there, and a stream more, and a stream more. */
static void
test_many_frames (void)
{
  expect_end_of_machine (SPEAK_FOR_THE_AGENT ("b''.join (b'\\0\\1\\0\\1' + (2 * i).to_bytes (4, 'big') + b'\\0\\0\\0\\0'"
                                              " for i in range (1, 100001))"));
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vm/hostile/fork-bomb", test_fork_bomb);
  g_test_add_func ("/vm/hostile/thread-bomb", test_thread_bomb);
  g_test_add_func ("/vm/hostile/many-files", test_many_files);
  g_test_add_func ("/vm/hostile/full-disk", test_full_disk);
  g_test_add_func ("/vm/hostile/endless-output", test_endless_output);
  g_test_add_func ("/vm/hostile/one-line", test_one_line);
  g_test_add_func ("/vm/hostile/killed-by-root", test_killed_by_root);
  g_test_add_func ("/vm/hostile/memory-bomb", test_memory_bomb);
  g_test_add_func ("/vm/hostile/replaced-agent", test_replaced_agent);
  g_test_add_func ("/vm/hostile/many-frames", test_many_frames);

  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  shared.bystander = cloche_vm_fixture_new_machine (&shared.vm);
  expect_answer (shared.machine);
  expect_answer (shared.bystander);
  status = g_test_run ();
  cloche_vm_stop (shared.machine);
  cloche_vm_stop (shared.bystander);
  g_object_unref (shared.machine);
  g_object_unref (shared.bystander);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);

  return status;
}
