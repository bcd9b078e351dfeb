/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-draft.h"

#include "cloche-agent-contract.h"
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-page-hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A draft is the folder .draft-ID in bases/. It is locked while its maker lives; whoever makes the next draft removes
 * those that nobody holds, which is what a killed build leaves behind.
 */
#define DRAFT_PREFIX ".draft-"

struct _ClocheBaseDraft
{
  GObject parent_instance;

  char *bases_path;
  char *path;
  int bases_fd;
  int fd;                       /* locked */
  gboolean is_published;
};

G_DEFINE_FINAL_TYPE (ClocheBaseDraft, cloche_base_draft, G_TYPE_OBJECT)

/* Drafts hold files only. A failure leaves the folder to the next one who cleans up. */
static void
remove_draft (int         bases_fd,
              const char *name,
              int         fd)
{
  DIR *dir = fdopendir (fcntl (fd, F_DUPFD_CLOEXEC, 0));
  const struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    (void) unlinkat (fd, entry->d_name, 0);
  if (dir != NULL)
    closedir (dir);
  (void) unlinkat (bases_fd, name, AT_REMOVEDIR);
}

static void
remove_abandoned (ClocheBaseDraft *self)
{
  DIR *dir = fdopendir (fcntl (self->bases_fd, F_DUPFD_CLOEXEC, 0));
  const struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL) {
    cloche_autofd int fd = -1;

    if (!g_str_has_prefix (entry->d_name, DRAFT_PREFIX))
      continue;
    fd = openat (self->bases_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
      remove_draft (self->bases_fd, entry->d_name, fd);
  }
  if (dir != NULL)
    closedir (dir);
}

static void
cloche_base_draft_finalize (GObject *object)
{
  ClocheBaseDraft *self = CLOCHE_BASE_DRAFT (object);

  if (self->fd >= 0 && !self->is_published) {
    g_autofree char *name = g_path_get_basename (self->path);

    remove_draft (self->bases_fd, name, self->fd);
  }
  cloche_clear_fd (&self->fd);
  cloche_clear_fd (&self->bases_fd);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->bases_path, g_free);

  G_OBJECT_CLASS (cloche_base_draft_parent_class)->finalize (object);
}

static void
cloche_base_draft_class_init (ClocheBaseDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_base_draft_finalize;
}

static void
cloche_base_draft_init (ClocheBaseDraft *self)
{
  self->bases_fd = -1;
  self->fd = -1;
}

/**
 * cloche_base_draft_new:
 * @bases_path: made if absent
 *
 * Makes an empty folder for a new base, and removes what interrupted builds have left. Blocks.
 */
ClocheBaseDraft *
cloche_base_draft_new (const char *bases_path,
                       GError    **error)
{
  g_autoptr (ClocheBaseDraft) self = g_object_new (CLOCHE_TYPE_BASE_DRAFT, NULL);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *name = g_strconcat (DRAFT_PREFIX, id, NULL);

  self->bases_path = g_strdup (bases_path);
  self->path = g_build_filename (bases_path, name, NULL);
  if (g_mkdir_with_parents (bases_path, 0700) == 0)
    self->bases_fd = open (bases_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (self->bases_fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", bases_path);
    return NULL;
  }

  remove_abandoned (self);
  if (mkdirat (self->bases_fd, name, 0700) == 0)
    self->fd = openat (self->bases_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->fd < 0 || flock (self->fd, LOCK_EX) < 0) {
    cloche_set_errno_error (error, errno, "Could not create a folder in “%s”", bases_path);
    return NULL;
  }

  return g_steal_pointer (&self);
}

const char *
cloche_base_draft_get_path (ClocheBaseDraft *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_DRAFT (self), NULL);

  return self->path;
}

/**
 * cloche_base_draft_peek_fd:
 *
 * The folder, for openat().
 */
int
cloche_base_draft_peek_fd (ClocheBaseDraft *self)
{
  g_return_val_if_fail (CLOCHE_IS_BASE_DRAFT (self), -1);

  return self->fd;
}

typedef struct
{
  JsonObject *manifest;
  GFileProgressCallback progress;
  gpointer progress_data;
  guint64 done;                 /* bytes */
  guint64 told;                 /* bytes */
} Publication;

typedef struct
{
  GFileProgressCallback progress;
  gpointer progress_data;
  guint64 done;
} Report;

/* bytes: how often progress is reported. */
#define REPORT_STEP_BYTES (16 * 1024 * 1024)

static void
publication_free (Publication *publication)
{
  g_clear_pointer (&publication->manifest, json_object_unref);
  g_free (publication);
}

static gboolean
report_cb (gpointer user_data)
{
  Report *report = user_data;

  report->progress ((goffset) report->done, -1, report->progress_data);

  return G_SOURCE_REMOVE;
}

static void
hashed_bytes_cb (guint64  bytes,
                 gpointer user_data)
{
  Publication *publication = user_data;
  Report *report;

  publication->done += bytes;
  if (publication->progress == NULL || publication->done - publication->told < REPORT_STEP_BYTES)
    return;

  publication->told = publication->done;
  report = g_new (Report, 1);
  *report = (Report) {
    publication->progress, publication->progress_data, publication->done
  };
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, report_cb, report, g_free);
}

