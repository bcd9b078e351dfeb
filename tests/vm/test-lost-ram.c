/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"

#include <signal.h>

static void
count_cb (int *counter)
{
  (*counter)++;
}

static void
wait_until_asleep (ClocheMachine *machine)
{
  while (cloche_machine_get_state (machine) != CLOCHE_MACHINE_STATE_ASLEEP)
    g_main_context_iteration (NULL, TRUE);
}

static void
expect_files_but_no_variables (ClocheMachine *machine)
{
  g_autoptr (ClocheVmOutcome) note = cloche_vm_run_shell (machine, "cat note.txt; /usr/local/bin/installed");
  g_autoptr (ClocheVmOutcome) variable = cloche_vm_run_python (machine, "x");

  g_assert_cmpstr (note->out->str, ==, "kept\nruns\n");
  g_assert_cmpstr (variable->exception, ==, "NameError");
}

static void
prepare (ClocheMachine *machine)
{
  g_autoptr (ClocheVmOutcome) variable = cloche_vm_run_python (machine, "x = 41");
  g_autoptr (ClocheVmOutcome) note = NULL;

  note = cloche_vm_run_shell (machine,
                              "echo kept > note.txt\n"
                              "printf '#!/bin/sh\\necho runs\\n' | sudo tee /usr/local/bin/installed > /dev/null\n"
                              "sudo chmod +x /usr/local/bin/installed; sync");
  g_assert_cmpstr (variable->status, ==, "ok");
  g_assert_cmpstr (note->status, ==, "ok");
}

static void
test_kill_qemu (ClocheVmFixture *fixture,
                gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  int n_lost = 0;
  pid_t qemu;

  g_signal_connect_swapped (machine, "memory-lost", G_CALLBACK (count_cb), &n_lost);
  prepare (machine);
  g_assert_cmpint (n_lost, ==, 0);

  qemu = (pid_t) cloche_json_get_int (cloche_machine_get_status (machine), "qemu_pid", 0);
  g_assert_cmpint (qemu, >, 1);
  g_assert_cmpint (kill (qemu, SIGKILL), ==, 0);
  wait_until_asleep (machine);

  expect_files_but_no_variables (machine);
  g_assert_cmpint (n_lost, ==, 1);
  cloche_vm_stop (machine);
}

/* The figures of a stop that was asked for: the same as of a crash, since nothing is saved yet. */
static void
test_stop (ClocheVmFixture *fixture,
           gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);

  prepare (machine);
  cloche_vm_stop (machine);
  expect_files_but_no_variables (machine);
  cloche_vm_stop (machine);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/vm/lost-ram/kill-qemu", ClocheVmFixture, NULL, cloche_vm_fixture_set_up, test_kill_qemu,
              cloche_vm_fixture_tear_down);
  g_test_add ("/vm/lost-ram/stop", ClocheVmFixture, NULL, cloche_vm_fixture_set_up, test_stop,
              cloche_vm_fixture_tear_down);

  return g_test_run ();
}
