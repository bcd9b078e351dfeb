/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"

/* Forks of one template must not share what is meant to be unique (clones repeat randomness), and many live side by side. */

#define N_CLONES 12

/* µs: how far a clone's clock may be from the host's; it is read somewhere between question and answer. */
#define CLOCK_TOLERANCE_US (1000 * 1000)

#define PROBE \
  "import os, uuid, random, socket, ssl, time, numpy\n" \
  "'|'.join([os.urandom(16).hex(), str(uuid.uuid4()), repr(random.random()), repr(float(numpy.random.rand()))," \
  " ssl.RAND_bytes(16).hex(), socket.gethostname(), open('/etc/machine-id').read().strip()," \
  " str(time.time_ns() // 1000), str(get_ipython().execution_count)])"

enum {
  FIELD_URANDOM,
  FIELD_UUID,
  FIELD_RANDOM,
  FIELD_NUMPY,
  FIELD_SSL,
  FIELD_HOSTNAME,
  FIELD_MACHINE_ID,
  FIELD_CLOCK,
  FIELD_CELL,
  N_FIELDS
};

static const char *const FIELD_NAMES[] = { "os.urandom", "uuid4", "random", "numpy", "ssl", "hostname", "machine-id" };

static void
check_clock (const char *clock_us,
             gint64      before_us,
             gint64      after_us)
{
  gint64 clock = g_ascii_strtoll (clock_us, NULL, 10);

  g_assert_cmpint (clock, >, before_us - CLOCK_TOLERANCE_US);
  g_assert_cmpint (clock, <, after_us + CLOCK_TOLERANCE_US);
}

static void
probe (ClocheMachine *machine,
       GHashTable   **seen)
{
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  gint64 before;

  cloche_vm_start (machine);
  before = g_get_real_time ();
  outcome = cloche_vm_run_python (machine, PROBE);
  g_assert_nonnull (outcome->result);
  text = g_strdup (outcome->result + 1);        /* A repr: without its quotes. */
  text[strlen (text) - 1] = '\0';
  fields = g_strsplit (text, "|", -1);
  g_assert_cmpuint (g_strv_length (fields), ==, N_FIELDS);

  for (int i = 0; i < FIELD_CLOCK; i++)
    if (!g_hash_table_add (seen[i], g_strdup (fields[i])))
      g_error ("two clones have the same %s: %s", FIELD_NAMES[i], fields[i]);
  check_clock (fields[FIELD_CLOCK], before, g_get_real_time ());
  g_assert_cmpstr (fields[FIELD_CELL], ==, "1");
}

/* What the host's kernel says of QEMU's process, not what anybody claims: the memory that only this machine has. */
static guint64
read_anonymous_kib (ClocheMachine *machine)
{
  gint64 pid = cloche_json_get_int (cloche_machine_get_status (machine), "qemu_pid", 0);
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/smaps_rollup", pid);
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  line = strstr (text, "\nAnonymous:");
  g_assert_nonnull (line);

  return g_ascii_strtoull (line + strlen ("\nAnonymous:"), NULL, 10);
}

/* Each has its own variable; asked when all are there. */
static void
ask_again (ClocheMachine *machine,
           int            i)
{
  g_autofree char *expected = g_strdup_printf ("%d", i);
  g_autofree char *set = g_strdup_printf ("mine = %d", i);
  g_autoptr (ClocheVmOutcome) first = cloche_vm_run_python (machine, set);
  g_autoptr (ClocheVmOutcome) second = cloche_vm_run_python (machine, "mine");

  g_assert_cmpstr (first->status, ==, "ok");
  g_assert_cmpstr (second->result, ==, expected);
}

static void
test_alive (ClocheVmFixture *fixture,
            gconstpointer    data)
{
  ClocheMachine *machines[N_CLONES];
  GHashTable *seen[FIELD_CLOCK];
  guint64 sum = 0;

  for (int i = 0; i < FIELD_CLOCK; i++)
    seen[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (int i = 0; i < N_CLONES; i++) {
    machines[i] = cloche_vm_fixture_new_machine (fixture);
    probe (machines[i], seen);
  }
  for (int i = 0; i < FIELD_CLOCK; i++) {
    g_assert_cmpuint (g_hash_table_size (seen[i]), ==, N_CLONES);
    g_hash_table_unref (seen[i]);
  }

  for (int i = 0; i < N_CLONES; i++) {
    guint64 kib;

    ask_again (machines[i], i);
    kib = read_anonymous_kib (machines[i]);
    sum += kib;
    g_test_message ("machine %d: %" G_GUINT64_FORMAT " MiB of its own", i + 1, kib / 1024);
  }
  g_test_message ("%d machines alive: %" G_GUINT64_FORMAT " MiB", N_CLONES, sum / 1024);

  for (int i = 0; i < N_CLONES; i++) {
    cloche_vm_stop (machines[i]);
    g_object_unref (machines[i]);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/vm/clones/alive", ClocheVmFixture, NULL, cloche_vm_fixture_set_up, test_alive,
              cloche_vm_fixture_tear_down);

  return g_test_run ();
}
