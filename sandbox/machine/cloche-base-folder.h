/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-machine-shape.h"

G_BEGIN_DECLS

/* The files of a base; every one of them is listed with size and hash in its manifest. */
#define CLOCHE_BASE_FILE_KERNEL     "kernel"
#define CLOCHE_BASE_FILE_INITRD     "initrd"
#define CLOCHE_BASE_FILE_ROOT       "root.erofs"
#define CLOCHE_BASE_FILE_DISK       "disk-empty.raw"
#define CLOCHE_BASE_FILE_RAM        "template.ram"
#define CLOCHE_BASE_FILE_STATE      "template.state"
#define CLOCHE_BASE_FILE_MANIFEST   "manifest.json"

/* What writes and reads manifest.json; a base of another version is forged anew. */
#define CLOCHE_BASE_MANIFEST_VERSION 1

/* characters: lower-case hex digits of a base's id, the first half of the SHA-256 of its manifest. */
#define CLOCHE_BASE_ID_LENGTH 32

/**
 * ClocheBaseFolder:
 *
 * One complete, immutable base (image + template) that has been opened and whose manifest and file sizes are right.
 */
#define CLOCHE_TYPE_BASE_FOLDER (cloche_base_folder_get_type ())
G_DECLARE_FINAL_TYPE (ClocheBaseFolder, cloche_base_folder, CLOCHE, BASE_FOLDER, GObject)

ClocheBaseFolder         *cloche_base_folder_open         (const char  *path,
                                                           GError     **error) G_GNUC_WARN_UNUSED_RESULT;

const char               *cloche_base_folder_get_id       (ClocheBaseFolder *self);
const char               *cloche_base_folder_get_path     (ClocheBaseFolder *self);
gint64                    cloche_base_folder_get_built_us (ClocheBaseFolder *self);
const ClocheMachineShape *cloche_base_folder_get_shape    (ClocheBaseFolder *self);
JsonObject               *cloche_base_folder_get_image    (ClocheBaseFolder *self);
guint64                   cloche_base_folder_get_bytes    (ClocheBaseFolder *self);
const char               *cloche_base_folder_get_root     (ClocheBaseFolder *self);
char                     *cloche_base_folder_read_root    (const char       *path) G_GNUC_WARN_UNUSED_RESULT;

int                       cloche_base_folder_open_file     (ClocheBaseFolder  *self,
                                                            const char        *name,
                                                            GError           **error) G_GNUC_WARN_UNUSED_RESULT;

void                      cloche_base_folder_verify_async  (ClocheBaseFolder       *self,
                                                            GCancellable           *cancellable,
                                                            GFileProgressCallback   progress,
                                                            gpointer                progress_data,
                                                            GAsyncReadyCallback     callback,
                                                            gpointer                user_data);
gboolean                  cloche_base_folder_verify_finish (ClocheBaseFolder  *self,
                                                            GAsyncResult      *result,
                                                            GError           **error);

gboolean                  cloche_base_id_is_valid (const char *id);

G_END_DECLS
