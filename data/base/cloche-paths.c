/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-paths.h"

#include "cloche-base-error.h"
#include "cloche-config.h"
#include "cloche-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * ClochePaths:
 *
 * Where Cloche keeps things: data, cache and settings by the XDG base directory specification, sockets in the runtime
 * folder. Made once at the start of a program and handed to whoever needs it, so that tests have folders of their own.
 */
struct _ClochePaths
{
  GObject parent_instance;

  /* Owned; absolute; each exists with mode 0700 */
  char *data_dir;
  char *cache_dir;
  char *config_dir;
  char *runtime_dir;
};

G_DEFINE_FINAL_TYPE (ClochePaths, cloche_paths, G_TYPE_OBJECT)

/* What a socket's path adds to the runtime folder: "/ID/wire.sock". */
#define SOCKET_SUFFIX_BYTES (1 + CLOCHE_ID_LENGTH + 1 + 9)

/* In /tmp anybody may have made the folder before us: it must be a folder, ours, and closed to others. */
static gboolean
check_is_private (const char *path,
                  GError    **error)
{
  struct stat st;

  if (lstat (path, &st) < 0) {
    cloche_set_errno_error (error, errno, "Could not look at “%s”", path);
    return FALSE;
  }

  if (!S_ISDIR (st.st_mode) || st.st_uid != geteuid () || (st.st_mode & 0077) != 0) {
    g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID,
                 "“%s” is not a folder that only this user can enter", path);
    return FALSE;
  }

  return TRUE;
}

static gboolean
make_folder (const char *path,
             GError    **error)
{
  if (g_mkdir_with_parents (path, 0700) < 0) {
    cloche_set_errno_error (error, errno, "Could not create the folder “%s”", path);
    return FALSE;
  }

  return TRUE;
}

static char *
find_runtime_dir (GError **error)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  const char *flatpak_id = g_getenv ("FLATPAK_ID");
  g_autofree char *fallback = NULL;

  /* In Flatpak only the folder of the application itself is shared with the host. */
  if (runtime != NULL && g_path_is_absolute (runtime) && g_access (runtime, W_OK | X_OK) == 0) {
    if (flatpak_id != NULL)
      return g_build_filename (runtime, "app", flatpak_id, NULL);
    return g_build_filename (runtime, "cloche", NULL);
  }

  fallback = g_strdup_printf ("/tmp/cloche-%u", (unsigned) geteuid ());
  if (mkdir (fallback, 0700) < 0 && errno != EEXIST) {
    cloche_set_errno_error (error, errno, "Could not create the folder “%s”", fallback);
    return NULL;
  }
  if (!check_is_private (fallback, error))
    return NULL;

  return g_steal_pointer (&fallback);
}

static void
cloche_paths_finalize (GObject *object)
{
  ClochePaths *self = CLOCHE_PATHS (object);

  g_clear_pointer (&self->data_dir, g_free);
  g_clear_pointer (&self->cache_dir, g_free);
  g_clear_pointer (&self->config_dir, g_free);
  g_clear_pointer (&self->runtime_dir, g_free);

  G_OBJECT_CLASS (cloche_paths_parent_class)->finalize (object);
}

static void
cloche_paths_class_init (ClochePathsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_paths_finalize;
}

static void
cloche_paths_init (ClochePaths *self)
{
}

/**
 * cloche_paths_new_for_user:
 *
 * The folders of the user who runs this program, made if absent. Without a usable XDG_RUNTIME_DIR sockets go to
 * /tmp/cloche-UID, if nobody else has a hand on that.
 *
 * Errors: %G_IO_ERROR if a folder cannot be made; %CLOCHE_BASE_ERROR_INVALID if the fallback is not private, or
 * %CLOCHE_BASE_ERROR_TOO_LARGE if it is too long for the address of a socket.
 */
ClochePaths *
cloche_paths_new_for_user (GError **error)
{
  g_autofree char *data_dir = g_build_filename (g_get_user_data_dir (), "cloche", NULL);
  g_autofree char *cache_dir = g_build_filename (g_get_user_cache_dir (), "cloche", NULL);
  g_autofree char *config_dir = g_build_filename (g_get_user_config_dir (), "cloche", NULL);
  g_autofree char *runtime_dir = find_runtime_dir (error);

  if (runtime_dir == NULL)
    return NULL;

  return cloche_paths_new (data_dir, cache_dir, config_dir, runtime_dir, error);
}

