/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-folder.h"

#include "cloche-agent-contract.h"
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-machine-error.h"
#include "cloche-page-hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

/*
 * manifest.json, written last, so that a folder without it is a half-made one:
 *
 *   { "version": 1, "built_us": N, "shape": {…}, "image": {…}, "files": { NAME: { "size": N, "sha256": HEX }, … } }
 *
 * The name of the folder is the beginning of the manifest's own SHA-256: whoever changes a hash in it changes its name.
 * The files' hashes are those of cloche-page-hash.h.
 */

/* bytes: the manifest names every package of the image, some 600 of them. */
#define MANIFEST_MAX_BYTES (1024 * 1024)

struct _ClocheBaseFolder
{
  GObject parent_instance;

  char *id;
  char *path;
  int fd;
  JsonObject *manifest;
  ClocheMachineShape *shape;
  guint64 bytes;
};

G_DEFINE_FINAL_TYPE (ClocheBaseFolder, cloche_base_folder, G_TYPE_OBJECT)

/* The files without which there is no base. */
static const char *const REQUIRED[] = {
  CLOCHE_BASE_FILE_KERNEL,
  CLOCHE_BASE_FILE_INITRD,
  CLOCHE_BASE_FILE_ROOT,
  CLOCHE_BASE_FILE_DISK,
  CLOCHE_BASE_FILE_RAM,
  CLOCHE_BASE_FILE_STATE,
};

static gboolean
damaged (GError    **error,
         const char *path,
         const char *what)
{
  g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_DAMAGED, "“%s”: %s", path, what);

  return FALSE;
}

static gboolean
incomplete (GError    **error,
            const char *path,
            const char *name)
{
  g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE, "“%s” has no %s", path, name);

  return FALSE;
}

static gboolean
read_manifest (ClocheBaseFolder *self,
               GError          **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) bytes = cloche_read_file_at (self->fd, CLOCHE_BASE_FILE_MANIFEST, MANIFEST_MAX_BYTES, &local);
  g_autofree char *sum = NULL;

  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return incomplete (error, self->path, CLOCHE_BASE_FILE_MANIFEST);
  if (bytes == NULL)
    return damaged (error, self->path, local->message);

  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (strncmp (sum, self->id, CLOCHE_BASE_ID_LENGTH) != 0)
    return damaged (error, self->path, "the manifest is not the one that gave the folder its name");

  self->manifest = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &local);
  if (self->manifest == NULL)
    return damaged (error, self->path, local->message);

  return TRUE;
}

static gboolean
check_file (ClocheBaseFolder *self,
            const char       *name,
            JsonObject       *entry,
            GError          **error)
{
  gint64 size = cloche_json_get_int (entry, "size", -1);
  struct stat st;

  if (strchr (name, '/') != NULL || *name == '.')
    return damaged (error, self->path, "the manifest names a file elsewhere");
  if (fstatat (self->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return incomplete (error, self->path, name);
  if (!S_ISREG (st.st_mode) || st.st_size != size) {
    g_autofree char *what = g_strdup_printf ("%s does not have the size that the manifest says", name);

    return damaged (error, self->path, what);
  }
  self->bytes += (guint64) st.st_blocks * 512;

  return TRUE;
}

static gboolean
check_files (ClocheBaseFolder *self,
             GError          **error)
{
  JsonObject *files = cloche_json_get_object (self->manifest, "files");
  g_autoptr (GList) names = files != NULL ? json_object_get_members (files) : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (REQUIRED); i++)
    if (files == NULL || cloche_json_get_object (files, REQUIRED[i]) == NULL)
      return incomplete (error, self->path, REQUIRED[i]);

  for (GList *name = names; name != NULL; name = name->next) {
    JsonObject *entry = cloche_json_get_object (files, name->data);

    if (entry == NULL)
      return damaged (error, self->path, "the manifest is not understood");
    if (!check_file (self, name->data, entry, error))
      return FALSE;
  }

  return TRUE;
}

static gboolean
check_shape (ClocheBaseFolder *self,
             GError          **error)
{
  JsonObject *shape = cloche_json_get_object (self->manifest, "shape");

  if (cloche_json_get_int (self->manifest, "version", 0) != CLOCHE_BASE_MANIFEST_VERSION ||
      cloche_json_get_int (self->manifest, "agent", 0) != CLOCHE_AGENT_CONTRACT) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_MISMATCH,
                 "“%s” was made by another version of Cloche", self->path);
    return FALSE;
  }
  if (shape == NULL)
    return damaged (error, self->path, "the manifest does not say for which machine it is");

  self->shape = cloche_machine_shape_from_json (shape, error);

  return self->shape != NULL;
}

