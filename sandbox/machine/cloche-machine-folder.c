/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-folder.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-json.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * machines/ID/ holds all there is of one machine:
 *
 *   machine.json   {"version":1,"base":BASE ID,"created_us":N}
 *   token          what a client must show to the keeper
 *   disk.raw       the conversation's disk, sparse ext4
 *   egress.log     one JSON line per attempt to reach the network
 *   running        locked for as long as a keeper lives; a lock ends with its process, a pid file does not
 *   starting       locked while a client looks whether there is a keeper and starts one
 *
 * A folder is made as .new-ID and renamed when it is whole, so that a half-made one is never taken for a machine. Every
 * function here blocks on the disk: call them from a worker, or from a process that has nothing else to do.
 */

/* bytes: machine.json has three members. */
#define MACHINE_JSON_MAX_BYTES 4096

struct _ClocheMachineFolder
{
  GObject parent_instance;

  char *id;
  char *path;
  char *base_id;
  char *token;
  int fd;
};

G_DEFINE_FINAL_TYPE (ClocheMachineFolder, cloche_machine_folder, G_TYPE_OBJECT)

static JsonObject *
load_description (ClocheMachineFolder *self,
                  GError             **error)
{
  g_autoptr (GBytes) bytes = cloche_read_file_at (self->fd, "machine.json", MACHINE_JSON_MAX_BYTES, error);
  JsonObject *object;
  const char *text;
  gsize length;

  if (bytes == NULL)
    return NULL;

  text = g_bytes_get_data (bytes, &length);
  object = cloche_json_parse_object (text, (gssize) length, error);
  if (object == NULL)
    g_prefix_error (error, "The description of the machine in “%s” is damaged: ", self->path);

  return object;
}

static gboolean
write_description (int         dir_fd,
                   JsonObject *object,
                   GError    **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *description = NULL;

  json_node_set_object (node, object);
  description = cloche_json_to_line (node);

  return cloche_replace_file_at (dir_fd, "machine.json", description, strlen (description), 0600, error);
}

static gboolean
read_description (ClocheMachineFolder *self,
                  GError             **error)
{
  g_autoptr (JsonObject) object = load_description (self, error);
  const char *base;

  if (object == NULL)
    return FALSE;

  base = cloche_json_get_string (object, "base");
  if (base == NULL || strchr (base, '/') != NULL || *base == '.') {
    g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID,
                 "The description of the machine in “%s” does not name its base", self->path);
    return FALSE;
  }
  self->base_id = g_strdup (base);

  return TRUE;
}

static gboolean
read_token (ClocheMachineFolder *self,
            GError             **error)
{
  g_autoptr (GBytes) bytes = cloche_read_file_at (self->fd, "token", CLOCHE_MACHINE_TOKEN_LENGTH, error);

  if (bytes == NULL)
    return FALSE;

  if (g_bytes_get_size (bytes) != CLOCHE_MACHINE_TOKEN_LENGTH) {
    g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID,
                 "The token of the machine in “%s” is damaged", self->path);
    return FALSE;
  }
  self->token = g_strndup (g_bytes_get_data (bytes, NULL), CLOCHE_MACHINE_TOKEN_LENGTH);

  return TRUE;
}

static char *
new_token (void)
{
  guint8 bytes[CLOCHE_MACHINE_TOKEN_LENGTH / 2];
  GString *token = g_string_sized_new (CLOCHE_MACHINE_TOKEN_LENGTH);

  /* Up to 256 bytes never come short: getrandom(2). */
  g_assert (getrandom (bytes, sizeof bytes, 0) == sizeof bytes);
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (token, "%02x", bytes[i]);

  return g_string_free (token, FALSE);
}

