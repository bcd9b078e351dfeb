/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define CLOCHE_TYPE_PATHS (cloche_paths_get_type ())
G_DECLARE_FINAL_TYPE (ClochePaths, cloche_paths, CLOCHE, PATHS, GObject)

ClochePaths *cloche_paths_new_for_user (GError     **error) G_GNUC_WARN_UNUSED_RESULT;
ClochePaths *cloche_paths_new          (const char  *data_dir,
                                        const char  *cache_dir,
                                        const char  *config_dir,
                                        const char  *runtime_dir,
                                        GError     **error) G_GNUC_WARN_UNUSED_RESULT;

const char  *cloche_paths_get_data_dir    (ClochePaths *self);
const char  *cloche_paths_get_cache_dir   (ClochePaths *self);
const char  *cloche_paths_get_config_dir  (ClochePaths *self);
const char  *cloche_paths_get_runtime_dir (ClochePaths *self);

char        *cloche_paths_dup_program      (const char  *name) G_GNUC_WARN_UNUSED_RESULT;
char        *cloche_paths_dup_data_file    (const char  *name) G_GNUC_WARN_UNUSED_RESULT;
char        *cloche_paths_dup_bases_dir    (ClochePaths *self) G_GNUC_WARN_UNUSED_RESULT;
char        *cloche_paths_dup_machines_dir (ClochePaths *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
