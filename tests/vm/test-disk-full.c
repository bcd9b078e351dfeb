/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* The host's disk fills up below a machine: on a small file system of the test's own, in a mount namespace of its own. */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"
#include "test-network.h"

#include <sys/mount.h>
#include <sys/stat.h>

/* MiB: what the guest writes; more than there is room for at first. */
#define WRITTEN_MIB "150"
#define SMALL "size=90m,mode=0700"
#define LARGE "size=1g,mode=0700"

static void
count_cb (int *counter)
{
  (*counter)++;
}

/* The job waits with the machine until there is room: it is given by the signal that tells that there is none. */
static void
make_room_cb (const char *machines)
{
  g_assert_cmpint (mount ("tmpfs", machines, "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, LARGE), ==, 0);
}

static void
test_disk_full (ClocheVmFixture *fixture,
                gconstpointer    data)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (fixture->paths);
  g_autoptr (ClocheMachine) machine = NULL;
  g_autoptr (ClocheVmOutcome) variable = NULL;
  g_autoptr (ClocheVmOutcome) written = NULL;
  g_autoptr (ClocheVmOutcome) kept = NULL;
  int n_full = 0;

  g_assert_cmpint (g_mkdir_with_parents (machines, 0700), ==, 0);
  g_assert_cmpint (mount ("tmpfs", machines, "tmpfs", MS_NOSUID | MS_NODEV, SMALL), ==, 0);
  machine = cloche_vm_fixture_new_machine (fixture);
  g_signal_connect_swapped (machine, "disk-full", G_CALLBACK (count_cb), &n_full);
  g_signal_connect_swapped (machine, "disk-full", G_CALLBACK (make_room_cb), machines);

  variable = cloche_vm_run_python (machine, "x = 41");
  g_assert_cmpstr (variable->status, ==, "ok");
  written = cloche_vm_run_shell (machine,
                                 "head -c " WRITTEN_MIB "M /dev/urandom > big && sha256sum < big > sum && sync && "
                                 "echo 3 | sudo tee /proc/sys/vm/drop_caches > /dev/null && sha256sum < big | cmp - sum");
  g_assert_cmpint (n_full, >=, 1);
  g_assert_cmpstr (written->status, ==, "ok");
  g_assert_cmpint (written->code, ==, 0);

  kept = cloche_vm_run_python (machine, "x + 1");
  g_assert_cmpstr (kept->result, ==, "42");
  g_assert_false (cloche_json_get_bool (cloche_machine_get_status (machine), "disk_full", TRUE));
  cloche_vm_stop (machine);
  g_assert_cmpint (umount2 (machines, MNT_DETACH), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (test_network_enter ());
  g_test_add ("/vm/disk-full", ClocheVmFixture, NULL, cloche_vm_fixture_set_up, test_disk_full, cloche_vm_fixture_tear_down);

  return g_test_run ();
}