static gboolean
copy_disk (int           dir_fd,
           const char   *empty_disk,
           GCancellable *cancellable,
           GError      **error)
{
  cloche_autofd int from = open (empty_disk, O_RDONLY | O_CLOEXEC);
  cloche_autofd int to = openat (dir_fd, "disk.raw", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (from < 0 || to < 0) {
    cloche_set_errno_error (error, errno, "Could not copy the empty disk “%s”", empty_disk);
    return FALSE;
  }

  return cloche_copy_sparse (from, to, cancellable, error);
}

static gboolean
fill (int           dir_fd,
      const char   *base_id,
      const char   *empty_disk,
      GCancellable *cancellable,
      GError      **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *token = new_token ();

  json_object_set_int_member (object, "version", 1);
  json_object_set_string_member (object, "base", base_id);
  json_object_set_int_member (object, "created_us", g_get_real_time ());

  return copy_disk (dir_fd, empty_disk, cancellable, error) &&
         cloche_replace_file_at (dir_fd, "token", token, CLOCHE_MACHINE_TOKEN_LENGTH, 0600, error) &&
         write_description (dir_fd, object, error);
}

/* Removes the files of a folder and the folder. A machine's folder has no folders in it. */
static gboolean
remove_folder (int         parent_fd,
               const char *name,
               GError    **error)
{
  cloche_autofd int fd = openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fcntl (fd, F_DUPFD_CLOEXEC, 0)) : NULL;
  gboolean removed = dir != NULL;

  if (dir != NULL) {
    const struct dirent *entry;

    while (removed && (entry = readdir (dir)) != NULL)
      if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
        removed = unlinkat (fd, entry->d_name, 0) == 0;
  }
  removed = removed && unlinkat (parent_fd, name, AT_REMOVEDIR) == 0;
  if (!removed)
    cloche_set_errno_error (error, errno, "Could not delete the folder “%s”", name);
  if (dir != NULL)
    closedir (dir);

  return removed;
}

static void
cloche_machine_folder_finalize (GObject *object)
{
  ClocheMachineFolder *self = CLOCHE_MACHINE_FOLDER (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->base_id, g_free);
  g_clear_pointer (&self->token, g_free);
  cloche_clear_fd (&self->fd);

  G_OBJECT_CLASS (cloche_machine_folder_parent_class)->finalize (object);
}

static void
cloche_machine_folder_class_init (ClocheMachineFolderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_machine_folder_finalize;
}

static void
cloche_machine_folder_init (ClocheMachineFolder *self)
{
  self->fd = -1;
}

/**
 * cloche_machine_folder_create:
 * @machines_dir: made if absent
 * @empty_disk: path of the base's pre-made ext4 image
 *
 * Makes the folder of a new machine, whole or not at all.
 *
 * Errors: %G_IO_ERROR; %G_IO_ERROR_EXISTS if there is a machine of this id, %G_IO_ERROR_NO_SPACE if the disk is full.
 */
ClocheMachineFolder *
cloche_machine_folder_create (const char   *machines_dir,
                              const char   *id,
                              const char   *base_id,
                              const char   *empty_disk,
                              GCancellable *cancellable,
                              GError      **error)
{
  g_autofree char *new_name = g_strconcat (".new-", id, NULL);
  cloche_autofd int parent = -1;
  cloche_autofd int fd = -1;

  g_return_val_if_fail (cloche_id_is_valid (id), NULL);

  if (g_mkdir_with_parents (machines_dir, 0700) < 0 ||
      (parent = open (machines_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
    cloche_set_errno_error (error, errno, "Could not open the folder “%s”", machines_dir);
    return NULL;
  }

  if (mkdirat (parent, new_name, 0700) < 0 && errno == EEXIST) {
    if (!remove_folder (parent, new_name, error))       /* Left by a crash; ids are never used twice. */
      return NULL;
    (void) mkdirat (parent, new_name, 0700);            /* openat() tells. */
  }
  fd = openat (parent, new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not create a folder in “%s”", machines_dir);
    return NULL;
  }

  if (!fill (fd, base_id, empty_disk, cancellable, error)) {
    (void) remove_folder (parent, new_name, NULL);      /* The failure to report is the first one. */
    return NULL;
  }

  if (renameat2 (parent, new_name, parent, id, RENAME_NOREPLACE) < 0) {
    cloche_set_errno_error (error, errno, "Could not create the machine “%s”", id);
    (void) remove_folder (parent, new_name, NULL);
    return NULL;
  }

  return cloche_machine_folder_open (machines_dir, id, error);
}

/**
 * cloche_machine_folder_open:
 *
 * Errors: %G_IO_ERROR_NOT_FOUND if there is no such machine; %CLOCHE_BASE_ERROR_INVALID if its description is damaged.
 */
ClocheMachineFolder *
cloche_machine_folder_open (const char *machines_dir,
                            const char *id,
                            GError    **error)
{
  g_autoptr (ClocheMachineFolder) self = g_object_new (CLOCHE_TYPE_MACHINE_FOLDER, NULL);

  g_return_val_if_fail (cloche_id_is_valid (id), NULL);

  self->id = g_strdup (id);
  self->path = g_build_filename (machines_dir, id, NULL);
  self->fd = open (self->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open the machine’s folder “%s”", self->path);
    return NULL;
  }

  if (!read_description (self, error) || !read_token (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

const char *
cloche_machine_folder_get_id (ClocheMachineFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), NULL);

  return self->id;
}

const char *
cloche_machine_folder_get_path (ClocheMachineFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), NULL);

  return self->path;
}

const char *
cloche_machine_folder_get_base_id (ClocheMachineFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), NULL);

  return self->base_id;
}

