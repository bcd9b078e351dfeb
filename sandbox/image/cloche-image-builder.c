/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-builder.h"

#include "cloche-base-error.h"
#include "cloche-bootstrap.h"
#include "cloche-fd.h"
#include "cloche-image-command.h"
#include "cloche-image-draft.h"
#include "cloche-image-error.h"
#include "cloche-image-recipe.h"
#include "cloche-image-store.h"
#include "cloche-image-tree.h"
#include "cloche-json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * A build, in one worker thread from top to bottom:
 *
 *   recipe ── mmdebstrap ──► tree ── mkfs.erofs ──► root.erofs
 *                             ├───────────────────► kernel
 *                             └── modules ──┬─────► initrd
 *   guest.cpio ─────────────────────────────┘
 *
 * Where an image of the same recipe is there and only our own part is new ("if needed"), root, kernel and the modules'
 * part of the initrd are taken from it.
 */

/* bytes: the tree and the packages that it is made from: 1.8 GB and 0.5 GB. */
#define CACHE_NEEDED_BYTES (G_GUINT64_CONSTANT (3) * 1024 * 1024 * 1024)
/* bytes: the image, and the frozen machine that is made of it at once: 0.9 GB and at most 1.5 GB. */
#define DATA_NEEDED_BYTES (G_GUINT64_CONSTANT (5) * 512 * 1024 * 1024)

/* bytes: all that is ours in a machine, which stays in its memory. */
#define GUEST_MAX_BYTES (256 * 1024 * 1024)

/* A change that nobody sees is not told. */
#define PROGRESS_GRAIN 0.005

struct _ClocheImageBuilder
{
  GObject parent_instance;

  /* Owned */
  char *data_path;
  char *cache_path;
  char *recipe_path;
  char *guest_path;
  ClocheAptMirror *mirror;      /* NULL: the host's */
  gboolean if_needed;
};

enum {
  SIGNAL_PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheImageBuilder, cloche_image_builder, G_TYPE_OBJECT)

/* What the worker thread works on. The builder is only the source of signals there, and nobody sets anything meanwhile. */
typedef struct
{
  ClocheImageBuilder *builder;
  GMainContext *context;
  ClocheImageRecipe *recipe;
  GBytes *guest;                /* our part of the initrd */
  char *guest_key;
  ClocheBootstrapProgress bootstrap;
  ClocheImageStep step;
  double done;
} Build;

static void
build_free (Build *build)
{
  g_clear_pointer (&build->context, g_main_context_unref);
  g_clear_pointer (&build->recipe, cloche_image_recipe_free);
  g_clear_object (&build->builder);
  g_clear_pointer (&build->guest, g_bytes_unref);
  g_free (build->guest_key);
  g_free (build);
}

typedef struct
{
  ClocheImageBuilder *builder;
  ClocheImageStep step;
  double done;
} Report;

static gboolean
emit_report_cb (gpointer user_data)
{
  Report *report = user_data;

  g_signal_emit (report->builder, signals[SIGNAL_PROGRESS], 0, (int) report->step, report->done);

  return G_SOURCE_REMOVE;
}

static void
report_free (gpointer data)
{
  Report *report = data;

  g_object_unref (report->builder);
  g_free (report);
}

static void
tell (Build          *build,
      ClocheImageStep step,
      double          done)
{
  Report *report;

  if (step == build->step && ABS (done - build->done) < PROGRESS_GRAIN)
    return;

  build->step = step;
  build->done = done;
  report = g_new0 (Report, 1);
  *report = (Report) { g_object_ref (build->builder), step, done };
  g_main_context_invoke_full (build->context, G_PRIORITY_DEFAULT, emit_report_cb, report, report_free);
}

static void
bootstrap_line_cb (const char *line,
                   gpointer    user_data)
{
  Build *build = user_data;

  tell (build, CLOCHE_IMAGE_STEP_PACKAGES, cloche_bootstrap_progress_feed (&build->bootstrap, line));
}

/* 1. Before anything is begun */

/* Read once and kept: the build tree may replace the file meanwhile, and key and content must agree. */
static gboolean
read_guest (Build   *build,
            GError **error)
{
  g_autofree char *folder = g_path_get_dirname (build->builder->guest_path);
  g_autofree char *name = g_path_get_basename (build->builder->guest_path);
  g_autofree char *target = g_file_read_link (build->builder->guest_path, NULL);
  cloche_autofd int dir_fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  build->guest = cloche_read_file_at (dir_fd, target != NULL ? target : name, GUEST_MAX_BYTES, error);
  if (build->guest == NULL)
    return FALSE;
  build->guest_key = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, build->guest);

  return TRUE;
}

