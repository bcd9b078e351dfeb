/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-original.h"

#include "cloche-app-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path;
  char *part;
  ClocheOrigin *origin;         /* as it was attached */
  ClocheOriginal former;        /* as it was before it was replaced */
} Fixture;

static ClocheOrigin *
origin_of (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);

  return cloche_origin_new (uri, (guint64) status.st_size,
                            (gint64) status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000);
}

static void
write_file (const char *path,
            const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, &error));
  g_assert_no_error (error);
}

static void
assert_file (const char *path,
             const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "a.png", NULL);
  write_file (fixture->path, "original");
  g_assert_cmpint (chmod (fixture->path, 0640), ==, 0);
  fixture->origin = origin_of (fixture->path);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  cloche_origin_unref (fixture->origin);
  g_free (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->part);
}

static void
check (Fixture        *fixture,
       ClocheOrigin   *written,
       ClocheOriginal *ret_found)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cloche_original_check (fixture->path, fixture->origin, written, ret_found, &error));
  g_assert_no_error (error);
}

static void
begin (Fixture    *fixture,
       const char *text)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->part, g_free);
  g_assert_true (cloche_original_begin (fixture->path, &fixture->part, &error));
  g_assert_no_error (error);
  write_file (fixture->part, text);
}

/* From the check to the end. */
static char *
replace (Fixture        *fixture,
         ClocheOrigin   *written,
         const char     *text,
         ClocheOriginal *ret_written)
{
  char *backup = NULL;
  g_autoptr (GError) error = NULL;

  check (fixture, written, &fixture->former);
  begin (fixture, text);
  g_assert_true (cloche_original_replace (fixture->path, &fixture->former, fixture->part, &backup, ret_written, &error));
  g_assert_no_error (error);
  cloche_original_end (fixture->part);

  return backup;
}

/* The new content has the name and the permissions, the old one another name; nothing else is left; and back again. */
static void
test_replace_and_restore (Fixture      *fixture,
                          gconstpointer data)
{
  g_autofree char *backup = NULL;
  g_autofree char *expected = g_build_filename (fixture->folder, "a (earlier).png", NULL);
  ClocheOriginal written;
  ClocheOriginal found;
  struct stat status;
  g_autoptr (GError) error = NULL;
  gboolean has_attribute = setxattr (fixture->path, "user.cloche", "kept", 4, 0) == 0;
  char value[8] = { 0 };

  backup = replace (fixture, NULL, "new content", &written);
  g_assert_cmpstr (backup, ==, expected);
  assert_file (fixture->path, "new content");
  assert_file (backup, "original");
  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0640);
  g_assert_cmpuint (count_entries (fixture->folder), ==, 2);
  if (has_attribute) {
    g_assert_cmpint (getxattr (fixture->path, "user.cloche", value, sizeof value - 1), ==, 4);
    g_assert_cmpstr (value, ==, "kept");
  }

  g_assert_true (cloche_original_restore (fixture->path, &written, backup, &fixture->former, &error));
  g_assert_no_error (error);
  assert_file (fixture->path, "original");
  g_assert_cmpuint (count_entries (fixture->folder), ==, 1);
  check (fixture, NULL, &found);
}

/* What the program itself wrote last may be replaced again; each backup keeps its name. */
static void
test_again (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *expected = g_build_filename (fixture->folder, "a (earlier 2).png", NULL);
  g_autoptr (ClocheOrigin) known = NULL;
  ClocheOriginal written;

  first = replace (fixture, NULL, "first new one", &written);
  known = origin_of (fixture->path);
  second = replace (fixture, known, "second new one!", &written);
  g_assert_cmpstr (second, ==, expected);
  assert_file (fixture->path, "second new one!");
  assert_file (first, "original");
  assert_file (second, "first new one");
}

static void
rename_original (Fixture    *fixture,
                 const char *name)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_cmpint (g_rename (fixture->path, path), ==, 0);
  g_free (fixture->path);
  fixture->path = path;
}

/* What a file system takes as a name has room for a backup's, too. */
static void
test_names (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *many = g_strnfill (251, 'a');
  g_autofree char *long_name = g_strconcat (many, ".png", NULL);
  g_autofree char *cut = g_strndup (many, 241);
  g_autofree char *long_backup = g_strconcat (cut, " (earlier).png", NULL);
  g_autofree char *fewer = g_strndup (many, 240);
  g_autofree char *wide_name = g_strconcat (fewer, "€€€.png", NULL);
  g_autofree char *wide_backup = g_strconcat (fewer, " (earlier).png", NULL);
  const struct { const char *name; const char *backup; } NAMES[] = {
    { long_name, long_backup }, { wide_name, wide_backup }, { ".profile", ".profile (earlier)" },
    { "notes", "notes (earlier)" }, { "a.tar.gz", "a.tar (earlier).gz" }, { "caf\xe9.txt", "caf\xe9 (earlier).txt" },
    { "line\nbreak.txt", "line\nbreak (earlier).txt" }, { "see a.very-long-end-of-it", "see a.very-long-end-of-it (earlier)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    g_autofree char *backup = NULL;
    g_autofree char *name = NULL;
    ClocheOriginal written;
    g_autoptr (GError) error = NULL;

    rename_original (fixture, NAMES[i].name);
    backup = replace (fixture, NULL, "new content", &written);
    name = g_path_get_basename (backup);
    g_assert_cmpstr (name, ==, NAMES[i].backup);
    g_assert_true (cloche_original_restore (fixture->path, &written, backup, &fixture->former, &error));
    g_assert_no_error (error);
    assert_file (fixture->path, "original");
    g_assert_cmpuint (count_entries (fixture->folder), ==, 1);
  }
}

/* Nothing has changed, and the person knows what to do. */
static void
test_too_many (Fixture      *fixture,
               gconstpointer data)
{
  g_autofree char *backup = NULL;
  ClocheOriginal found;
  ClocheOriginal written;
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 100; i++) {
    g_autofree char *name = i == 1 ? g_strdup ("a (earlier).png") : g_strdup_printf ("a (earlier %u).png", i);
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

    write_file (path, "precious");
  }
  check (fixture, NULL, &found);
  begin (fixture, "new content");
  g_assert_false (cloche_original_replace (fixture->path, &found, fixture->part, &backup, &written, &error));
  cloche_original_end (fixture->part);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "Too many earlier versions of “a.png”"));
  assert_file (fixture->path, "original");
  g_assert_cmpuint (count_entries (fixture->folder), ==, 101);
}

