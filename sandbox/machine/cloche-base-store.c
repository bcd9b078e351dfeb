/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-store.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-machine-error.h"
#include "cloche-machine-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct _ClocheBaseStore
{
  GObject parent_instance;

  char *bases_path;
  char *machines_path;
};

G_DEFINE_FINAL_TYPE (ClocheBaseStore, cloche_base_store, G_TYPE_OBJECT)

static void
cloche_base_store_finalize (GObject *object)
{
  ClocheBaseStore *self = CLOCHE_BASE_STORE (object);

  g_clear_pointer (&self->bases_path, g_free);
  g_clear_pointer (&self->machines_path, g_free);

  G_OBJECT_CLASS (cloche_base_store_parent_class)->finalize (object);
}

static void
cloche_base_store_class_init (ClocheBaseStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_base_store_finalize;
}

static void
cloche_base_store_init (ClocheBaseStore *self)
{
}

/* The machines that name @base_id. One whose description cannot be read may name any base: it holds them all. */
static GStrv
find_holders (ClocheBaseStore *self,
              const char      *base_id)
{
  g_autoptr (GStrvBuilder) holders = g_strv_builder_new ();
  g_autoptr (GDir) dir = g_dir_open (self->machines_path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autoptr (ClocheMachineFolder) folder = NULL;

    if (!cloche_id_is_valid (name))
      continue;
    folder = cloche_machine_folder_open (self->machines_path, name, NULL);
    if (folder == NULL || strcmp (cloche_machine_folder_get_base_id (folder), base_id) == 0)
      g_strv_builder_add (holders, name);
  }

  return g_strv_builder_end (holders);
}

ClocheBaseStore *
cloche_base_store_new (const char *data_path)
{
  ClocheBaseStore *self = g_object_new (CLOCHE_TYPE_BASE_STORE, NULL);

  self->bases_path = g_build_filename (data_path, "bases", NULL);
  self->machines_path = g_build_filename (data_path, "machines", NULL);

  return self;
}

const char *
cloche_base_store_get_bases_path (ClocheBaseStore *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_STORE (self), NULL);

  return self->bases_path;
}

/**
 * cloche_base_store_open:
 *
 * Errors: as cloche_base_folder_open(). Blocks, like everything here.
 */
ClocheBaseFolder *
cloche_base_store_open (ClocheBaseStore *self,
                        const char      *id,
                        GError         **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (CLOCHE_IS_BASE_STORE (self), NULL);

  path = g_build_filename (self->bases_path, id, NULL);

  return cloche_base_folder_open (path, error);
}

static gboolean
fits (ClocheBaseFolder *base,
      const char       *qemu_version,
      ClocheAccelerator accelerator,
      ClocheMachineSize size)
{
  const ClocheMachineShape *shape = cloche_base_folder_get_shape (base);

  return strcmp (shape->qemu_version, qemu_version) == 0 && shape->accelerator == accelerator && shape->size == size;
}

/* The newest of those that fit. @root: (nullable): and that have this one */
static ClocheBaseFolder *
find_newest (GPtrArray        *entries,
             const char       *root,
             const char       *qemu_version,
             ClocheAccelerator accelerator,
             ClocheMachineSize size)
{
  ClocheBaseFolder *newest = NULL;

  for (guint i = 0; i < entries->len; i++) {
    ClocheBaseFolder *base = ((ClocheBaseEntry *) g_ptr_array_index (entries, i))->folder;

    if (base == NULL || !fits (base, qemu_version, accelerator, size) ||
        (root != NULL && g_strcmp0 (root, cloche_base_folder_get_root (base)) != 0))
      continue;
    if (newest == NULL || cloche_base_folder_get_built_us (base) > cloche_base_folder_get_built_us (newest))
      newest = base;
  }

  return newest;
}

/**
 * cloche_base_store_newest:
 *
 * The base with the newest image among those that fit. If none fits but one is damaged, its error is the one reported:
 * it is what the user can do something about. One that another version made is reported only if none is damaged.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_BASE, or that of one that cannot be used.
 */
ClocheBaseFolder *
cloche_base_store_newest (ClocheBaseStore  *self,
                          const char       *qemu_version,
                          ClocheAccelerator accelerator,
                          ClocheMachineSize size,
                          GError          **error)
{
  g_autoptr (GPtrArray) entries = cloche_base_store_list (self, error);
  ClocheBaseFolder *newest = NULL;
  const GError *problem = NULL;

  if (entries == NULL)
    return NULL;

  for (guint i = 0; i < entries->len; i++) {
    ClocheBaseEntry *entry = g_ptr_array_index (entries, i);

    if (entry->folder == NULL &&
        (problem == NULL || g_error_matches (problem, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_MISMATCH)))
      problem = entry->error;
  }
  newest = find_newest (entries, NULL, qemu_version, accelerator, size);

  if (newest == NULL && problem != NULL)
    g_propagate_error (error, g_error_copy (problem));
  else if (newest == NULL)
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_BASE,
                 "There is no base for QEMU %s with %s in “%s”", qemu_version,
                 cloche_accelerator_to_string (accelerator), self->bases_path);

  return newest != NULL ? g_object_ref (newest) : NULL;
}

