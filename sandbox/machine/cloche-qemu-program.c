/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qemu-program.h"

#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-machine-error.h"
#include "cloche-paths.h"
#include "cloche-program-closure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* bytes: what is remembered of a QEMU; a real one has about 1 KB. */
#define CACHE_BYTES (64 * 1024)

#define CACHE_NAME "qemu.json"

typedef struct
{
  char *path;
  char *cache_dir;
} FindData;

G_DEFINE_BOXED_TYPE (ClocheQemuProgram, cloche_qemu_program, cloche_qemu_program_copy, cloche_qemu_program_free)

ClocheQemuProgram *
cloche_qemu_program_copy (const ClocheQemuProgram *self)
{
  ClocheQemuProgram *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->path = g_strdup (self->path);
  copy->version = g_strdup (self->version);
  copy->loader = g_strdup (self->loader);
  copy->folders = g_strdupv (self->folders);
  copy->links = g_strdupv (self->links);

  return copy;
}

void
cloche_qemu_program_free (ClocheQemuProgram *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->version);
  g_free (self->loader);
  g_strfreev (self->folders);
  g_strfreev (self->links);
  g_free (self);
}

/**
 * cloche_qemu_program_can_map_read_only:
 *
 * Whether it maps a read-only file as a machine's RAM: `rom=off`, since QEMU 8.2.
 */
gboolean
cloche_qemu_program_can_map_read_only (const ClocheQemuProgram *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->major > 8 || (self->major == 8 && self->minor >= 2);
}

static void
find_data_free (FindData *data)
{
  g_free (data->path);
  g_free (data->cache_dir);
  g_free (data);
}

static char *
run (const char   *program,
     const char   *option,
     const char   *argument,
     GCancellable *cancellable,
     GError      **error)
{
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                      G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                                      error, program, option, argument, NULL);
  char *out = NULL;

  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, cancellable, &out, NULL, error))
    return NULL;

  return out;
}

/* "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)" */
static gboolean
read_version (ClocheQemuProgram *self,
              GCancellable      *cancellable,
              GError           **error)
{
  g_autofree char *out = run (self->path, "--version", NULL, cancellable, error);
  const char *start = out != NULL ? strstr (out, "version ") : NULL;
  guint micro;

  if (out == NULL)
    return FALSE;
  if (start == NULL || sscanf (start, "version %u.%u.%u", &self->major, &self->minor, &micro) != 3) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_QEMU,
                 "“%s” does not say which version it is", self->path);
    return FALSE;
  }

  self->version = g_strdup_printf ("%u.%u.%u", self->major, self->minor, micro);
  return TRUE;
}

/* The folders of "-L help", and where their symbolic links lead for the images that our machine uses. */
static gboolean
add_firmware (ClocheQemuProgram    *self,
              ClocheProgramClosure *closure,
              GCancellable         *cancellable,
              GError              **error)
{
  static const char *const IMAGES[] = { "bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin", "multiboot_dma.bin" };
  g_autofree char *out = run (self->path, "-L", "help", cancellable, error);
  g_auto (GStrv) folders = NULL;

  if (out == NULL)
    return FALSE;

  folders = g_strsplit (out, "\n", -1);
  for (gsize i = 0; folders[i] != NULL; i++) {
    if (!g_path_is_absolute (folders[i]))
      continue;
    cloche_program_closure_add_folder (closure, folders[i]);
    for (gsize j = 0; j < G_N_ELEMENTS (IMAGES); j++) {
      g_autofree char *image = g_build_filename (folders[i], IMAGES[j], NULL);

      cloche_program_closure_add_file (closure, image);
    }
  }

  return TRUE;
}

static gboolean
examine (ClocheQemuProgram *self,
         const char        *launcher,
         GCancellable      *cancellable,
         GError           **error)
{
  g_autoptr (ClocheProgramClosure) closure = cloche_program_closure_new ();

  if (!read_version (self, cancellable, error) ||
      !cloche_program_closure_add_program (closure, self->path, cancellable, error) ||
      !cloche_program_closure_add_program (closure, launcher, cancellable, error) ||
      !add_firmware (self, closure, cancellable, error))
    return FALSE;

  self->loader = g_strdup (cloche_program_closure_get_loader (closure));
  self->folders = cloche_program_closure_dup_folders (closure);
  self->links = cloche_program_closure_dup_links (closure);

  return TRUE;
}