/* Never a right to run as somebody else, whatever the original had. */
static void
test_no_setuid (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *backup = NULL;
  ClocheOriginal written;
  struct stat status;

  g_assert_cmpint (chmod (fixture->path, 06755), ==, 0);
  backup = replace (fixture, NULL, "new content", &written);
  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 07777, ==, 0755);
}

static void
assert_refused (Fixture    *fixture,
                GQuark      domain,
                int         code,
                const char *words)
{
  ClocheOriginal found;
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_original_check (fixture->path, fixture->origin, NULL, &found, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  g_autofree char *elsewhere = g_build_filename (fixture->folder, "b.png", NULL);

  write_file (fixture->path, "changed since");
  assert_refused (fixture, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED, "“a.png”");
  g_assert_cmpint (g_rename (fixture->path, elsewhere), ==, 0);
  assert_refused (fixture, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not in");
  g_assert_cmpint (symlink (elsewhere, fixture->path), ==, 0);
  assert_refused (fixture, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "link");
  g_assert_cmpint (g_remove (fixture->path), ==, 0);
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  assert_refused (fixture, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "no ordinary file");
  assert_file (elsewhere, "changed since");
}

/* A file system into which nobody writes, root neither. */
static void
test_read_only_folder (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *part = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_original_begin ("/sys/kernel/uevent_seqnum", &part, &error));
  g_assert_null (part);
  g_assert_cmpuint (error->domain, ==, G_IO_ERROR);
  g_assert_nonnull (strstr (error->message, "Nothing can be written into the folder “/sys/kernel”"));
}

/* Between the check and the last step somebody else wrote: theirs stays, and nothing of ours does. */
static void
test_changed_meanwhile (Fixture      *fixture,
                        gconstpointer data)
{
  g_autofree char *backup = NULL;
  ClocheOriginal found;
  ClocheOriginal written;
  g_autoptr (GError) error = NULL;

  check (fixture, NULL, &found);
  begin (fixture, "new content");
  write_file (fixture->path, "somebody else's");
  g_assert_false (cloche_original_replace (fixture->path, &found, fixture->part, &backup, &written, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED);
  g_assert_null (backup);
  cloche_original_end (fixture->part);
  assert_file (fixture->path, "somebody else's");
  g_assert_cmpuint (count_entries (fixture->folder), ==, 1);
}

/* Somebody else has put another file where the backup was: that is not what the person wants back. */
static void
test_restore_other (Fixture      *fixture,
                    gconstpointer data)
{
  g_autofree char *backup = NULL;
  ClocheOriginal written;
  g_autoptr (GError) error = NULL;

  backup = replace (fixture, NULL, "new content", &written);
  write_file (backup, "of another program");
  g_assert_false (cloche_original_restore (fixture->path, &written, backup, &fixture->former, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED);
  g_assert_nonnull (strstr (error->message, "“a (earlier).png” does not hold any more what “a.png” was"));
  assert_file (fixture->path, "new content");
  assert_file (backup, "of another program");
}

static void
test_restore_refused (Fixture      *fixture,
                      gconstpointer data)
{
  g_autofree char *backup = NULL;
  ClocheOriginal written;
  g_autoptr (GError) error = NULL;

  backup = replace (fixture, NULL, "new content", &written);
  write_file (fixture->path, "later work of the person");
  g_assert_false (cloche_original_restore (fixture->path, &written, backup, &fixture->former, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED);
  g_assert_nonnull (strstr (error->message, "“a (earlier).png”"));
  assert_file (fixture->path, "later work of the person");
  assert_file (backup, "original");
  g_clear_error (&error);

  g_assert_cmpint (g_remove (backup), ==, 0);
  g_assert_false (cloche_original_restore (fixture->path, &written, backup, &fixture->former, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_file (fixture->path, "later work of the person");
}

#define ADD(name, func) g_test_add ("/app/original/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("replace-and-restore", test_replace_and_restore);
  ADD ("again", test_again);
  ADD ("no-setuid", test_no_setuid);
  ADD ("refused", test_refused);
  ADD ("read-only-folder", test_read_only_folder);
  ADD ("changed-meanwhile", test_changed_meanwhile);
  ADD ("names", test_names);
  ADD ("too-many", test_too_many);
  ADD ("restore-other", test_restore_other);
  ADD ("restore-refused", test_restore_refused);

  return g_test_run ();
}