/**
 * cloche_machine_folder_set_base_id:
 * @base_id: a base with the same root as the one before; the base store's lock is held
 *
 * Has the machine go on from another base.
 */
gboolean
cloche_machine_folder_set_base_id (ClocheMachineFolder *self,
                                   const char          *base_id,
                                   GError             **error)
{
  g_autoptr (JsonObject) object = NULL;

  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), FALSE);

  object = load_description (self, error);
  if (object == NULL)
    return FALSE;

  json_object_set_string_member (object, "base", base_id);
  if (!write_description (self->fd, object, error))
    return FALSE;

  g_free (self->base_id);
  self->base_id = g_strdup (base_id);

  return TRUE;
}

const char *
cloche_machine_folder_get_token (ClocheMachineFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), NULL);

  return self->token;
}

/**
 * cloche_machine_folder_peek_fd:
 *
 * The folder itself, for openat().
 */
int
cloche_machine_folder_peek_fd (ClocheMachineFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), -1);

  return self->fd;
}

/**
 * cloche_machine_folder_lock:
 * @name: "running" or "starting"
 * @wait: whether to wait for the lock
 *
 * Takes one of the machine's locks. Whoever holds the descriptor or inherits it holds the lock.
 *
 * Returns: the locked descriptor, or -1. Errors: %G_IO_ERROR_WOULD_BLOCK if another process has it and @wait is %FALSE.
 */
int
cloche_machine_folder_lock (ClocheMachineFolder *self,
                            const char          *name,
                            gboolean             wait,
                            GError             **error)
{
  cloche_autofd int fd = -1;
  int result;

  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), -1);

  fd = openat (self->fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open the lock “%s” in “%s”", name, self->path);
    return -1;
  }

  do
    result = flock (fd, LOCK_EX | (wait ? 0 : LOCK_NB));
  while (result < 0 && errno == EINTR);
  if (result < 0) {
    cloche_set_errno_error (error, errno, "Could not lock “%s” in “%s”", name, self->path);
    return -1;
  }

  return g_steal_fd (&fd);
}

/**
 * cloche_machine_folder_delete:
 * @wait: whether to wait until its keeper has ended
 *
 * Deletes the machine with all that is on its disk. Touches nothing else.
 *
 * Errors: %G_IO_ERROR_WOULD_BLOCK if it is running and @wait is %FALSE.
 */
gboolean
cloche_machine_folder_delete (ClocheMachineFolder *self,
                              gboolean             wait,
                              GError             **error)
{
  g_autofree char *parent_path = NULL;
  g_autofree char *doomed = NULL;
  cloche_autofd int lock = -1;
  cloche_autofd int parent = -1;

  g_return_val_if_fail (CLOCHE_IS_MACHINE_FOLDER (self), FALSE);

  lock = cloche_machine_folder_lock (self, "running", wait, error);
  if (lock < 0)
    return FALSE;

  /* Renamed first: after a crash half a machine is not taken for one. */
  parent_path = g_path_get_dirname (self->path);
  doomed = g_strconcat (".new-", self->id, NULL);
  parent = open (parent_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0 || renameat (parent, self->id, parent, doomed) < 0) {
    cloche_set_errno_error (error, errno, "Could not delete the machine “%s”", self->id);
    return FALSE;
  }

  return remove_folder (parent, doomed, error);
}