/**
 * cloche_paths_new:
 *
 * Like cloche_paths_new_for_user(), with folders of the caller's choice, absolute.
 */
ClochePaths *
cloche_paths_new (const char *data_dir,
                  const char *cache_dir,
                  const char *config_dir,
                  const char *runtime_dir,
                  GError    **error)
{
  g_autoptr (ClochePaths) self = g_object_new (CLOCHE_TYPE_PATHS, NULL);

  if (strlen (runtime_dir) + SOCKET_SUFFIX_BYTES > CLOCHE_LIMIT_SOCKET_PATH_BYTES) {
    g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE,
                 "The path of the runtime folder “%s” is too long for sockets", runtime_dir);
    return NULL;
  }

  if (!make_folder (data_dir, error) || !make_folder (cache_dir, error) ||
      !make_folder (config_dir, error) || !make_folder (runtime_dir, error))
    return NULL;

  self->data_dir = g_strdup (data_dir);
  self->cache_dir = g_strdup (cache_dir);
  self->config_dir = g_strdup (config_dir);
  self->runtime_dir = g_strdup (runtime_dir);

  return g_steal_pointer (&self);
}

/**
 * cloche_paths_get_data_dir:
 *
 * What the user owns: conversations, machines, bases. Never emptied by anybody but them.
 */
const char *
cloche_paths_get_data_dir (ClochePaths *self)
{
  g_return_val_if_fail (CLOCHE_IS_PATHS (self), NULL);

  return self->data_dir;
}

/**
 * cloche_paths_get_cache_dir:
 *
 * Scratch only: emptying it is harmless.
 */
const char *
cloche_paths_get_cache_dir (ClochePaths *self)
{
  g_return_val_if_fail (CLOCHE_IS_PATHS (self), NULL);

  return self->cache_dir;
}

const char *
cloche_paths_get_config_dir (ClochePaths *self)
{
  g_return_val_if_fail (CLOCHE_IS_PATHS (self), NULL);

  return self->config_dir;
}

/**
 * cloche_paths_get_runtime_dir:
 *
 * Where each running machine has a folder of sockets; short enough for them.
 */
const char *
cloche_paths_get_runtime_dir (ClochePaths *self)
{
  g_return_val_if_fail (CLOCHE_IS_PATHS (self), NULL);

  return self->runtime_dir;
}

static char *
find_installed (const char *variable,
                const char *installed_dir,
                const char *name)
{
  const char *dir = g_getenv (variable);

  return g_build_filename (dir != NULL ? dir : installed_dir, name, NULL);
}

/**
 * cloche_paths_dup_program:
 * @name: one of our own programs that users do not start, such as "cloche-keeper"
 *
 * Where it is installed, or in the folder CLOCHE_LIBEXECDIR, which is how programs run from the build tree.
 */
char *
cloche_paths_dup_program (const char *name)
{
  return find_installed ("CLOCHE_LIBEXECDIR", CLOCHE_LIBEXECDIR, name);
}

/**
 * cloche_paths_dup_data_file:
 * @name: a file that was installed with the program
 *
 * Where it is installed, or in the folder CLOCHE_PKGDATADIR, which is how programs run from the build tree.
 */
char *
cloche_paths_dup_data_file (const char *name)
{
  return find_installed ("CLOCHE_PKGDATADIR", CLOCHE_PKGDATADIR, name);
}

char *
cloche_paths_dup_bases_dir (ClochePaths *self)
{
  g_return_val_if_fail (CLOCHE_IS_PATHS (self), NULL);

  return g_build_filename (self->data_dir, "bases", NULL);
}

char *
cloche_paths_dup_machines_dir (ClochePaths *self)
{
  g_return_val_if_fail (CLOCHE_IS_PATHS (self), NULL);

  return g_build_filename (self->data_dir, "machines", NULL);
}
