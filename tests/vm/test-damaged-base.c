/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * What machines start from is damaged, each time in another way: the error names the file, and when the file is as it was,
 * or there is a new base with the same root, the machine is too. The shared base is covered by an overlay of the test's own,
 * in a mount namespace of its own.
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

/* Shows a base of the shared ones under a name, and takes changes to it. */
static void
cover_base (const char *dir,
            const char *bases,
            const char *base,
            const char *name)
{
  g_autofree char *shared = g_canonicalize_filename (g_getenv ("CLOCHE_TEST_BASES"), NULL);
  g_autofree char *upper = g_strdup_printf ("%s/changes/%s-upper", dir, name);
  g_autofree char *work = g_strdup_printf ("%s/changes/%s-work", dir, name);
  g_autofree char *options = g_strdup_printf ("lowerdir=%s/%s,upperdir=%s,workdir=%s", shared, base, upper, work);
  g_autofree char *shown = g_build_filename (bases, name, NULL);

  g_assert_cmpint (mkdir (upper, 0700), ==, 0);
  g_assert_cmpint (mkdir (work, 0700), ==, 0);
  g_assert_cmpint (mkdir (shown, 0700), ==, 0);
  g_assert_cmpint (mount ("overlay", shown, "overlay", MS_NOSUID | MS_NODEV, options), ==, 0);
}

/* @bases: a link to the shared ones; becomes a folder that shows one of them */
static void
cover (const char *dir,
       const char *bases,
       const char *base)
{
  g_autofree char *changes = g_build_filename (dir, "changes", NULL);

  g_assert_cmpint (mkdir (changes, 0700), ==, 0);
  g_assert_cmpint (mount ("tmpfs", changes, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700"), ==, 0);
  g_assert_cmpint (unlink (bases), ==, 0);
  g_assert_cmpint (mkdir (bases, 0700), ==, 0);
  g_assert_cmpint (mount ("tmpfs", bases, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700"), ==, 0);
  cover_base (dir, bases, base, base);
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

/* What "image build" makes where the root is as it was: another manifest, so another base, of the same files. */
static void
add_successor (const char *dir,
               const char *bases,
               const char *base)
{
  g_autofree char *path = g_build_filename (bases, base, CLOCHE_BASE_FILE_MANIFEST, NULL);
  g_autofree char *manifest = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *new_path = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &manifest, NULL, NULL));
  text = g_string_new (manifest);
  g_assert_cmpuint (g_string_replace (text, "\"built_us\":", "\"built_us\":1", 1), ==, 1);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
  sum[CLOCHE_BASE_ID_LENGTH] = '\0';
  cover_base (dir, bases, base, sum);
  new_path = g_build_filename (bases, sum, CLOCHE_BASE_FILE_MANIFEST, NULL);
  g_assert_true (g_file_set_contents (new_path, text->str, (gssize) text->len, &error));
}

static void
damage (const char *bases,
        const char *base,
        const char *name,
        void (     *how )(int fd))
{
  g_autofree char *path = g_build_filename (bases, base, name, NULL);
  int fd;

  g_assert_cmpint (chmod (path, 0600), ==, 0);
  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  how (fd);
  g_assert_cmpint (close (fd), ==, 0);
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
  g_autoptr (ClocheVmOutcome) moved = NULL;

  g_assert_cmpstr (note->status, ==, "ok");
  cloche_vm_stop (machine);

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    cover (fixture->dir, bases, base);
    damage (bases, base, CASES[i].name, CASES[i].damage);
    expect_refusal (machine, CASES[i].said);
    uncover (fixture->dir, bases);
  }

  kept = cloche_vm_run_shell (machine, "cat note");
  g_assert_cmpstr (kept->out->str, ==, "kept\n");
  cloche_vm_stop (machine);

  /* Once there is another base with the same root, it goes on from that one. */
  cover (fixture->dir, bases, base);
  damage (bases, base, CLOCHE_BASE_FILE_STATE, cut);
  add_successor (fixture->dir, bases, base);
  moved = cloche_vm_run_shell (machine, "cat note");
  g_assert_cmpstr (moved->out->str, ==, "kept\n");
  g_assert_cmpstr (cloche_json_get_string (cloche_machine_get_status (machine), "base"), !=, base);
  cloche_vm_stop (machine);
  uncover (fixture->dir, bases);
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
