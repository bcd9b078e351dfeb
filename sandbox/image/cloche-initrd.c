/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-initrd.h"

#include "cloche-archive.h"
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-image-error.h"
#include "cloche-kernel-modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The first part of an initrd: the folders to mount on, the kernel modules and the list of them (see image.md). It comes
 * from the tree alone; our own programs are a second cpio that the builder puts behind it, so that a new one of those takes
 * no new tree. Uncompressed: the kernel unpacks it faster in emulation, and it is small.
 * Source: Documentation/driver-api/early-userspace/buffer-format.rst of the kernel (archives end to end, aligned to 4).
 */

/* bytes: one kernel module; the largest of Debian's is below 20 MB. */
#define MODULE_MAX_BYTES (64 * 1024 * 1024)
/* bytes: modules.dep and modules.builtin are some 100 KB. */
#define INDEX_MAX_BYTES (16 * 1024 * 1024)

static const char *const FOLDERS[] = { "dev", "modules", "newroot", "proc", "ro", "rw", "sys" };

/* Adds one entry whose every field is given, so that the same content makes the same bytes. */
static gboolean
add_entry (struct archive *writer,
           const char     *name,
           mode_t          type,
           mode_t          mode,
           GBytes         *content,
           GError        **error)
{
  g_autoptr (ClocheArchiveEntry) entry = archive_entry_new ();
  gsize length = 0;
  const void *bytes = content != NULL ? g_bytes_get_data (content, &length) : NULL;

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, type);
  archive_entry_set_perm (entry, mode);
  archive_entry_set_nlink (entry, type == AE_IFDIR ? 2 : 1);
  archive_entry_set_mtime (entry, 0, 0);
  archive_entry_set_size (entry, (la_int64_t) length);
  if (!cloche_archive_check (writer, archive_write_header (writer, entry), name, error))
    return FALSE;

  if (length > 0 && archive_write_data (writer, bytes, length) != (la_ssize_t) length)
    return cloche_archive_check (writer, ARCHIVE_FATAL, name, error);

  return TRUE;
}

/* The folder of the tree's one kernel, "…/usr/lib/modules/6.12.107+deb13-cloud-amd64". */
static char *
find_module_folder (const char *tree_path,
                    GError    **error)
{
  g_autofree char *all = g_build_filename (tree_path, "usr", "lib", "modules", NULL);
  g_autoptr (GDir) dir = g_dir_open (all, 0, error);
  g_autofree char *first = NULL;
  const char *second;

  if (dir == NULL)
    return NULL;

  first = g_strdup (g_dir_read_name (dir));
  second = g_dir_read_name (dir);
  if (first == NULL || second != NULL) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE, "The tree should hold the modules of one kernel");
    return NULL;
  }

  return g_build_filename (all, first, NULL);
}

static char *
read_index (const char *folder,
            const char *name,
            GError    **error)
{
  cloche_autofd int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GBytes) bytes = NULL;
  const char *text;
  gsize length;

  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", folder);
    return NULL;
  }

  bytes = cloche_read_file_at (fd, name, INDEX_MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  text = g_bytes_get_data (bytes, &length);

  return g_strndup (text, length);
}

static GPtrArray *
resolve (const char        *folder,
         const char *const *names,
         GError           **error)
{
  g_autofree char *dependencies = read_index (folder, "modules.dep", error);
  g_autofree char *builtin = dependencies != NULL ? read_index (folder, "modules.builtin", error) : NULL;

  if (builtin == NULL)
    return NULL;

  return cloche_kernel_modules_resolve (dependencies, builtin, names, error);
}

/* What is compressed in a way that we do not know comes out as it is: better seen here than in a machine that hangs. */
static gboolean
check_module (GBytes     *content,
              const char *path,
              GError    **error)
{
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  if (length < 4 || memcmp (bytes, "\177ELF", 4) != 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID, "“%s” is not a kernel module", path);
    return FALSE;
  }

  return TRUE;
}

static gboolean
add_modules (struct archive *writer,
             const char     *folder,
             GPtrArray      *paths,
             GError        **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GBytes) list_bytes = NULL;

  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *path = g_build_filename (folder, g_ptr_array_index (paths, i), NULL);
    g_autofree char *base = g_path_get_basename (path);
    g_autofree char *name = NULL;
    g_autoptr (GBytes) content = cloche_archive_read_xz (path, MODULE_MAX_BYTES, error);

    if (content == NULL || !check_module (content, path, error))
      return FALSE;
    if (g_str_has_suffix (base, ".xz"))
      base[strlen (base) - 3] = '\0';
    name = g_build_filename ("modules", base, NULL);
    if (!add_entry (writer, name, AE_IFREG, 0444, content, error))
      return FALSE;
    g_string_append_printf (list, "/%s\n", name);
  }

  list_bytes = g_string_free_to_bytes (g_steal_pointer (&list));

  return add_entry (writer, "modules.list", AE_IFREG, 0444, list_bytes, error);
}

/**
 * cloche_initrd_write_modules:
 * @fd: an empty file
 * @tree_path: the root of a Debian tree with one kernel
 * @names: modules to load, in order
 * @ret_bytes: what was written, a multiple of 4
 *
 * Blocks.
 *
 * Errors: %G_IO_ERROR, %CLOCHE_IMAGE_ERROR_RECIPE, %CLOCHE_IMAGE_ERROR_INVALID.
 */
gboolean
cloche_initrd_write_modules (int                fd,
                             const char        *tree_path,
                             const char *const *names,
                             gsize             *ret_bytes,
                             GError           **error)
{
  g_autoptr (ClocheArchiveWriter) writer = archive_write_new ();
  g_autofree char *folder = find_module_folder (tree_path, error);
  g_autoptr (GPtrArray) paths = folder != NULL ? resolve (folder, names, error) : NULL;
  struct stat st;

  if (paths == NULL)
    return FALSE;

  if (!cloche_archive_check (writer, archive_write_set_format_cpio_newc (writer), "cpio", error) ||
      !cloche_archive_check (writer, archive_write_open_fd (writer, fd), "cpio", error))
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (FOLDERS); i++)
    if (!add_entry (writer, FOLDERS[i], AE_IFDIR, 0755, NULL, error))
      return FALSE;
  if (!add_modules (writer, folder, paths, error) ||
      !cloche_archive_check (writer, archive_write_close (writer), "cpio", error))
    return FALSE;

  if (fstat (fd, &st) < 0) {
    cloche_set_errno_error (error, errno, "Could not look at the initrd");
    return FALSE;
  }
  g_assert (st.st_size % 4 == 0);
  *ret_bytes = (gsize) st.st_size;

  return TRUE;
}
