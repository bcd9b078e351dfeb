/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-table-data.h"

#include "cloche-base-error.h"
#include "cloche-json.h"
#include "cloche-markdown-guard.h"

#include <string.h>

struct _ClocheTableData
{
  GPtrArray *headers;  /* of char */
  GPtrArray *types;    /* of char; empty if columns have none */
  GArray *aligns;      /* of ClocheMarkdownAlign */
  GPtrArray *cells;    /* of char, row by row */
  guint64 n_all_rows;
};

static ClocheTableData *
table_data_new (void)
{
  ClocheTableData *self = g_new0 (ClocheTableData, 1);

  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->types = g_ptr_array_new_with_free_func (g_free);
  self->aligns = g_array_new (FALSE, FALSE, sizeof (ClocheMarkdownAlign));
  self->cells = g_ptr_array_new_with_free_func (g_free);

  return self;
}

/**
 * cloche_table_data_new_for_markdown:
 * @block: of kind %CLOCHE_MARKDOWN_TABLE
 */
ClocheTableData *
cloche_table_data_new_for_markdown (ClocheMarkdownBlock *block)
{
  ClocheTableData *self = table_data_new ();
  guint n_columns = cloche_markdown_block_get_n_columns (block);
  guint n_rows = cloche_markdown_block_get_n_rows (block);

  for (guint column = 0; column < n_columns; column++) {
    ClocheMarkdownAlign align = cloche_markdown_block_get_align (block, column);

    g_ptr_array_add (self->headers, cloche_markdown_runs_dup_text (cloche_markdown_block_get_cell (block, 0, column)));
    g_array_append_val (self->aligns, align);
  }
  for (guint row = 1; row < n_rows; row++)
    for (guint column = 0; column < n_columns; column++)
      g_ptr_array_add (self->cells, cloche_markdown_runs_dup_text (cloche_markdown_block_get_cell (block, row, column)));
  self->n_all_rows = n_rows - 1;

  return self;
}

static gboolean
is_number (const char *type)
{
  return type != NULL && (g_str_has_prefix (type, "int") || g_str_has_prefix (type, "uint") ||
                          g_str_has_prefix (type, "float") || g_str_has_prefix (type, "Int") ||
                          g_str_has_prefix (type, "UInt") || g_str_has_prefix (type, "Float") ||
                          g_str_has_prefix (type, "complex"));
}

static void
add_column (ClocheTableData *self,
            const char      *name,
            const char      *type)
{
  ClocheMarkdownAlign align = is_number (type) ? CLOCHE_MARKDOWN_ALIGN_END : CLOCHE_MARKDOWN_ALIGN_START;

  g_ptr_array_add (self->headers, g_strdup (name != NULL ? name : ""));
  g_ptr_array_add (self->types, g_strdup (type != NULL ? type : ""));
  g_array_append_val (self->aligns, align);
}

/* The row's label first, then a cell for each column; what is missing or no text is empty. */
static void
add_row (ClocheTableData *self,
         const char      *label,
         JsonArray       *cells,
         guint            n_columns)
{
  g_ptr_array_add (self->cells, g_strdup (label != NULL ? label : ""));
  for (guint column = 0; column < n_columns; column++) {
    const char *text = NULL;

    if (cells != NULL && column < json_array_get_length (cells))
      text = cloche_json_array_get_string (cells, column);
    g_ptr_array_add (self->cells, g_strdup (text != NULL ? text : ""));
  }
}

/**
 * cloche_table_data_new_for_json:
 * @json: "application/vnd.cloche.table+json", from a guest
 *
 * Reads {columns, dtypes, index, rows, total_rows}; columns of numbers go to the right.
 * Errors: %CLOCHE_BASE_ERROR if it is no such thing, or larger than a Markdown table may be
 */