/* What changes whenever QEMU or our launcher does. */
static char *
make_key (const char *path,
          const char *launcher,
          GError    **error)
{
  const char *both[] = { path, launcher };
  g_autoptr (GString) key = g_string_new (g_getenv ("LD_LIBRARY_PATH"));

  for (gsize i = 0; i < G_N_ELEMENTS (both); i++) {
    struct stat st;

    if (stat (both[i], &st) < 0) {
      g_set_error (error, CLOCHE_MACHINE_ERROR,
                   both[i] == path ? CLOCHE_MACHINE_ERROR_NO_QEMU : CLOCHE_MACHINE_ERROR_NO_JAIL,
                   "Could not look at “%s”: %s", both[i], g_strerror (errno));
      return NULL;
    }
    g_string_append_printf (key, "|%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", both[i],
                            (guint64) st.st_size, (gint64) st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  }

  return g_string_free (g_steal_pointer (&key), FALSE);
}

static GStrv
read_paths (JsonObject *object,
            const char *name)
{
  JsonArray *array = cloche_json_get_array (object, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    const char *path = cloche_json_array_get_string (array, i);

    if (path != NULL)
      g_strv_builder_add (builder, path);
  }

  return g_strv_builder_end (builder);
}

/* Fills @self from what was remembered; whatever is wrong with that, QEMU is simply asked again. */
static gboolean
recall (ClocheQemuProgram *self,
        int                cache_fd,
        const char        *key)
{
  g_autoptr (GBytes) bytes = cloche_read_file_at (cache_fd, CACHE_NAME, CACHE_BYTES, NULL);
  g_autoptr (JsonObject) object = NULL;
  const char *version, *loader;

  if (bytes == NULL)
    return FALSE;

  object = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  if (object == NULL || g_strcmp0 (cloche_json_get_string (object, "key"), key) != 0)
    return FALSE;

  version = cloche_json_get_string (object, "version");
  loader = cloche_json_get_string (object, "loader");
  if (version == NULL || loader == NULL || sscanf (version, "%u.%u", &self->major, &self->minor) != 2)
    return FALSE;

  self->version = g_strdup (version);
  self->loader = g_strdup (loader);
  self->folders = read_paths (object, "folders");
  self->links = read_paths (object, "links");

  return TRUE;
}

static void
set_paths (JsonObject        *object,
           const char        *name,
           const char *const *paths)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; paths[i] != NULL; i++)
    json_array_add_string_element (array, paths[i]);
  json_object_set_array_member (object, name, array);
}

static void
remember (const ClocheQemuProgram *self,
          int                      cache_fd,
          const char              *key)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  json_object_set_string_member (object, "key", key);
  json_object_set_string_member (object, "version", self->version);
  json_object_set_string_member (object, "loader", self->loader);
  set_paths (object, "folders", (const char *const *) self->folders);
  set_paths (object, "links", (const char *const *) self->links);
  line = cloche_json_object_to_line (object);

  /* A failure costs the next start a few milliseconds, nothing else. */
  (void) cloche_replace_file_at (cache_fd, CACHE_NAME, line, strlen (line), 0600, NULL);
}

static char *
resolve (const char *path,
         GError    **error)
{
  g_autofree char *found = path != NULL ? g_strdup (path) : g_find_program_in_path ("qemu-system-x86_64");
  char *real = found != NULL ? realpath (found, NULL) : NULL;
  char *copy;

  if (real == NULL) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_QEMU,
                 "There is no program “%s”", path != NULL ? path : "qemu-system-x86_64");
    return NULL;
  }

  copy = g_strdup (real);
  free (real);
  return copy;
}

static void
find_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  FindData *data = task_data;
  g_autoptr (ClocheQemuProgram) self = g_new0 (ClocheQemuProgram, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *launcher = cloche_paths_dup_program ("cloche-jail");
  g_autofree char *key = NULL;
  cloche_autofd int cache_fd = -1;

  self->path = resolve (data->path, &error);
  if (self->path != NULL)
    key = make_key (self->path, launcher, &error);
  if (key == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  if (data->cache_dir != NULL)
    cache_fd = open (data->cache_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (cache_fd < 0 || !recall (self, cache_fd, key)) {
    if (!examine (self, launcher, cancellable, &error)) {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
    if (cache_fd >= 0)
      remember (self, cache_fd, key);
  }

  g_task_return_pointer (task, g_steal_pointer (&self), (GDestroyNotify) cloche_qemu_program_free);
}

/**
 * cloche_qemu_program_find_async:
 * @path: (nullable): QEMU's executable; %NULL: qemu-system-x86_64 in PATH
 * @cache_dir: (nullable): where to remember what was found; asking QEMU takes about 60 ms
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_QEMU if there is none or it is not one; %CLOCHE_MACHINE_ERROR_NO_JAIL if it cannot be
 * found out what it needs to run confined; %G_IO_ERROR.
 */
void
cloche_qemu_program_find_async (const char         *path,
                                const char         *cache_dir,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  FindData *data = g_new0 (FindData, 1);

  data->path = g_strdup (path);
  data->cache_dir = g_strdup (cache_dir);
  g_task_set_source_tag (task, cloche_qemu_program_find_async);
  g_task_set_task_data (task, data, (GDestroyNotify) find_data_free);
  g_task_run_in_thread (task, find_in_thread);
}

ClocheQemuProgram *
cloche_qemu_program_find_finish (GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