static void
cloche_base_folder_finalize (GObject *object)
{
  ClocheBaseFolder *self = CLOCHE_BASE_FOLDER (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->manifest, json_object_unref);
  g_clear_pointer (&self->shape, cloche_machine_shape_free);
  cloche_clear_fd (&self->fd);

  G_OBJECT_CLASS (cloche_base_folder_parent_class)->finalize (object);
}

static void
cloche_base_folder_class_init (ClocheBaseFolderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_base_folder_finalize;
}

static void
cloche_base_folder_init (ClocheBaseFolder *self)
{
  self->fd = -1;
}

/**
 * cloche_base_folder_open:
 * @path: of a folder in bases/
 *
 * Opens a base and checks what can be checked at once: the manifest, and that every file is there with its size. Blocks.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE, _BASE_DAMAGED, _BASE_MISMATCH; %G_IO_ERROR_NOT_FOUND if there is no such
 * folder.
 */
ClocheBaseFolder *
cloche_base_folder_open (const char *path,
                         GError    **error)
{
  g_autoptr (ClocheBaseFolder) self = g_object_new (CLOCHE_TYPE_BASE_FOLDER, NULL);

  self->path = g_strdup (path);
  self->id = g_path_get_basename (path);
  if (!cloche_base_id_is_valid (self->id)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "“%s” is not the folder of a base", path);
    return NULL;
  }

  self->fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", path);
    return NULL;
  }

  if (!read_manifest (self, error) || !check_shape (self, error) || !check_files (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

const char *
cloche_base_folder_get_id (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), NULL);

  return self->id;
}

const char *
cloche_base_folder_get_path (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), NULL);

  return self->path;
}

/**
 * cloche_base_folder_get_built_us:
 *
 * When its image was built, in µs since 1970 UTC.
 */
gint64
cloche_base_folder_get_built_us (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), 0);

  return cloche_json_get_int (self->manifest, "built_us", 0);
}

const ClocheMachineShape *
cloche_base_folder_get_shape (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), NULL);

  return self->shape;
}

/**
 * cloche_base_folder_get_image:
 *
 * Returns: (nullable): what the image's builder wrote down: package versions and the like
 */
JsonObject *
cloche_base_folder_get_image (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), NULL);

  return cloche_json_get_object (self->manifest, "image");
}

/**
 * cloche_base_folder_get_bytes:
 *
 * What it takes of the disk, in bytes; holes are not counted.
 */
guint64
cloche_base_folder_get_bytes (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), 0);

  return self->bytes;
}

static const char *
get_hash (ClocheBaseFolder *self,
          const char       *name)
{
  JsonObject *files = cloche_json_get_object (self->manifest, "files");

  return cloche_json_get_string (cloche_json_get_object (files, name), "sha256");
}

/**
 * cloche_base_folder_get_root:
 *
 * The hash of its root: bases of the same one differ in what runs them, not in what a machine's disk lies over.
 */
const char *
cloche_base_folder_get_root (ClocheBaseFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), NULL);

  return get_hash (self, CLOCHE_BASE_FILE_ROOT);
}

/**
 * cloche_base_folder_read_root:
 * @path: of a folder in bases/, whether it can be used or not
 *
 * Returns: (nullable): as cloche_base_folder_get_root(), or %NULL if not even its manifest is whole
 */
char *
cloche_base_folder_read_root (const char *path)
{
  g_autoptr (ClocheBaseFolder) self = g_object_new (CLOCHE_TYPE_BASE_FOLDER, NULL);

  self->path = g_strdup (path);
  self->id = g_path_get_basename (path);
  self->fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  return self->fd >= 0 && read_manifest (self, NULL) ? g_strdup (get_hash (self, CLOCHE_BASE_FILE_ROOT)) : NULL;
}

