/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"

/* Forks of one template must not share what is meant to be unique: qemu.md, "Clones repeat randomness". */

#define N_CLONES 10

/* µs: how far a clone's clock may be from the host's; it is read somewhere between question and answer. */
#define CLOCK_TOLERANCE_US (1000 * 1000)

#define PROBE \
  "import os, uuid, random, socket, time, numpy\n" \
  "'|'.join([os.urandom(16).hex(), str(uuid.uuid4()), repr(random.random()), repr(float(numpy.random.rand()))," \
  " socket.gethostname(), open('/etc/machine-id').read().strip(), str(time.time_ns() // 1000)])"

enum {
  FIELD_URANDOM,
  FIELD_UUID,
  FIELD_RANDOM,
  FIELD_NUMPY,
  FIELD_HOSTNAME,
  FIELD_MACHINE_ID,
  FIELD_CLOCK,
  N_FIELDS
};

static const char *const FIELD_NAMES[] = { "os.urandom", "uuid4", "random", "numpy", "hostname", "machine-id" };

static void
probe (ClocheVmFixture *fixture,
       GHashTable     **seen)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  gint64 before = g_get_real_time ();
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_python (machine, PROBE);
  gint64 after = g_get_real_time ();
  gint64 clock;
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  g_assert_nonnull (outcome->result);
  text = g_strdup (outcome->result + 1);        /* A repr: without its quotes. */
  text[strlen (text) - 1] = '\0';
  fields = g_strsplit (text, "|", -1);
  g_assert_cmpuint (g_strv_length (fields), ==, N_FIELDS);

  for (int i = 0; i < FIELD_CLOCK; i++)
    if (!g_hash_table_add (seen[i], g_strdup (fields[i])))
      g_error ("two clones have the same %s: %s", FIELD_NAMES[i], fields[i]);
  clock = g_ascii_strtoll (fields[FIELD_CLOCK], NULL, 10);
  g_assert_cmpint (clock, >, before - CLOCK_TOLERANCE_US);
  g_assert_cmpint (clock, <, after + CLOCK_TOLERANCE_US);

  cloche_vm_stop (machine);
}

static void
test_unique (ClocheVmFixture *fixture,
             gconstpointer    data)
{
  GHashTable *seen[FIELD_CLOCK];

  for (int i = 0; i < FIELD_CLOCK; i++)
    seen[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (int i = 0; i < N_CLONES; i++)
    probe (fixture, seen);
  for (int i = 0; i < FIELD_CLOCK; i++) {
    g_assert_cmpuint (g_hash_table_size (seen[i]), ==, N_CLONES);
    g_hash_table_unref (seen[i]);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/vm/clones/unique", ClocheVmFixture, NULL, cloche_vm_fixture_set_up, test_unique,
              cloche_vm_fixture_tear_down);

  return g_test_run ();
}
