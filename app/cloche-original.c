/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-original.h"

#include "cloche-app-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-string.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/*
 * Nothing of the person's is ever gone: the new content is written beside the original and is whole and on the disk before
 * anything else happens; then the original gets its second name, the backup's; then one rename gives the new content the
 * first name. Whatever ends in between leaves the original under its name. At the last moment before the rename it is looked
 * at once more: what somebody else has written there meanwhile stays.
 */

/* names that are tried for a backup: "a (earlier).png", "a (earlier 2).png", … */
#define MAX_BACKUPS 100

/* bytes: what is longer after a dot is no extension. */
#define EXTENSION_BYTES 16

/* bytes: of the list of extended attributes, and of one; the kernel's own limit is 64 KiB. */
#define XATTR_BYTES 65536

static char *
dup_name (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return cloche_text_make_printable (name, -1);
}

static void
read_status (const struct stat *status,
             ClocheOriginal    *original)
{
  original->device = status->st_dev;
  original->inode = status->st_ino;
  original->mode = status->st_mode;
  original->size = (guint64) status->st_size;
  original->mtime_us = (gint64) status->st_mtim.tv_sec * G_USEC_PER_SEC + status->st_mtim.tv_nsec / 1000;
}

static gboolean
is_same (const struct stat    *status,
         const ClocheOriginal *original)
{
  ClocheOriginal other;

  read_status (status, &other);

  return S_ISREG (status->st_mode) && other.device == original->device && other.inode == original->inode &&
         other.size == original->size && other.mtime_us == original->mtime_us;
}

static gboolean
is_as (const ClocheOriginal *found,
       ClocheOrigin         *origin)
{
  return origin != NULL && found->size == cloche_origin_get_size (origin) &&
         found->mtime_us == cloche_origin_get_mtime_us (origin);
}

static void
set_changed (GError    **error,
             const char *path)
{
  g_autofree char *name = dup_name (path);

  /* Translators: the placeholder is the name of a file. */
  g_set_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED,
               _ ("“%s” is not as it was any more: it has been changed since you attached it. Save a copy beside it "
                  "instead, and compare the two."), name);
}

static void
set_failed (GError    **error,
            const char *path,
            int         errsv)
{
  g_autofree char *name = dup_name (path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *printable = cloche_text_make_printable (folder, -1);
  int code = g_io_error_from_errno (errsv);

  if (errsv == ENOSPC || errsv == EDQUOT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                         _ ("The disk of this computer is full. Free some space and try again."));
  else if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    /* Translators: the placeholder is a folder. */
    g_set_error (error, G_IO_ERROR, code,
                 _ ("Nothing can be written into the folder “%s”. Save a copy elsewhere instead."), printable);
  else if (errsv == ENOENT || errsv == ENOTDIR)
    /* Translators: the placeholders are the name of a file and a folder. */
    g_set_error (error, G_IO_ERROR, code, _ ("“%s” is not in “%s” any more. Save a copy instead."), name, printable);
  else if (errsv == EEXIST)
    /* Translators: the placeholder is the name of a file. */
    g_set_error (error, G_IO_ERROR, code,
                 _ ("Too many earlier versions of “%s” are beside it. Move some of them elsewhere and try again."), name);
  else
    g_set_error (error, G_IO_ERROR, code, "“%s”: %s", name, g_strerror (errsv));
}

/**
 * cloche_original_check:
 * @attached: as it was when it was attached
 * @written: (nullable): as the conversation left it last
 *
 * Errors: %CLOCHE_APP_ERROR_ORIGINAL_CHANGED; %G_IO_ERROR_NOT_FOUND, %G_IO_ERROR_NOT_REGULAR_FILE,
 *   %G_IO_ERROR_PERMISSION_DENIED; each a sentence for the person.
 */
gboolean
cloche_original_check (const char     *path,
                       ClocheOrigin   *attached,
                       ClocheOrigin   *written,
                       ClocheOriginal *ret_found,
                       GError        **error)
{
  g_autofree char *name = dup_name (path);
  ClocheOriginal found;
  struct stat status;

  if (lstat (path, &status) < 0) {
    set_failed (error, path, errno);
    return FALSE;
  }

  read_status (&status, &found);
  if (!S_ISREG (status.st_mode)) {
    /* Translators: the placeholder is the name of a file. */
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                 S_ISLNK (status.st_mode) ? _ ("“%s” is a link to another place. Save a copy where you want it instead.")
                                          : _ ("“%s” is no ordinary file. Save a copy elsewhere instead."), name);
  } else if (!is_as (&found, attached) && !is_as (&found, written)) {
    set_changed (error, path);
  } else if (status.st_uid != geteuid () || access (path, W_OK) < 0) {
    /* Translators: the placeholder is the name of a file. */
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 _ ("“%s” is protected from changes. Save a copy elsewhere instead."), name);
  } else {
    *ret_found = found;
    return TRUE;
  }

  return FALSE;
}

/**
 * cloche_original_begin:
 * @ret_part: (out) (type filename): no file yet, in a hidden folder of its own beside @path; others may read what is there
 *   no more than they could before
 *
 * Errors: %G_IO_ERROR, a sentence for the person.
 */