/**
 * cloche_base_folder_open_file:
 * @name: one of CLOCHE_BASE_FILE_…
 *
 * Opens a file of the base for reading.
 */
int
cloche_base_folder_open_file (ClocheBaseFolder *self,
                              const char       *name,
                              GError          **error)
{
  int fd;

  g_return_val_if_fail (CLOCHE_IS_BASE_FOLDER (self), -1);

  fd = openat (self->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    cloche_set_errno_error (error, errno, "Could not open “%s/%s”", self->path, name);

  return fd;
}

/* What the thread that verifies tells the main loop. */
typedef struct
{
  GFileProgressCallback progress;
  gpointer progress_data;
  guint64 done;                 /* bytes */
  guint64 told;                 /* bytes */
  guint64 total;                /* bytes */
} Verification;

typedef struct
{
  GFileProgressCallback progress;
  gpointer progress_data;
  guint64 done;
  guint64 total;
} Report;

/* bytes: how often progress is reported. */
#define REPORT_STEP_BYTES (16 * 1024 * 1024)

static gboolean
report_cb (gpointer user_data)
{
  Report *report = user_data;

  report->progress ((goffset) report->done, (goffset) report->total, report->progress_data);

  return G_SOURCE_REMOVE;
}

static void
hashed_bytes_cb (guint64  bytes,
                 gpointer user_data)
{
  Verification *verification = user_data;
  Report *report;

  verification->done += bytes;
  if (verification->progress == NULL || verification->done - verification->told < REPORT_STEP_BYTES)
    return;

  verification->told = verification->done;
  report = g_new (Report, 1);
  *report = (Report) {
    verification->progress, verification->progress_data, verification->done, verification->total
  };
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, report_cb, report, g_free);
}

static gboolean
verify_file (ClocheBaseFolder *self,
             const char       *name,
             Verification     *verification,
             GCancellable     *cancellable,
             GError          **error)
{
  const char *expected = get_hash (self, name);
  cloche_autofd int fd = cloche_base_folder_open_file (self, name, error);
  g_autofree char *found = NULL;
  g_autofree char *what = NULL;

  if (fd < 0)
    return FALSE;
  found = cloche_page_hash_file (fd, cancellable, hashed_bytes_cb, verification, error);
  if (found == NULL)
    return FALSE;
  if (g_strcmp0 (found, expected) == 0)
    return TRUE;

  what = g_strdup_printf ("%s is not what the manifest says", name);
  return damaged (error, self->path, what);
}

static void
verify_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  ClocheBaseFolder *self = source_object;
  g_autoptr (GList) names = json_object_get_members (cloche_json_get_object (self->manifest, "files"));
  GError *error = NULL;

  for (GList *name = names; name != NULL; name = name->next)
    if (!verify_file (self, name->data, task_data, cancellable, &error)) {
      g_task_return_error (task, error);
      return;
    }

  g_task_return_boolean (task, TRUE);
}

/**
 * cloche_base_folder_verify_async:
 * @progress: (nullable): called on the default main context every now and then
 *
 * Compares every byte of the base with its manifest.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_BASE_DAMAGED.
 */
void
cloche_base_folder_verify_async (ClocheBaseFolder     *self,
                                 GCancellable         *cancellable,
                                 GFileProgressCallback progress,
                                 gpointer              progress_data,
                                 GAsyncReadyCallback   callback,
                                 gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;
  Verification *verification;

  g_return_if_fail (CLOCHE_IS_BASE_FOLDER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_base_folder_verify_async);
  verification = g_new0 (Verification, 1);
  verification->progress = progress;
  verification->progress_data = progress_data;
  verification->total = self->bytes;
  g_task_set_task_data (task, verification, g_free);
  g_task_run_in_thread (task, verify_thread);
}

gboolean
cloche_base_folder_verify_finish (ClocheBaseFolder *self,
                                  GAsyncResult     *result,
                                  GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
cloche_base_id_is_valid (const char *id)
{
  return id != NULL && strlen (id) == CLOCHE_BASE_ID_LENGTH &&
         strspn (id, "0123456789abcdef") == CLOCHE_BASE_ID_LENGTH;
}