static gboolean
check_one_disk (const char *path,
                guint64     needed,
                GError    **error)
{
  struct statvfs vfs;
  guint64 available;

  if (statvfs (path, &vfs) < 0) {
    cloche_set_errno_error (error, errno, "Could not look at the disk of “%s”", path);
    return FALSE;
  }

  available = (guint64) vfs.f_bavail * vfs.f_frsize;
  if (available < needed) {
    g_autofree char *needed_text = g_format_size (needed);
    g_autofree char *available_text = g_format_size (available);

    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_SPACE, "“%s”: %s needed, %s free", path,
                 needed_text, available_text);
    return FALSE;
  }

  return TRUE;
}

static gboolean
check_space (const char *cache_path,
             const char *data_path,
             GError    **error)
{
  struct stat cache, data;

  if (stat (cache_path, &cache) < 0 || stat (data_path, &data) < 0) {
    cloche_set_errno_error (error, errno, "Could not look at “%s” and “%s”", cache_path, data_path);
    return FALSE;
  }

  if (cache.st_dev == data.st_dev)
    return check_one_disk (cache_path, CACHE_NEEDED_BYTES + DATA_NEEDED_BYTES, error);

  return check_one_disk (cache_path, CACHE_NEEDED_BYTES, error) && check_one_disk (data_path, DATA_NEEDED_BYTES, error);
}

/* 2. The root, made or taken */

static gboolean
make_root (Build            *build,
           ClocheImageDraft *draft,
           int               initrd_fd,
           JsonObject       *manifest,
           GCancellable     *cancellable,
           GError          **error)
{
  ClocheImageBuilder *self = build->builder;
  g_autoptr (ClocheAptMirror) host_mirror = self->mirror == NULL ? cloche_apt_mirror_from_host ("/etc/apt", error) : NULL;
  const ClocheAptMirror *mirror = self->mirror != NULL ? self->mirror : host_mirror;
  g_autofree char *root_path = g_build_filename (cloche_image_draft_get_path (draft), CLOCHE_IMAGE_FILE_ROOT, NULL);
  g_autoptr (ClocheImageTree) tree = NULL;
  JsonObject *packages;
  gsize modules_bytes;

  if (mirror == NULL || !cloche_apt_mirror_check_uri (mirror->archive, error) ||
      (mirror->security != NULL && !cloche_apt_mirror_check_uri (mirror->security, error)) ||
      (tree = cloche_image_tree_new (self->cache_path, error)) == NULL ||
      !check_space (self->cache_path, self->data_path, error))
    return FALSE;

  tell (build, CLOCHE_IMAGE_STEP_PACKAGES, 0);
  if (!cloche_image_tree_bootstrap (tree, build->recipe, mirror, bootstrap_line_cb, build, cancellable, error))
    return FALSE;

  tell (build, CLOCHE_IMAGE_STEP_ROOT, -1);
  if ((packages = cloche_image_tree_read_packages (tree, error)) == NULL)
    return FALSE;
  json_object_set_object_member (manifest, "packages", packages);
  json_object_set_string_member (manifest, "mirror", mirror->archive);
  json_object_set_int_member (manifest, "packages_us", g_get_real_time ());

  if (!cloche_image_tree_take_kernel (tree, cloche_image_draft_peek_fd (draft), error) ||
      !cloche_image_tree_write_modules (tree, build->recipe, initrd_fd, &modules_bytes, error) ||
      !cloche_image_tree_write_root (tree, build->recipe, root_path, cancellable, error))
    return FALSE;
  json_object_set_int_member (manifest, "modules_bytes", (gint64) modules_bytes);

  return TRUE;
}

static gboolean
copy_start (int      from_fd,
            int      to_fd,
            guint64  bytes,
            GError **error)
{
  off_t offset = 0;

  while ((guint64) offset < bytes) {
    ssize_t n = copy_file_range (from_fd, &offset, to_fd, NULL, bytes - (guint64) offset, 0);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      cloche_set_errno_error (error, n < 0 ? errno : EIO, "Could not copy");
      return FALSE;
    }
  }

  return TRUE;
}