ClocheTableData *
cloche_table_data_new_for_json (const char *json,
                                GError    **error)
{
  g_autoptr (JsonObject) object = cloche_json_parse_object (json, -1, error);
  g_autoptr (ClocheTableData) self = NULL;
  JsonArray *columns;
  JsonArray *types;
  JsonArray *index;
  JsonArray *rows;
  guint n_columns;
  guint n_rows;

  if (object == NULL)
    return NULL;

  columns = cloche_json_get_array (object, "columns");
  types = cloche_json_get_array (object, "dtypes");
  index = cloche_json_get_array (object, "index");
  rows = cloche_json_get_array (object, "rows");
  if (columns == NULL || rows == NULL) {
    g_set_error_literal (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID, "table without columns or rows");
    return NULL;
  }

  n_columns = json_array_get_length (columns);
  n_rows = json_array_get_length (rows);
  if ((guint64) (n_columns + 1) * n_rows > CLOCHE_MARKDOWN_CELLS_MAX + n_rows) {
    g_set_error_literal (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE, "table with too many cells");
    return NULL;
  }

  self = table_data_new ();
  add_column (self, "", NULL);
  for (guint i = 0; i < n_columns; i++)
    add_column (self, cloche_json_array_get_string (columns, i),
                types != NULL && i < json_array_get_length (types) ? cloche_json_array_get_string (types, i) : NULL);
  for (guint i = 0; i < n_rows; i++) {
    JsonNode *row = json_array_get_element (rows, i);

    add_row (self, index != NULL && i < json_array_get_length (index) ? cloche_json_array_get_string (index, i) : NULL,
             JSON_NODE_HOLDS_ARRAY (row) ? json_node_get_array (row) : NULL, n_columns);
  }
  self->n_all_rows = MAX (cloche_json_get_int (object, "total_rows", n_rows), (gint64) n_rows);

  return g_steal_pointer (&self);
}

void
cloche_table_data_free (ClocheTableData *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->headers);
  g_ptr_array_unref (self->types);
  g_array_unref (self->aligns);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

guint
cloche_table_data_get_n_columns (ClocheTableData *self)
{
  return self->headers->len;
}

/**
 * cloche_table_data_get_n_rows:
 *
 * How many rows are at hand, the header not counted.
 */
guint
cloche_table_data_get_n_rows (ClocheTableData *self)
{
  return self->headers->len > 0 ? self->cells->len / self->headers->len : 0;
}

/**
 * cloche_table_data_get_n_all_rows:
 *
 * How many rows the table has where it came from.
 */
guint64
cloche_table_data_get_n_all_rows (ClocheTableData *self)
{
  return self->n_all_rows;
}

const char *
cloche_table_data_get_header (ClocheTableData *self,
                              guint            column)
{
  g_return_val_if_fail (column < self->headers->len, "");

  return self->headers->pdata[column];
}

/**
 * cloche_table_data_get_type_name:
 *
 * Returns: (nullable): what pandas calls the type of a column
 */
const char *
cloche_table_data_get_type_name (ClocheTableData *self,
                                 guint            column)
{
  const char *type = column < self->types->len ? self->types->pdata[column] : NULL;

  return type != NULL && *type != '\0' ? type : NULL;
}

ClocheMarkdownAlign
cloche_table_data_get_align (ClocheTableData *self,
                             guint            column)
{
  g_return_val_if_fail (column < self->aligns->len, CLOCHE_MARKDOWN_ALIGN_NONE);

  return g_array_index (self->aligns, ClocheMarkdownAlign, column);
}

const char *
cloche_table_data_get_cell (ClocheTableData *self,
                            guint            row,
                            guint            column)
{
  g_return_val_if_fail (column < self->headers->len, "");
  g_return_val_if_fail (row < cloche_table_data_get_n_rows (self), "");

  return self->cells->pdata[row * self->headers->len + column];
}

static void
append_field (GString    *out,
              const char *text,
              gboolean    is_last)
{
  for (const char *p = text; *p != '\0'; p++)
    g_string_append_c (out, *p == '\t' || *p == '\n' || *p == '\r' ? ' ' : *p);
  g_string_append_c (out, is_last ? '\n' : '\t');
}

/**
 * cloche_table_data_dup_tsv:
 *
 * Header and rows, fields parted by tabs, as spreadsheets paste them.
 */
char *
cloche_table_data_dup_tsv (ClocheTableData *self)
{
  GString *out = g_string_new (NULL);
  guint n_columns = self->headers->len;

  for (guint i = 0; i < n_columns; i++)
    append_field (out, self->headers->pdata[i], i + 1 == n_columns);
  for (guint i = 0; i < self->cells->len; i++)
    append_field (out, self->cells->pdata[i], i % n_columns + 1 == n_columns);

  return g_string_free (out, FALSE);
}
