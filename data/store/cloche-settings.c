/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-settings.h"

#include "cloche-config.h"
#include "cloche-paths.h"
#include "cloche-store-error.h"

#include <errno.h>
#include <glib/gstdio.h>

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

static GSettingsSchema *
find_schema (GError **error)
{
  g_autofree char *compiled = cloche_paths_dup_data_file ("gschemas.compiled");
  g_autofree char *folder = g_path_get_dirname (compiled);
  g_autoptr (GSettingsSchemaSource) source = g_settings_schema_source_new_from_directory (folder, NULL, FALSE, error);
  GSettingsSchema *schema;

  if (source == NULL)
    return NULL;

  schema = g_settings_schema_source_lookup (source, CLOCHE_APPLICATION_ID, FALSE);
  if (schema == NULL)
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND,
                 "“%s” has no settings of this program", compiled);

  return schema;
}

/**
 * cloche_settings_new:
 * @config_folder: where settings.ini is or will be
 *
 * Makes the settings that window and clochectl share: one file, no dconf and no bus. Files that are no settings are
 * treated as empty; nothing is written before somebody changes a setting.
 *
 * Errors: %G_FILE_ERROR or %CLOCHE_STORE_ERROR_NOT_FOUND if the program is not installed as a whole,
 * %CLOCHE_STORE_ERROR_READ_ONLY if @config_folder cannot be made.
 */
GSettings *
cloche_settings_new (const char *config_folder,
                     GError    **error)
{
  g_autofree char *path = g_build_filename (config_folder, "settings.ini", NULL);
  g_autoptr (GSettingsSchema) schema = find_schema (error);
  g_autoptr (GSettingsBackend) backend = NULL;

  if (schema == NULL)
    return NULL;

  if (g_mkdir_with_parents (config_folder, 0700) < 0) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_READ_ONLY, "“%s”: %s", config_folder, g_strerror (errno));
    return NULL;
  }

  backend = g_keyfile_settings_backend_new (path, "/cloche/", "settings");

  return g_settings_new_full (schema, backend, NULL);
}