static gboolean
take_root (ClocheImageFolder *from,
           ClocheImageDraft  *draft,
           int                initrd_fd,
           JsonObject        *manifest,
           GCancellable      *cancellable,
           GError           **error)
{
  static const char *const COPIED[] = { "mirror", "modules_bytes", "packages", "packages_us" };
  JsonObject *old = cloche_image_folder_get_manifest (from);
  g_autofree char *initrd_path = g_build_filename (cloche_image_folder_get_path (from), CLOCHE_IMAGE_FILE_INITRD, NULL);
  cloche_autofd int old_initrd = open (initrd_path, O_RDONLY | O_CLOEXEC);
  int draft_fd = cloche_image_draft_peek_fd (draft);

  for (gsize i = 0; i < G_N_ELEMENTS (COPIED); i++)
    if (cloche_json_get_node (old, COPIED[i]) != NULL)
      json_object_set_member (manifest, COPIED[i], json_node_copy (cloche_json_get_node (old, COPIED[i])));

  if (old_initrd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", initrd_path);
    return FALSE;
  }

  /* The new manifest will vouch for these bytes, so the old one has to first. */
  return cloche_image_folder_verify_file (from, CLOCHE_IMAGE_FILE_KERNEL, cancellable, error) &&
         cloche_image_folder_verify_file (from, CLOCHE_IMAGE_FILE_INITRD, cancellable, error) &&
         cloche_image_folder_verify_file (from, CLOCHE_IMAGE_FILE_ROOT, cancellable, error) &&
         cloche_image_folder_link_into (from, CLOCHE_IMAGE_FILE_KERNEL, draft_fd, error) &&
         cloche_image_folder_link_into (from, CLOCHE_IMAGE_FILE_ROOT, draft_fd, error) &&
         copy_start (old_initrd, initrd_fd, cloche_image_folder_get_modules_bytes (from), error);
}

/* 3. The rest */

static gboolean
append_guest (GBytes  *guest,
              int      initrd_fd,
              GError **error)
{
  gsize length;
  const void *bytes = g_bytes_get_data (guest, &length);

  if (lseek (initrd_fd, 0, SEEK_END) < 0) {
    cloche_set_errno_error (error, errno, "Could not write the initrd");
    return FALSE;
  }

  return cloche_write_all (initrd_fd, bytes, length, error);
}

static JsonObject *
start_manifest (Build *build)
{
  g_autoptr (JsonObject) manifest = json_object_new ();

  json_object_set_int_member (manifest, "format", CLOCHE_IMAGE_FORMAT);
  json_object_set_int_member (manifest, "built_us", g_get_real_time ());
  json_object_set_string_member (manifest, "suite", cloche_image_recipe_get_suite (build->recipe));
  json_object_set_string_member (manifest, "recipe_key", cloche_image_recipe_get_key (build->recipe));
  json_object_set_string_member (manifest, "guest_key", build->guest_key);

  return g_steal_pointer (&manifest);
}

static ClocheImageFolder *
publish (Build            *build,
         ClocheImageDraft *draft,
         JsonObject       *manifest,
         GCancellable     *cancellable,
         GError          **error)
{
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  tell (build, CLOCHE_IMAGE_STEP_DESCRIBE, -1);
  json_object_set_object_member (manifest, "files", json_object_new ());
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++)
    if (!cloche_image_manifest_add_file (manifest, cloche_image_draft_peek_fd (draft), CLOCHE_IMAGE_FILES[i], cancellable, error))
      return NULL;

  text = cloche_json_object_to_line (manifest);
  bytes = g_bytes_new_take (text, strlen (text));

  return cloche_image_draft_publish (draft, bytes, error);
}

static ClocheImageFolder *
build_image (Build        *build,
             GCancellable *cancellable,
             GError      **error)
{
  ClocheImageBuilder *self = build->builder;
  g_autofree char *images_path = cloche_image_store_dup_path (self->data_path);
  g_autoptr (ClocheImageDraft) draft = NULL;
  g_autoptr (ClocheImageFolder) same_root = NULL;
  g_autoptr (JsonObject) manifest = NULL;
  cloche_autofd int initrd_fd = -1;

  if ((build->recipe = cloche_image_recipe_load (self->recipe_path, error)) == NULL ||
      !read_guest (build, error))
    return NULL;

  if (self->if_needed) {
    ClocheImageFolder *same = cloche_image_store_find (self->data_path, cloche_image_recipe_get_key (build->recipe),
                                                       build->guest_key);

    if (same != NULL)
      return same;
    same_root = cloche_image_store_find (self->data_path, cloche_image_recipe_get_key (build->recipe), NULL);
  }

  if ((draft = cloche_image_draft_new (images_path, error)) == NULL ||
      (initrd_fd = cloche_open_beneath (cloche_image_draft_peek_fd (draft), CLOCHE_IMAGE_FILE_INITRD,
                                        O_RDWR | O_CREAT | O_EXCL, 0600, error)) < 0)
    return NULL;

  manifest = start_manifest (build);
  if (!(same_root != NULL ? take_root (same_root, draft, initrd_fd, manifest, cancellable, error)
                          : make_root (build, draft, initrd_fd, manifest, cancellable, error)) ||
      !append_guest (build->guest, initrd_fd, error))
    return NULL;

  return publish (build, draft, manifest, cancellable, error);
}

