/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A Debian package with one program in it, made, installed and told to the disk. */
#define INSTALL_PACKAGE \
  "mkdir -p package/DEBIAN package/usr/bin\n" \
  "printf 'Package: tiny\\nVersion: 1\\nArchitecture: all\\nMaintainer: T <t@example.org>\\nDescription: t\\n'" \
  " > package/DEBIAN/control\n" \
  "printf '#!/bin/sh\\necho runs\\n' > package/usr/bin/tiny; chmod 0755 package/usr/bin/tiny\n" \
  "dpkg-deb --root-owner-group --build package tiny.deb && sudo dpkg -i tiny.deb && echo kept > note.txt && sync"

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
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (ClocheVmOutcome) note = cloche_vm_run_shell (machine, "cat note.txt; tiny; dpkg-query -W tiny");
  g_autoptr (ClocheVmOutcome) variable = NULL;

  /* The aim is 4 s. */
  g_test_message ("files and program there %" G_GINT64_FORMAT " ms after it was opened again",
                  (g_get_monotonic_time () - begun) / 1000);
  g_assert_cmpstr (note->out->str, ==, "kept\nruns\ntiny\t1\n");
  variable = cloche_vm_run_python (machine, "x");
  g_assert_cmpstr (variable->exception, ==, "NameError");
}

static void
prepare (ClocheMachine *machine)
{
  g_autoptr (ClocheVmOutcome) variable = cloche_vm_run_python (machine, "x = 41");
  g_autoptr (ClocheVmOutcome) note = cloche_vm_run_shell (machine, INSTALL_PACKAGE);

  g_assert_cmpstr (variable->status, ==, "ok");
  if (g_strcmp0 (note->status, "ok") != 0)
    g_error ("could not install a package: %s", note->err->str);
}

static int
open_process (pid_t pid)
{
  int fd = (int) syscall (SYS_pidfd_open, pid, 0);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
wait_for_process (int pidfd)
{
  struct pollfd pollfd = { .fd = pidfd, .events = POLLIN };

  g_assert_cmpint (poll (&pollfd, 1, -1), ==, 1);
  (void) close (pidfd);
}

static void
test_kill_qemu (ClocheVmFixture *fixture,
                gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  int n_lost = 0;

  g_signal_connect_swapped (machine, "memory-lost", G_CALLBACK (count_cb), &n_lost);
  prepare (machine);
  g_assert_cmpint (n_lost, ==, 0);

  g_assert_cmpint (kill (cloche_vm_get_qemu (machine), SIGKILL), ==, 0);
  wait_until_asleep (machine);

  expect_files_but_no_variables (machine);
  g_assert_cmpint (n_lost, ==, 1);
  cloche_vm_stop (machine);
}

/* QEMU and the gate go with their keeper, whatever the keeper dies of. */
static void
test_kill_keeper (ClocheVmFixture *fixture,
                  gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  int n_lost = 0;
  int qemu, gate;
  pid_t keeper;

  g_signal_connect_swapped (machine, "memory-lost", G_CALLBACK (count_cb), &n_lost);
  prepare (machine);
  keeper = cloche_vm_find_keeper (machine);
  qemu = open_process (cloche_vm_get_qemu (machine));
  gate = open_process (cloche_vm_find_child (keeper, "cloche-gate"));

  g_assert_cmpint (kill (keeper, SIGKILL), ==, 0);
  wait_for_process (qemu);
  wait_for_process (gate);
  wait_until_asleep (machine);

  expect_files_but_no_variables (machine);
  g_assert_cmpint (n_lost, ==, 1);
  cloche_vm_stop (machine);
}

/* A kernel that panics, as root in the guest can make it: whoever waits for an answer is told, and it can go on. */
static void
test_guest_crash (ClocheVmFixture *fixture,
                  gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  g_autoptr (ClocheVmOutcome) crash = NULL;
  int n_lost = 0;

  g_signal_connect_swapped (machine, "memory-lost", G_CALLBACK (count_cb), &n_lost);
  prepare (machine);
  crash = cloche_vm_run_shell (machine, "sudo sh -c 'echo c > /proc/sysrq-trigger'; sleep 60");
  g_assert_null (crash->status);
  g_assert_nonnull (crash->error);
  g_test_message ("%s", crash->error->message);
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
#define ADD(name, function) \
  g_test_add ("/vm/lost-ram/" name, ClocheVmFixture, NULL, cloche_vm_fixture_set_up, function, cloche_vm_fixture_tear_down)
  ADD ("kill-qemu", test_kill_qemu);
  ADD ("kill-keeper", test_kill_keeper);
  ADD ("guest-crash", test_guest_crash);
  ADD ("stop", test_stop);

  return g_test_run ();
}
