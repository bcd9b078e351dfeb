/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-outputs.h"

#include "cloche-base-error.h"
#include "cloche-item.h"
#include "cloche-json.h"
#include "cloche-string.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define TABLE_TYPE "application/vnd.cloche.table+json"

/* names that are tried for one file: "a.png", "a-2.png", … */
#define MAX_NAMES 10000

struct _ClocheCliOutputs
{
  char *folder;
  GPtrArray *paths;             /* of char: what was written */
  GHashTable *names;            /* ClocheOutput or ClocheFile (borrowed) → name in the folder */
  guint n_pictures;
  guint n_tables;
};

static const struct
{
  const char *mime_type;
  const char *extension;
} PICTURES[] = {
  { "image/png", "png" },
  { "image/jpeg", "jpg" },
  { "image/svg+xml", "svg" },
};

/**
 * cloche_cli_outputs_new:
 * @folder: need not be there
 */
ClocheCliOutputs *
cloche_cli_outputs_new (const char *folder)
{
  ClocheCliOutputs *self = g_new0 (ClocheCliOutputs, 1);

  self->folder = g_strdup (folder);
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
cloche_cli_outputs_free (ClocheCliOutputs *self)
{
  g_free (self->folder);
  g_ptr_array_unref (self->paths);
  g_hash_table_unref (self->names);
  g_free (self);
}

/* Makes an empty file that was not there, for what is to be written to replace. */
static char *
reserve_name (ClocheCliOutputs *self,
              const char       *name,
              GError          **error)
{
  g_autofree char *safe = cloche_file_name_sanitize (name);
  const char *dot = strrchr (safe, '.');
  int stem = dot != NULL && dot > safe ? (int) (dot - safe) : (int) strlen (safe);

  if (g_mkdir_with_parents (self->folder, 0755) < 0) {
    cloche_set_errno_error (error, errno, "“%s”", self->folder);
    return NULL;
  }

  for (guint i = 1; i <= MAX_NAMES; i++) {
    g_autofree char *numbered = i == 1 ? g_strdup (safe) : g_strdup_printf ("%.*s-%u%s", stem, safe, i, safe + stem);
    g_autofree char *path = g_build_filename (self->folder, numbered, NULL);
    int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    if (fd >= 0) {
      (void) close (fd);        /* Nothing was written to it. */
      return g_steal_pointer (&path);
    }
    if (errno != EEXIST) {
      cloche_set_errno_error (error, errno, "“%s”", path);
      return NULL;
    }
  }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "“%s”", self->folder);

  return NULL;
}

/* @is_saved: what became of the file at @path, which is gone again if that is nothing. */
static gboolean
note (ClocheCliOutputs *self,
      gconstpointer     origin,
      char             *path,
      gboolean          is_saved)
{
  if (!is_saved) {
    (void) g_unlink (path);     /* It was empty a moment ago, and whoever called tells of the failure. */
    g_free (path);
    return FALSE;
  }

  if (origin != NULL)
    g_hash_table_replace (self->names, (gpointer) origin, g_path_get_basename (path));
  g_ptr_array_add (self->paths, path);

  return TRUE;
}

/**
 * cloche_cli_outputs_add_text:
 * @name: what it is called, if that name is free
 */
gboolean
cloche_cli_outputs_add_text (ClocheCliOutputs *self,
                             const char       *name,
                             const char       *text,
                             GError          **error)
{
  char *path = reserve_name (self, name, error);

  return path != NULL && note (self, NULL, path, g_file_set_contents (path, text, -1, error));
}