/* Hashes one file, seals it against writing and gets it to the disk. */
static gboolean
finish_file (ClocheBaseDraft *self,
             const char      *name,
             JsonObject      *files,
             Publication     *publication,
             GCancellable    *cancellable,
             GError         **error)
{
  cloche_autofd int fd = openat (self->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  g_autoptr (JsonObject) entry = json_object_new ();
  g_autofree char *hash = NULL;
  struct stat st;

  if (fd < 0 || fstat (fd, &st) < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s/%s”", self->path, name);
    return FALSE;
  }
  hash = cloche_page_hash_file (fd, cancellable, hashed_bytes_cb, publication, error);
  if (hash == NULL)
    return FALSE;
  if (fchmod (fd, 0400) < 0 || fsync (fd) < 0) {
    cloche_set_errno_error (error, errno, "Could not write “%s/%s” to the disk", self->path, name);
    return FALSE;
  }

  json_object_set_int_member (entry, "size", st.st_size);
  json_object_set_string_member (entry, "sha256", hash);
  json_object_set_object_member (files, name, g_steal_pointer (&entry));

  return TRUE;
}

static JsonObject *
finish_files (ClocheBaseDraft *self,
              Publication     *publication,
              GCancellable    *cancellable,
              GError         **error)
{
  g_autoptr (JsonObject) files = json_object_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, error);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  for (guint i = 0; i < names->len; i++)
    if (!finish_file (self, g_ptr_array_index (names, i), files, publication, cancellable, error))
      return NULL;

  return g_steal_pointer (&files);
}

/* Manifest last, then the name that makes it a base. */
static char *
name_base (ClocheBaseDraft *self,
           JsonObject      *manifest,
           GError         **error)
{
  g_autofree char *text = cloche_json_object_to_line (manifest);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *draft_name = g_path_get_basename (self->path);
  g_autofree char *id = g_strndup (sum, CLOCHE_BASE_ID_LENGTH);

  if (!cloche_replace_file_at (self->fd, CLOCHE_BASE_FILE_MANIFEST, text, strlen (text), 0400, error))
    return NULL;

  if (renameat2 (self->bases_fd, draft_name, self->bases_fd, id, RENAME_NOREPLACE) < 0 ||
      fsync (self->bases_fd) < 0) {
    cloche_set_errno_error (error, errno, "Could not put “%s” in its place", self->path);
    return NULL;
  }
  self->is_published = TRUE;

  return g_build_filename (self->bases_path, id, NULL);
}

static void
publish_thread (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  ClocheBaseDraft *self = source_object;
  Publication *publication = task_data;
  ClocheBaseFolder *folder = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;
  JsonObject *files = finish_files (self, publication, cancellable, &error);

  if (files != NULL) {
    json_object_set_object_member (publication->manifest, "files", files);
    path = name_base (self, publication->manifest, &error);
  }
  if (path != NULL)
    folder = cloche_base_folder_open (path, &error);

  if (folder != NULL)
    g_task_return_pointer (task, folder, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * cloche_base_draft_publish_async:
 * @shape: the machine that the template was frozen from
 * @image: what the image's builder wrote down; copied into the manifest
 * @built_us: when the image was built, in µs since 1970 UTC
 * @progress: (nullable): called on the default main context with the bytes done and -1
 *
 * Makes the draft a base: every file is hashed, made read-only and written to the disk, then the manifest, then the name.
 *
 * Errors: %G_IO_ERROR; %G_IO_ERROR_EXISTS if the very same base is there already.
 */
void
cloche_base_draft_publish_async (ClocheBaseDraft          *self,
                                 const ClocheMachineShape *shape,
                                 JsonObject               *image,
                                 gint64                    built_us,
                                 GCancellable             *cancellable,
                                 GFileProgressCallback     progress,
                                 gpointer                  progress_data,
                                 GAsyncReadyCallback       callback,
                                 gpointer                  user_data)
{
  g_autoptr (GTask) task = NULL;
  Publication *publication;

  g_return_if_fail (CLOCHE_IS_BASE_DRAFT (self) && !self->is_published);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_base_draft_publish_async);
  publication = g_new0 (Publication, 1);
  publication->progress = progress;
  publication->progress_data = progress_data;
  publication->manifest = json_object_new ();
  json_object_set_int_member (publication->manifest, "version", CLOCHE_BASE_MANIFEST_VERSION);
  json_object_set_int_member (publication->manifest, "agent", CLOCHE_AGENT_CONTRACT);
  json_object_set_int_member (publication->manifest, "built_us", built_us);
  json_object_set_object_member (publication->manifest, "shape", cloche_machine_shape_to_json (shape));
  json_object_set_object_member (publication->manifest, "image", json_object_ref (image));
  g_task_set_task_data (task, publication, (GDestroyNotify) publication_free);
  g_task_run_in_thread (task, publish_thread);
}

ClocheBaseFolder *
cloche_base_draft_publish_finish (ClocheBaseDraft *self,
                                  GAsyncResult    *result,
                                  GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
