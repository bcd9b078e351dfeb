/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define CLOCHE_IMAGE_FILE_KERNEL   "kernel"
#define CLOCHE_IMAGE_FILE_INITRD   "initrd"
#define CLOCHE_IMAGE_FILE_ROOT     "root.erofs"
#define CLOCHE_IMAGE_FILE_MANIFEST "manifest.json"

/* characters: lower-case hex digits of an image's id, the first half of the SHA-256 of its manifest. */
#define CLOCHE_IMAGE_ID_LENGTH 32

/* bytes: a manifest lists some 900 packages in 40 KB. */
#define CLOCHE_IMAGE_MANIFEST_MAX_BYTES (1024 * 1024)

/* The files of an image but its manifest, in the order in which an artefact carries them. */
extern const char *const CLOCHE_IMAGE_FILES[];

/*
 * The content of manifest.json. Version 1:
 *
 *   "format": 1
 *   "built_us", "packages_us": when it was made and when its packages were installed; microseconds since 1970, UTC
 *   "suite": "trixie"
 *   "mirror": "http://…"
 *   "recipe_key", "guest_key": SHA-256 of what the root and our part of the initrd were made from
 *   "modules_bytes": how much of the initrd comes from the root: the rest is our part
 *   "packages": { NAME: VERSION, … }
 *   "files": { NAME: { "size": bytes, "sha256": hex }, … }
 */
#define CLOCHE_IMAGE_FORMAT 1

gboolean    cloche_image_manifest_add_file (JsonObject    *manifest,
                                            int            dir_fd,
                                            const char    *name,
                                            GCancellable  *cancellable,
                                            GError       **error);
gboolean    cloche_image_manifest_get_file (JsonObject  *manifest,
                                            const char  *name,
                                            guint64     *ret_size,
                                            const char **ret_sha256,
                                            GError     **error);
JsonObject *cloche_image_manifest_parse    (GBytes  *bytes,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
char       *cloche_image_manifest_make_id  (GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

char       *cloche_image_hash_file (int            fd,
                                    guint64       *ret_size,
                                    GCancellable  *cancellable,
                                    GError       **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *cloche_image_read_packages (const char *dpkg_status) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