static gboolean
save_content (ClocheCliOutputs *self,
              ClocheFiles      *files,
              gconstpointer     origin,
              ClocheFile       *file,
              GCancellable     *cancellable,
              GError          **error)
{
  char *path = reserve_name (self, cloche_file_get_name (file), error);
  g_autoptr (GFile) target = path != NULL ? g_file_new_for_path (path) : NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ClocheCliWait wait = { NULL };

  if (path == NULL)
    return FALSE;

  cloche_files_save_async (files, file, target, NULL, NULL, cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return note (self, origin, path, cloche_files_save_finish (files, result, error));
}

static void
append_csv_cell (GString    *csv,
                 const char *text,
                 gboolean    is_first)
{
  g_auto (GStrv) pieces = NULL;
  g_autofree char *doubled = NULL;

  if (!is_first)
    g_string_append_c (csv, ',');
  if (text == NULL || strpbrk (text, ",\"\r\n") == NULL) {
    g_string_append (csv, text != NULL ? text : "");
    return;
  }

  pieces = g_strsplit (text, "\"", -1);
  doubled = g_strjoinv ("\"\"", pieces);
  g_string_append_printf (csv, "\"%s\"", doubled);
}

static void
append_csv_row (GString    *csv,
                const char *label,
                JsonArray  *cells,
                guint       n_columns)
{
  append_csv_cell (csv, label, TRUE);
  for (guint i = 0; i < n_columns; i++)
    append_csv_cell (csv, cells != NULL && i < json_array_get_length (cells) ? cloche_json_array_get_string (cells, i)
                                                                             : NULL, FALSE);
  g_string_append (csv, "\n");
}

/**
 * cloche_cli_outputs_make_csv:
 * @json: "application/vnd.cloche.table+json", from a guest
 *
 * Returns: (nullable): the same as CSV (RFC 4180), the labels of its rows first; %NULL if it is no table
 */
char *
cloche_cli_outputs_make_csv (const char *json)
{
  g_autoptr (JsonObject) table = cloche_json_parse_object (json, -1, NULL);
  JsonArray *columns = table != NULL ? cloche_json_get_array (table, "columns") : NULL;
  JsonArray *rows = table != NULL ? cloche_json_get_array (table, "rows") : NULL;
  JsonArray *index = table != NULL ? cloche_json_get_array (table, "index") : NULL;
  GString *csv;

  if (columns == NULL || rows == NULL)
    return NULL;

  csv = g_string_new (NULL);
  append_csv_row (csv, "", columns, json_array_get_length (columns));
  for (guint i = 0; i < json_array_get_length (rows); i++) {
    JsonNode *row = json_array_get_element (rows, i);

    append_csv_row (csv, index != NULL && i < json_array_get_length (index) ? cloche_json_array_get_string (index, i)
                                                                            : NULL,
                    JSON_NODE_HOLDS_ARRAY (row) ? json_node_get_array (row) : NULL, json_array_get_length (columns));
  }

  return g_string_free (csv, FALSE);
}

static GBytes *
load (ClocheFiles   *files,
      ClocheContent *content,
      GCancellable  *cancellable,
      GError       **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  cloche_files_load_async (files, content, cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_files_load_finish (files, result, error);
}

static gboolean
save_table (ClocheCliOutputs *self,
            ClocheFiles      *files,
            ClocheOutput     *output,
            ClocheContent    *content,
            GCancellable     *cancellable,
            GError          **error)
{
  g_autoptr (GBytes) bytes = load (files, content, cancellable, error);
  g_autofree char *json = NULL;
  g_autofree char *csv = NULL;
  g_autofree char *name = NULL;
  char *path;

  if (bytes == NULL)
    return FALSE;

  json = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  csv = cloche_cli_outputs_make_csv (json);
  if (csv == NULL)
    return TRUE;                /* A guest's claim to be a table that is none: its text was shown. */

  name = g_strdup_printf ("table-%u.csv", ++self->n_tables);
  path = reserve_name (self, name, error);

  return path != NULL && note (self, output, path, g_file_set_contents (path, csv, -1, error));
}

static gboolean
save_output (ClocheCliOutputs *self,
             ClocheFiles      *files,
             ClocheOutput     *output,
             GCancellable     *cancellable,
             GError          **error)
{
  ClocheContent *table = cloche_output_find_content (output, TABLE_TYPE);

  if (table != NULL)
    return save_table (self, files, output, table, cancellable, error);

  for (gsize i = 0; i < G_N_ELEMENTS (PICTURES); i++) {
    ClocheContent *content = cloche_output_find_content (output, PICTURES[i].mime_type);
    g_autoptr (ClocheFile) file = NULL;
    g_autofree char *name = NULL;

    if (content == NULL)
      continue;
    name = g_strdup_printf ("plot-%u.%s", ++self->n_pictures, PICTURES[i].extension);
    file = cloche_file_new (name, NULL, content);
    return save_content (self, files, output, file, cancellable, error);
  }

  return TRUE;
}

/* Of a file that several calls have written, the last state counts. */
static GPtrArray *
collect_files (GListModel *items,
               guint       first)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *files = g_ptr_array_new ();

  for (guint i = g_list_model_get_n_items (items); i > first; i--) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (items, i - 1);
    ClocheToolRun *run = cloche_item_get_run (item);
    ClocheToolResult *result = run != NULL ? cloche_tool_run_get_result (run) : NULL;

    for (guint j = 0; result != NULL && j < cloche_tool_result_get_n_files (result); j++) {
      ClocheFile *file = cloche_tool_result_get_file (result, j);

      if (g_hash_table_add (seen, g_strdup (cloche_file_get_path (file))))
        g_ptr_array_insert (files, 0, file);
    }
  }

  return files;
}

/**
 * cloche_cli_outputs_save:
 * @items: of #ClocheItem
 * @first: the first of them that counts
 *
 * Writes what the tool calls among @items have shown and made.
 */
gboolean
cloche_cli_outputs_save (ClocheCliOutputs *self,
                         ClocheFiles      *files,
                         GListModel       *items,
                         guint             first,
                         GCancellable     *cancellable,
                         GError          **error)
{
  g_autoptr (GPtrArray) made = collect_files (items, first);

  for (guint i = first; i < g_list_model_get_n_items (items); i++) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (items, i);
    ClocheToolRun *run = cloche_item_get_run (item);

    for (guint j = 0; run != NULL && j < cloche_tool_run_get_n_outputs (run); j++)
      if (!save_output (self, files, cloche_tool_run_get_output (run, j), cancellable, error))
        return FALSE;
  }
  for (guint i = 0; i < made->len; i++)
    if (!save_content (self, files, g_ptr_array_index (made, i), g_ptr_array_index (made, i), cancellable, error))
      return FALSE;

  return TRUE;
}

GPtrArray *
cloche_cli_outputs_get_paths (ClocheCliOutputs *self)
{
  return self->paths;
}

/**
 * cloche_cli_outputs_get_name:
 * @origin: a #ClocheOutput or a #ClocheFile of the items that were saved
 *
 * Returns: (nullable): the name that it has in the folder
 */
const char *
cloche_cli_outputs_get_name (ClocheCliOutputs *self,
                             gconstpointer     origin)
{
  return g_hash_table_lookup (self->names, origin);
}