gboolean
cloche_original_begin (const char *path,
                       char      **ret_part,
                       GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *name = g_strconcat (".cloche-", id, NULL);
  g_autofree char *place = g_build_filename (folder, name, NULL);

  if (mkdir (place, 0700) < 0) {
    set_failed (error, path, errno);
    return FALSE;
  }

  *ret_part = g_build_filename (place, "new", NULL);

  return TRUE;
}

/**
 * cloche_original_end:
 *
 * Whatever became of it: what is still there is of no use to anybody.
 */
void
cloche_original_end (const char *part)
{
  g_autofree char *place = g_path_get_dirname (part);

  (void) unlink (part);         /* Mostly it has gone where it belongs. */
  (void) rmdir (place);
}

/* Group, extended attributes and access lists as far as the system lets us; they are no reason to fail. */
static void
copy_attributes (int from_fd,
                 int to_fd)
{
  g_autofree char *names = g_malloc (XATTR_BYTES);
  g_autofree char *value = g_malloc (XATTR_BYTES);
  gssize length = flistxattr (from_fd, names, XATTR_BYTES);

  for (const char *name = names; length > 0 && name < names + length; name += strlen (name) + 1) {
    gssize size = fgetxattr (from_fd, name, value, XATTR_BYTES);

    if (size >= 0)
      (void) fsetxattr (to_fd, name, value, (gsize) size, 0);
  }
}

/* Never a right to run as somebody else: the content is a guest's. */
static gboolean
copy_permissions (int from_fd,
                  int to_fd)
{
  struct stat from;
  struct stat to;

  if (fstat (from_fd, &from) < 0 || fstat (to_fd, &to) < 0)
    return FALSE;

  if (from.st_gid != to.st_gid)
    (void) (fchown (to_fd, (uid_t) -1, from.st_gid) < 0);      /* A group of which one is no member cannot be given. */
  if (fchmod (to_fd, from.st_mode & 0777) < 0)
    return FALSE;
  copy_attributes (from_fd, to_fd);

  return TRUE;
}

/* Where a file cannot have two names. FALSE: nothing is left of it. */
static gboolean
copy_backup (int         folder_fd,
             int         original_fd,
             const char *backup)
{
  struct stat status;
  cloche_autofd int fd = openat (folder_fd, backup, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int errsv;

  if (fd < 0)
    return FALSE;

  if (fstat (original_fd, &status) == 0 && cloche_copy_sparse (original_fd, fd, NULL, NULL) &&
      copy_permissions (original_fd, fd) &&
      futimens (fd, (struct timespec[]) { status.st_atim, status.st_mtim }) == 0 && fsync (fd) == 0)
    return TRUE;

  errsv = errno != 0 ? errno : EIO;
  (void) unlinkat (folder_fd, backup, 0);
  errno = errsv;

  return FALSE;
}

/*
 * Beside the original wherever names are sorted, and opened by the same programs. "a.png~" it must not be: file managers hide
 * such names, and editors write over them.
 */
static char *
dup_backup_name (const char *name,
                 guint       number)
{
  const char *dot = strrchr (name, '.');
  const char *extension = dot != NULL && dot != name && strlen (dot) <= EXTENSION_BYTES ? dot : "";
  g_autofree char *digits = number > 1 ? g_strdup_printf (" %u", number) : g_strdup ("");
  /* Translators: part of a file's name: “picture (earlier).png” is what “picture.png” was before it was replaced. */
  g_autofree char *end = g_strconcat (" (", _ ("earlier"), digits, ")", extension, NULL);
  gsize room = NAME_MAX - MIN (strlen (end), NAME_MAX);
  gsize stem = strlen (name) - strlen (extension);

  if (stem > room)
    for (stem = room; stem > 0 && ((guchar) name[stem] & 0xc0) == 0x80; stem--)
      ;         /* Not within a character. */

  return g_strdup_printf ("%.*s%s", (int) stem, name, end);
}

/* Returns: (nullable): the name of the backup; never one that was there. */
static char *
make_backup (int         folder_fd,
             int         original_fd,
             const char *name)
{
  for (guint i = 1; i <= MAX_BACKUPS; i++) {
    g_autofree char *backup = dup_backup_name (name, i);

    if (linkat (folder_fd, name, folder_fd, backup, 0) == 0)
      return g_steal_pointer (&backup);
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK || errno == EXDEV) {
      if (copy_backup (folder_fd, original_fd, backup))
        return g_steal_pointer (&backup);
    }
    if (errno != EEXIST)
      return NULL;
  }

  return NULL;
}

static int
open_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/*
 * Gives what is called @from the name @to. The two change their names where the file system can do that, so that what
 * somebody put there at the very last moment is seen, and put back: ESTALE then.
 */
