/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-tree.h"

#include "cloche-base-error.h"
#include "cloche-bootstrap.h"
#include "cloche-fd.h"
#include "cloche-image-error.h"
#include "cloche-image-manifest.h"
#include "cloche-initrd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes: dpkg's status file, 1 MB for 900 packages. */
#define STATUS_MAX_BYTES (64 * 1024 * 1024)

struct _ClocheImageTree
{
  char *path;
};

/*
 * Its files may belong to ids that only the namespace has, so it is removed from in there. Never across a mount: should one be
 * left, it is not ours.
 */
static gboolean
remove_tree (const char *path,
             GError    **error)
{
  const char *const argv[] = { "rm", "-rf", "--one-file-system", "--", path, NULL };
  g_auto (GStrv) command = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;

  command = cloche_image_command_in_namespace (argv, error);

  return command != NULL &&
         cloche_image_command_run ((const char *const *) command, NULL, NULL, NULL, NULL, error);
}

/**
 * cloche_image_tree_new:
 * @cache_path: the user's cache folder of ours
 *
 * Removes what an interrupted build left there first.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_NAMESPACE, %CLOCHE_IMAGE_ERROR_NO_TOOL, %G_IO_ERROR.
 */
ClocheImageTree *
cloche_image_tree_new (const char *cache_path,
                       GError    **error)
{
  g_autoptr (ClocheImageTree) self = g_new0 (ClocheImageTree, 1);

  self->path = g_build_filename (cache_path, "image-tree", NULL);
  if (!remove_tree (self->path, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
cloche_image_tree_free (ClocheImageTree *self)
{
  (void) remove_tree (self->path, NULL);        /* The next build tries again. */
  g_free (self->path);
  g_free (self);
}

static void
collect_line_cb (const char *line,
                 gpointer    user_data)
{
  g_string_append_printf (user_data, "%s\n", line);
}

/**
 * cloche_image_tree_bootstrap:
 * @line_func: (nullable): given each line that mmdebstrap prints
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_TOOL, %CLOCHE_IMAGE_ERROR_TOOL_FAILED, %CLOCHE_IMAGE_ERROR_NO_NAMESPACE, %G_IO_ERROR.
 */
gboolean
cloche_image_tree_bootstrap (ClocheImageTree         *self,
                             const ClocheImageRecipe *recipe,
                             const ClocheAptMirror   *mirror,
                             ClocheImageLineFunc      line_func,
                             gpointer                 user_data,
                             GCancellable            *cancellable,
                             GError                 **error)
{
  static const char *const DUMP[] = { "apt-config", "dump", NULL };
  g_autoptr (GString) dump = g_string_new (NULL);
  g_auto (GStrv) environment = cloche_bootstrap_build_environment (recipe, mirror);
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) command = NULL;

  if (!cloche_image_command_run (DUMP, NULL, collect_line_cb, dump, cancellable, error))
    return FALSE;

  argv = cloche_bootstrap_build_argv (recipe, mirror, dump->str, self->path);
  command = cloche_image_command_in_namespace ((const char *const *) argv, error);

  return command != NULL &&
         cloche_image_command_run ((const char *const *) command, (const char *const *) environment,
                                   line_func, user_data, cancellable, error);
}

/**
 * cloche_image_tree_read_packages:
 *
 * Returns: name → version of every package.
 */
JsonObject *
cloche_image_tree_read_packages (ClocheImageTree *self,
                                 GError         **error)
{
  cloche_autofd int fd = open (self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", self->path);
    return NULL;
  }

  bytes = cloche_read_file_at (fd, "var/lib/dpkg/status", STATUS_MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return cloche_image_read_packages (text);
}

/**
 * cloche_image_tree_take_kernel:
 * @to_dir_fd: gets the file %CLOCHE_IMAGE_FILE_KERNEL
 *
 * Moves the kernel out; nothing else in /boot is of use in a machine.
 */
gboolean
cloche_image_tree_take_kernel (ClocheImageTree *self,
                               int              to_dir_fd,
                               GError         **error)
{
  g_autofree char *path = g_build_filename (self->path, "boot", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  cloche_autofd int dir_fd = -1;
  cloche_autofd int to = -1;
  gboolean is_found = FALSE;
  const char *name;

  if (dir == NULL ||
      (to = cloche_open_beneath (to_dir_fd, CLOCHE_IMAGE_FILE_KERNEL, O_WRONLY | O_CREAT | O_EXCL, 0600, error)) < 0)
    return FALSE;

  dir_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (g_str_has_prefix (name, "vmlinuz-") && !is_found) {
      cloche_autofd int from = cloche_open_beneath (dir_fd, name, O_RDONLY, 0, error);

      if (from < 0 || !cloche_copy_sparse (from, to, NULL, error))
        return FALSE;
      is_found = TRUE;
    }
    if (unlinkat (dir_fd, name, 0) < 0) {
      cloche_set_errno_error (error, errno, "Could not remove “%s”", name);
      return FALSE;
    }
  }

  if (!is_found)
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE, "The packages bring no kernel");

  return is_found;
}

gboolean
cloche_image_tree_write_modules (ClocheImageTree         *self,
                                 const ClocheImageRecipe *recipe,
                                 int                      initrd_fd,
                                 gsize                   *ret_bytes,
                                 GError                 **error)
{
  return cloche_initrd_write_modules (initrd_fd, self->path, cloche_image_recipe_get_modules (recipe), ret_bytes, error);
}

/*
 * When the newest package was built: dpkg keeps the control files' own times. No file of a package is younger; what the
 * installation wrote is, and gets this time, so that the same packages make the same root.
 */
static gint64
find_newest_package_time (ClocheImageTree *self)
{
  g_autofree char *path = g_build_filename (self->path, "var", "lib", "dpkg", "info", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  gint64 newest = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    GStatBuf st;

    if (g_str_has_suffix (name, ".md5sums") && g_stat (file, &st) == 0)
      newest = MAX (newest, (gint64) st.st_mtime);
  }

  return newest;
}

/* 8-4-4-4-12 digits of the recipe's key: EROFS wants some UUID, and a random one would make every build differ. */
static char *
make_uuid (const ClocheImageRecipe *recipe)
{
  const char *key = cloche_image_recipe_get_key (recipe);

  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", key, key + 8, key + 12, key + 16, key + 20);
}

/**
 * cloche_image_tree_write_root:
 * @path: the file to write, absolute
 *
 * Makes the tree an EROFS.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_TOOL, %CLOCHE_IMAGE_ERROR_TOOL_FAILED, %G_IO_ERROR.
 */
gboolean
cloche_image_tree_write_root (ClocheImageTree         *self,
                              const ClocheImageRecipe *recipe,
                              const char              *path,
                              GCancellable            *cancellable,
                              GError                 **error)
{
  g_autofree char *epoch = g_strdup_printf ("%" G_GINT64_FORMAT, find_newest_package_time (self));
  g_autofree char *uuid = make_uuid (recipe);
  g_autofree char *uuid_option = g_strconcat ("-U", uuid, NULL);
  /* Measured on a tree of 2.0 GB: lz4 in 64 KiB clusters 7 s, 1020 MiB; lz4hc,9 60 s, 880 MiB. -x-1: no file has extended
   * attributes that count, and the host's security labels do not. */
  const char *const argv[] = {
    "mkfs.erofs", "--quiet", "-zlz4hc,4", "-C65536", "-x-1", uuid_option, path, self->path, NULL
  };
  const char *const environment[] = { "SOURCE_DATE_EPOCH", epoch, NULL };
  g_auto (GStrv) command = cloche_image_command_in_namespace (argv, error);

  return command != NULL &&
         cloche_image_command_run ((const char *const *) command, environment, NULL, NULL, cancellable, error);
}
