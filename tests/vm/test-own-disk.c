/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* What a machine gets of its own on its way to its disk, and what happens when there is no disk to get to. */
#include "cloche-vm-fixture.h"

#include <fcntl.h>
#include <unistd.h>

/* bytes: what is overwritten of a disk: the superblock of its file system among them, not the copies. */
#define DAMAGE_BYTES (64 * 1024)

static void
test_names (ClocheVmFixture *fixture,
            gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  g_autofree char *hostname = g_strconcat ("cloche-", cloche_machine_get_id (machine), NULL);
  g_autofree char *wanted = g_strdup_printf ("%s\n%s\n127.0.1.1\n", hostname, hostname);
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  outcome = cloche_vm_run_shell (machine, "hostname; cat /etc/hostname; getent ahostsv4 $(hostname) | sed 's/ .*//' | uniq");
  g_assert_cmpstr (outcome->out->str, ==, wanted);
  cloche_vm_stop (machine);
}

/* What date says in a machine that is started while the host is in @zone. Neither has summer time. */
static void
expect_zone (ClocheMachine *machine,
             const char    *zone,
             const char    *offset)
{
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  g_setenv ("TZ", zone, TRUE);
  outcome = cloche_vm_run_shell (machine, "date +%z");
  g_assert_cmpstr (g_strchomp (outcome->out->str), ==, offset);
  cloche_vm_stop (machine);
}

/* Of two zones, one at least is not the one that the base was made in; and the second is news to a machine. */
static void
test_zone (ClocheVmFixture *fixture,
           gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  g_autofree char *zone = g_strdup (g_getenv ("TZ"));

  expect_zone (machine, "Asia/Kathmandu", "+0545");
  expect_zone (machine, "America/Phoenix", "-0700");
  if (zone != NULL)
    g_setenv ("TZ", zone, TRUE);
  else
    g_unsetenv ("TZ");
}

static void
damage (ClocheVmFixture *fixture,
        ClocheMachine   *machine)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (fixture->paths);
  g_autofree char *path = g_build_filename (machines, cloche_machine_get_id (machine), "disk.raw", NULL);
  g_autofree char *garbage = g_malloc (DAMAGE_BYTES);
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  memset (garbage, 0xa5, DAMAGE_BYTES);
  g_assert_cmpint (pwrite (fd, garbage, DAMAGE_BYTES, 0), ==, DAMAGE_BYTES);
  g_assert_cmpint (close (fd), ==, 0);
}

static void
test_damaged (ClocheVmFixture *fixture,
              gconstpointer    data)
{
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  g_autoptr (ClocheVmOutcome) before = cloche_vm_run_shell (machine, "true");
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (before->status, ==, "ok");
  cloche_vm_stop (machine);
  damage (fixture, machine);

  /* Never run on the template's throw-away root instead, where files would be lost. */
  json_object_set_string_member (request, "op", "list");
  json_object_set_string_member (request, "path", "/workspace");
  json_object_set_int_member (request, "depth", 1);
  json_object_set_int_member (request, "max", 10);
  answer = cloche_vm_request (machine, request, &error);
  g_assert_null (answer);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "could not be moved onto its own disk"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) \
  g_test_add ("/vm/own-disk/" name, ClocheVmFixture, NULL, cloche_vm_fixture_set_up, function, cloche_vm_fixture_tear_down)
  ADD ("names", test_names);
  ADD ("zone", test_zone);
  ADD ("damaged", test_damaged);

  return g_test_run ();
}