static gboolean
take_name (int                   folder_fd,
           const char           *from,
           const char           *to,
           const ClocheOriginal *expected)
{
  struct stat status;

  if (fstatat (folder_fd, to, &status, AT_SYMLINK_NOFOLLOW) < 0 || !is_same (&status, expected)) {
    errno = ESTALE;
    return FALSE;
  }

  if (renameat2 (folder_fd, from, folder_fd, to, RENAME_EXCHANGE) < 0)
    return (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) && renameat (folder_fd, from, folder_fd, to) == 0;

  if (fstatat (folder_fd, from, &status, AT_SYMLINK_NOFOLLOW) == 0 && is_same (&status, expected)) {
    (void) unlinkat (folder_fd, from, 0);       /* At worst it stays beside the other. */
    return TRUE;
  }

  /* Somebody else's work has its name again, also if that was taken away meanwhile: the other one is cleared away. */
  if (renameat2 (folder_fd, from, folder_fd, to, RENAME_EXCHANGE) < 0)
    (void) renameat2 (folder_fd, from, folder_fd, to, RENAME_NOREPLACE);
  errno = ESTALE;

  return FALSE;
}

/* Returns: a descriptor of @part, whole, with its permissions, and on the disk; or -1 */
static int
prepare_part (int         folder_fd,
              int         original_fd,
              const char *part)
{
  cloche_autofd int fd = openat (folder_fd, part, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0 || !copy_permissions (original_fd, fd) || fsync (fd) < 0)
    return -1;

  return g_steal_fd (&fd);
}

static void
set_not_replaced (GError    **error,
                  const char *path,
                  int         errsv)
{
  if (errsv == ESTALE || errsv == ELOOP)
    set_changed (error, path);
  else
    set_failed (error, path, errsv);
}

/**
 * cloche_original_replace:
 * @found: as cloche_original_check() found it
 * @part: (type filename): the new content, from cloche_original_begin()
 * @ret_backup: (out): where the former content is now
 *
 * Errors: %CLOCHE_APP_ERROR_ORIGINAL_CHANGED, %G_IO_ERROR; each a sentence for the person. Nothing has changed then.
 */
gboolean
cloche_original_replace (const char           *path,
                         const ClocheOriginal *found,
                         const char           *part,
                         char                **ret_backup,
                         ClocheOriginal       *ret_written,
                         GError              **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *folder = g_path_get_dirname (path);
  const char *part_name = part + strlen (folder);       /* From the folder on. */
  g_autofree char *backup = NULL;
  cloche_autofd int folder_fd = open_folder (path);
  cloche_autofd int original_fd = -1;
  cloche_autofd int part_fd = -1;
  struct stat status;

  while (*part_name == G_DIR_SEPARATOR)
    part_name++;
  if (folder_fd >= 0)
    original_fd = openat (folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (original_fd >= 0)
    part_fd = prepare_part (folder_fd, original_fd, part_name);
  if (part_fd >= 0 && fstat (part_fd, &status) == 0)
    backup = make_backup (folder_fd, original_fd, name);
  if (backup == NULL) {
    set_not_replaced (error, path, errno);
    return FALSE;
  }

  if (!take_name (folder_fd, part_name, name, found)) {
    set_not_replaced (error, path, errno);
    (void) unlinkat (folder_fd, backup, 0);     /* A second name of what is there, or a copy of it. */
    return FALSE;
  }

  (void) fsync (folder_fd);     /* It is as it should be; after a power cut it may be as it was. */
  read_status (&status, ret_written);
  *ret_backup = g_build_filename (folder, backup, NULL);

  return TRUE;
}

/* A backup is another file than what it is of where there are no two names for one. */
static gboolean
is_backup_of (const struct stat    *status,
              const ClocheOriginal *former)
{
  ClocheOriginal backup;

  read_status (status, &backup);

  return S_ISREG (status->st_mode) && backup.size == former->size && backup.mtime_us == former->mtime_us;
}

/**
 * cloche_original_restore:
 * @written: as cloche_original_replace() left it
 * @former: as it was before
 *
 * Errors: %CLOCHE_APP_ERROR_ORIGINAL_CHANGED, %G_IO_ERROR; each a sentence for the person. Nothing has changed then.
 */
gboolean
cloche_original_restore (const char           *path,
                         const ClocheOriginal *written,
                         const char           *backup,
                         const ClocheOriginal *former,
                         GError              **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *backup_name = g_path_get_basename (backup);
  g_autofree char *printable = dup_name (path);
  g_autofree char *printable_backup = dup_name (backup);
  cloche_autofd int folder_fd = open_folder (path);
  struct stat status;

  if (folder_fd < 0 || fstatat (folder_fd, backup_name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
    set_failed (error, backup, errno);
  } else if (!is_backup_of (&status, former)) {
    /* Translators: the placeholders are the names of two files. */
    g_set_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED,
                 _ ("“%s” does not hold any more what “%s” was before it was replaced. Both were left as they are."),
                 printable_backup, printable);
  } else if (take_name (folder_fd, backup_name, name, written)) {
    (void) fsync (folder_fd);   /* As above. */
    return TRUE;
  } else if (errno == ESTALE) {
    /* Translators: the placeholders are the names of two files. */
    g_set_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED,
                 _ ("“%s” has been changed since it was replaced, and was left as it is. What it was before is in “%s”."),
                 printable, printable_backup);
  } else {
    set_failed (error, path, errno);
  }

  return FALSE;
}