/**
 * cloche_base_store_find_successor:
 * @id: the base of a machine
 *
 * What a machine can go on from if its base cannot be used any more: it is damaged, or made for another version of QEMU or
 * of Cloche. Only the very same root will do, since the machine's disk lies over it.
 *
 * Returns: (transfer full) (nullable): the newest that fits; %NULL if there is none, or if none is needed
 */
ClocheBaseFolder *
cloche_base_store_find_successor (ClocheBaseStore  *self,
                                  const char       *id,
                                  const char       *qemu_version,
                                  ClocheAccelerator accelerator,
                                  ClocheMachineSize size)
{
  g_autoptr (ClocheBaseFolder) own = cloche_base_store_open (self, id, NULL);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *path = NULL;
  g_autofree char *root = NULL;
  ClocheBaseFolder *newest;

  if (own != NULL && fits (own, qemu_version, accelerator, size))
    return NULL;

  path = g_build_filename (self->bases_path, id, NULL);
  root = cloche_base_folder_read_root (path);
  entries = root != NULL ? cloche_base_store_list (self, NULL) : NULL;
  newest = entries != NULL ? find_newest (entries, root, qemu_version, accelerator, size) : NULL;

  return newest != NULL ? g_object_ref (newest) : NULL;
}

/**
 * cloche_base_store_list:
 *
 * Returns: (transfer full) (element-type ClocheBaseEntry): every base, also those that are damaged
 */
GPtrArray *
cloche_base_store_list (ClocheBaseStore *self,
                        GError         **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_val_if_fail (CLOCHE_IS_BASE_STORE (self), NULL);

  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_base_entry_free);
  dir = g_dir_open (self->bases_path, 0, &local);
  if (dir == NULL && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    ClocheBaseEntry *entry;

    if (!cloche_base_id_is_valid (name))
      continue;
    entry = g_new0 (ClocheBaseEntry, 1);
    entry->id = g_strdup (name);
    entry->folder = cloche_base_store_open (self, name, &entry->error);
    entry->holders = find_holders (self, name);
    g_ptr_array_add (entries, entry);
  }

  return g_steal_pointer (&entries);
}

/**
 * cloche_base_store_lock:
 * @exclusive: %TRUE to collect, %FALSE to name a base in a new machine.json
 *
 * Waits until whoever holds the lock the other way is done, which takes no longer than copying an empty disk.
 */
int
cloche_base_store_lock (ClocheBaseStore *self,
                        gboolean         exclusive,
                        GError         **error)
{
  g_autofree char *path = NULL;
  cloche_autofd int fd = -1;
  int result;

  g_return_val_if_fail (CLOCHE_IS_BASE_STORE (self), -1);

  path = g_build_filename (self->bases_path, ".lock", NULL);
  if (g_mkdir_with_parents (self->bases_path, 0700) == 0)
    fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", path);
    return -1;
  }

  do
    result = flock (fd, exclusive ? LOCK_EX : LOCK_SH);
  while (result < 0 && errno == EINTR);
  if (result < 0) {
    cloche_set_errno_error (error, errno, "Could not lock “%s”", path);
    return -1;
  }

  return g_steal_fd (&fd);
}

static gboolean
remove_base (ClocheBaseStore *self,
             const char      *id,
             GError         **error)
{
  g_autofree char *path = g_build_filename (self->bases_path, id, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  cloche_autofd int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const char *name;

  if (dir == NULL)
    return FALSE;

  /* The manifest first: from then on it is no base any more. */
  (void) unlinkat (fd, CLOCHE_BASE_FILE_MANIFEST, 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    (void) unlinkat (fd, name, 0);
  if (rmdir (path) < 0) {
    cloche_set_errno_error (error, errno, "Could not delete “%s”", path);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_base_store_collect:
 * @keep_ids: (nullable) (element-type utf8): bases that stay although nobody holds them: what the next machines start from
 *
 * Deletes the bases that no machine names.
 *
 * Returns: (transfer full) (element-type utf8): the ids of those that were deleted
 */
GPtrArray *
cloche_base_store_collect (ClocheBaseStore *self,
                           GPtrArray       *keep_ids,
                           GError         **error)
{
  cloche_autofd int lock = cloche_base_store_lock (self, TRUE, error);
  g_autoptr (GPtrArray) entries = lock >= 0 ? cloche_base_store_list (self, error) : NULL;
  g_autoptr (GPtrArray) deleted = g_ptr_array_new_with_free_func (g_free);

  if (entries == NULL)
    return NULL;

  for (guint i = 0; i < entries->len; i++) {
    ClocheBaseEntry *entry = g_ptr_array_index (entries, i);

    if (entry->holders[0] != NULL ||
        (keep_ids != NULL && g_ptr_array_find_with_equal_func (keep_ids, entry->id, g_str_equal, NULL)))
      continue;
    if (!remove_base (self, entry->id, error))
      return NULL;
    g_ptr_array_add (deleted, g_strdup (entry->id));
  }

  return g_steal_pointer (&deleted);
}

void
cloche_base_entry_free (ClocheBaseEntry *entry)
{
  if (entry == NULL)
    return;

  g_free (entry->id);
  g_clear_object (&entry->folder);
  g_clear_error (&entry->error);
  g_strfreev (entry->holders);
  g_free (entry);
}
