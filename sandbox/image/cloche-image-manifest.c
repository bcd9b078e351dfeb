/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-manifest.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-image-error.h"
#include "cloche-json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* bytes: read at once while hashing; a cancel is seen between two. */
#define CHUNK_BYTES (1024 * 1024)

const char *const CLOCHE_IMAGE_FILES[] = {
  CLOCHE_IMAGE_FILE_KERNEL, CLOCHE_IMAGE_FILE_INITRD, CLOCHE_IMAGE_FILE_ROOT, NULL
};

/**
 * cloche_image_hash_file:
 * @fd: a regular file, read from its start
 * @ret_size: bytes
 *
 * Returns: its SHA-256 in hex. Blocks: a gigabyte takes some seconds.
 */
char *
cloche_image_hash_file (int           fd,
                        guint64      *ret_size,
                        GCancellable *cancellable,
                        GError      **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  off_t offset = 0;

  for (;;) {
    ssize_t n;

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    n = pread (fd, chunk, CHUNK_BYTES, offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      cloche_set_errno_error (error, errno, "Could not read");
      return NULL;
    }
    if (n == 0)
      break;
    g_checksum_update (checksum, chunk, n);
    offset += n;
  }

  *ret_size = (guint64) offset;

  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * cloche_image_manifest_add_file:
 * @dir_fd: the folder of the file @name
 *
 * Hashes a file into the member "files", which must be there. Blocks.
 */
gboolean
cloche_image_manifest_add_file (JsonObject   *manifest,
                                int           dir_fd,
                                const char   *name,
                                GCancellable *cancellable,
                                GError      **error)
{
  cloche_autofd int fd = cloche_open_beneath (dir_fd, name, O_RDONLY, 0, error);
  JsonObject *files = cloche_json_get_object (manifest, "files");
  g_autoptr (JsonObject) file = json_object_new ();
  g_autofree char *hash = NULL;
  guint64 size;

  g_assert (files != NULL);
  if (fd < 0 || (hash = cloche_image_hash_file (fd, &size, cancellable, error)) == NULL)
    return FALSE;

  json_object_set_int_member (file, "size", (gint64) size);
  json_object_set_string_member (file, "sha256", hash);
  json_object_set_object_member (files, name, g_steal_pointer (&file));

  return TRUE;
}

static gboolean
is_sha256 (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

/**
 * cloche_image_manifest_get_file:
 *
 * What the manifest claims of a file.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_INVALID.
 */
gboolean
cloche_image_manifest_get_file (JsonObject  *manifest,
                                const char  *name,
                                guint64     *ret_size,
                                const char **ret_sha256,
                                GError     **error)
{
  JsonObject *files = cloche_json_get_object (manifest, "files");
  JsonObject *file = files != NULL ? cloche_json_get_object (files, name) : NULL;
  gint64 size = file != NULL ? cloche_json_get_int (file, "size", -1) : -1;
  const char *sha256 = file != NULL ? cloche_json_get_string (file, "sha256") : NULL;

  if (size < 0 || !is_sha256 (sha256)) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID, "The manifest does not say what “%s” is", name);
    return FALSE;
  }

  *ret_size = (guint64) size;
  *ret_sha256 = sha256;

  return TRUE;
}

/**
 * cloche_image_manifest_parse:
 * @bytes: from anywhere
 *
 * Errors: %CLOCHE_IMAGE_ERROR_INVALID, %CLOCHE_BASE_ERROR.
 */
JsonObject *
cloche_image_manifest_parse (GBytes  *bytes,
                             GError **error)
{
  g_autoptr (JsonObject) manifest = NULL;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  manifest = cloche_json_parse_object (text, (gssize) length, error);
  if (manifest == NULL)
    return NULL;

  if (cloche_json_get_int (manifest, "format", 0) != CLOCHE_IMAGE_FORMAT ||
      !is_sha256 (cloche_json_get_string (manifest, "recipe_key")) ||
      !is_sha256 (cloche_json_get_string (manifest, "guest_key")) ||
      cloche_json_get_object (manifest, "packages") == NULL) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID, "This is not the manifest of an image of format %d",
                 CLOCHE_IMAGE_FORMAT);
    return NULL;
  }

  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++) {
    guint64 size;
    const char *sha256;

    if (!cloche_image_manifest_get_file (manifest, CLOCHE_IMAGE_FILES[i], &size, &sha256, error))
      return NULL;
  }

  return g_steal_pointer (&manifest);
}

/**
 * cloche_image_manifest_make_id:
 *
 * The id of the image whose manifest has these bytes.
 */
char *
cloche_image_manifest_make_id (GBytes *bytes)
{
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return g_strndup (hash, CLOCHE_IMAGE_ID_LENGTH);
}

static const char *
field_value (const char *line,
             const char *name)
{
  return g_str_has_prefix (line, name) ? line + strlen (name) : NULL;
}

/**
 * cloche_image_read_packages:
 * @dpkg_status: the content of var/lib/dpkg/status
 *
 * Returns: name → version of what is installed, sorted by name.
 */
JsonObject *
cloche_image_read_packages (const char *dpkg_status)
{
  g_autoptr (JsonObject) packages = json_object_new ();
  g_auto (GStrv) lines = g_strsplit (dpkg_status, "\n", -1);
  const char *name = NULL;
  gboolean is_installed = FALSE;

  /* dpkg writes Package, Status, …, Version in this order, and the packages sorted: deb-control(5). */
  for (gsize i = 0; lines[i] != NULL; i++) {
    const char *package = field_value (lines[i], "Package: ");
    const char *status = field_value (lines[i], "Status: ");
    const char *version = field_value (lines[i], "Version: ");

    if (package != NULL)
      name = package;
    if (status != NULL)
      is_installed = g_str_equal (status, "install ok installed");
    if (version != NULL && name != NULL && is_installed)
      json_object_set_string_member (packages, name, version);
  }

  return g_steal_pointer (&packages);
}