static void
build_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  GError *error = NULL;
  ClocheImageFolder *image = build_image (task_data, cancellable, &error);

  if (image != NULL)
    g_task_return_pointer (task, image, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
cloche_image_builder_finalize (GObject *object)
{
  ClocheImageBuilder *self = CLOCHE_IMAGE_BUILDER (object);

  g_clear_pointer (&self->data_path, g_free);
  g_clear_pointer (&self->cache_path, g_free);
  g_clear_pointer (&self->recipe_path, g_free);
  g_clear_pointer (&self->guest_path, g_free);
  g_clear_pointer (&self->mirror, cloche_apt_mirror_free);

  G_OBJECT_CLASS (cloche_image_builder_parent_class)->finalize (object);
}

static void
cloche_image_builder_class_init (ClocheImageBuilderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_image_builder_finalize;

  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", CLOCHE_TYPE_IMAGE_BUILDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_DOUBLE);
}

static void
cloche_image_builder_init (ClocheImageBuilder *self)
{
}

/**
 * cloche_image_builder_new:
 * @data_path: the user's data folder of ours, where images are installed
 * @cache_path: the user's cache folder of ours, for the tree
 * @recipe_path: the recipe's folder
 * @guest_path: our part of the initrd, an uncompressed cpio
 */
ClocheImageBuilder *
cloche_image_builder_new (const char *data_path,
                          const char *cache_path,
                          const char *recipe_path,
                          const char *guest_path)
{
  ClocheImageBuilder *self = g_object_new (CLOCHE_TYPE_IMAGE_BUILDER, NULL);

  self->data_path = g_strdup (data_path);
  self->cache_path = g_strdup (cache_path);
  self->recipe_path = g_strdup (recipe_path);
  self->guest_path = g_strdup (guest_path);

  return self;
}

/**
 * cloche_image_builder_set_mirror:
 * @security: (nullable): NULL for none
 *
 * Where packages come from instead of where this host's come from.
 */
void
cloche_image_builder_set_mirror (ClocheImageBuilder *self,
                                 const char         *archive,
                                 const char         *security)
{
  g_return_if_fail (CLOCHE_IS_IMAGE_BUILDER (self));
  g_return_if_fail (archive != NULL);

  g_clear_pointer (&self->mirror, cloche_apt_mirror_free);
  self->mirror = cloche_apt_mirror_new (archive, security);
}

/**
 * cloche_image_builder_set_if_needed:
 *
 * Whether an image that was made from the same things before is as good as a new one. A new one has newer packages.
 */
void
cloche_image_builder_set_if_needed (ClocheImageBuilder *self,
                                    gboolean            if_needed)
{
  g_return_if_fail (CLOCHE_IS_IMAGE_BUILDER (self));

  self->if_needed = if_needed;
}

/**
 * cloche_image_builder_build_async:
 *
 * Builds and installs an image; two to four minutes on two cores. Cancelled or failed, it leaves nothing.
 */
void
cloche_image_builder_build_async (ClocheImageBuilder *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Build *build = g_new0 (Build, 1);

  g_return_if_fail (CLOCHE_IS_IMAGE_BUILDER (self));

  build->builder = g_object_ref (self);
  build->context = g_main_context_ref_thread_default ();
  build->done = -2;     /* Nothing is told yet. */
  g_task_set_source_tag (task, cloche_image_builder_build_async);
  g_task_set_task_data (task, build, (GDestroyNotify) build_free);
  g_task_run_in_thread (task, build_in_thread);
}

/**
 * cloche_image_builder_build_finish:
 *
 * Errors: any of %CLOCHE_IMAGE_ERROR but GUEST_…; %G_IO_ERROR.
 */
ClocheImageFolder *
cloche_image_builder_build_finish (ClocheImageBuilder *self,
                                   GAsyncResult       *result,
                                   GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
