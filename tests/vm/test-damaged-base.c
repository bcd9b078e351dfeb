/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * What machines start from is damaged, each time in another way: the error names the file, and when the file is as it was,
 * the machine is too. The shared bases are covered by an overlay of the test's own, in a mount namespace of its own.
 */
#include "cloche-json.h"
#include "cloche-machine-error.h"
#include "cloche-vm-fixture.h"
#include "test-network.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes of a file that are overwritten. */
#define NOISE_BYTES (64 * 1024)

static void
cut (int fd)
{
  struct stat st;

  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpint (ftruncate (fd, st.st_size / 2), ==, 0);
}

static void
overwrite (int fd)
{
  g_autofree char *noise = g_malloc (NOISE_BYTES);

  memset (noise, 0xa5, NOISE_BYTES);
  g_assert_cmpint (pwrite (fd, noise, NOISE_BYTES, NOISE_BYTES), ==, NOISE_BYTES);
}

static void
empty (int fd)
{
  struct stat st;

  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpint (ftruncate (fd, 0), ==, 0);
  g_assert_cmpint (ftruncate (fd, st.st_size), ==, 0);
}

static const struct
{
  const char *name;
  void (*damage) (int fd);
  const char *said;             /* in the error's message */
} CASES[] = {
  { "template.state", cut, "template.state does not have the size" },
  { "template.state", overwrite, "template.state is not what the manifest says" },
  { "template.ram", cut, "template.ram does not have the size" },
  { "template.ram", empty, "template.ram is not what the manifest says" },
};

/* @bases: a link to the shared ones; becomes a folder that shows them and takes changes */
static void
cover (const char *dir,
       const char *bases)
{
  g_autofree char *shared = g_canonicalize_filename (g_getenv ("CLOCHE_TEST_BASES"), NULL);
  g_autofree char *changes = g_build_filename (dir, "changes", NULL);
  g_autofree char *upper = g_build_filename (changes, "upper", NULL);
  g_autofree char *work = g_build_filename (changes, "work", NULL);
  g_autofree char *options = g_strdup_printf ("lowerdir=%s,upperdir=%s,workdir=%s", shared, upper, work);

  g_assert_cmpint (mkdir (changes, 0700), ==, 0);
  g_assert_cmpint (mount ("tmpfs", changes, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700"), ==, 0);
  g_assert_cmpint (mkdir (upper, 0700), ==, 0);
  g_assert_cmpint (mkdir (work, 0700), ==, 0);
  g_assert_cmpint (unlink (bases), ==, 0);
  g_assert_cmpint (mkdir (bases, 0700), ==, 0);
  g_assert_cmpint (mount ("overlay", bases, "overlay", MS_NOSUID | MS_NODEV, options), ==, 0);
}

static void
uncover (const char *dir,
         const char *bases)
{
  g_autofree char *changes = g_build_filename (dir, "changes", NULL);

  g_assert_cmpint (umount2 (bases, MNT_DETACH), ==, 0);
  g_assert_cmpint (umount2 (changes, MNT_DETACH), ==, 0);
  g_assert_cmpint (rmdir (changes), ==, 0);
  g_assert_cmpint (rmdir (bases), ==, 0);
  g_assert_cmpint (symlink (g_getenv ("CLOCHE_TEST_BASES"), bases), ==, 0);
}

static void
expect_refusal (ClocheMachine *machine,
                const char    *said)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_start_async (machine, NULL, cloche_vm_result_cb, &result);
  g_assert_false (cloche_machine_start_finish (machine, cloche_vm_wait (&result), &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_DAMAGED);
  if (strstr (error->message, said) == NULL)
    g_error ("“%s” does not say “%s”", error->message, said);
  g_assert_cmpint (cloche_machine_get_state (machine), ==, CLOCHE_MACHINE_STATE_ASLEEP);
}

static void
test_refused (ClocheVmFixture *fixture,
              gconstpointer    data)
{
  g_autofree char *bases = cloche_paths_dup_bases_dir (fixture->paths);
  g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (fixture);
  g_autoptr (ClocheVmOutcome) note = cloche_vm_run_shell (machine, "echo kept > note");
  g_autofree char *base = g_strdup (cloche_json_get_string (cloche_machine_get_status (machine), "base"));
  g_autoptr (ClocheVmOutcome) kept = NULL;

  g_assert_cmpstr (note->status, ==, "ok");
  cloche_vm_stop (machine);

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *path = g_build_filename (bases, base, CASES[i].name, NULL);
    int fd;

    cover (fixture->dir, bases);
    g_assert_cmpint (chmod (path, 0600), ==, 0);
    fd = open (path, O_RDWR | O_CLOEXEC);
    g_assert_cmpint (fd, >=, 0);
    CASES[i].damage (fd);
    g_assert_cmpint (close (fd), ==, 0);
    expect_refusal (machine, CASES[i].said);
    uncover (fixture->dir, bases);
  }

  kept = cloche_vm_run_shell (machine, "cat note");
  g_assert_cmpstr (kept->out->str, ==, "kept\n");
  cloche_vm_stop (machine);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!test_network_enter ())
    g_error ("This test needs namespaces of its own, which this system does not let an ordinary user have.");
  g_test_add ("/vm/damaged-base", ClocheVmFixture, NULL, cloche_vm_fixture_set_up, test_refused, cloche_vm_fixture_tear_down);

  return g_test_run ();
}
