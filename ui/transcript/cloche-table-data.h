/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

/**
 * ClocheTableData:
 *
 * What a table shows: a header and cells of text, with an alignment for each column.
 */
typedef struct _ClocheTableData ClocheTableData;

ClocheTableData     *cloche_table_data_new_for_markdown (ClocheMarkdownBlock *block) G_GNUC_WARN_UNUSED_RESULT;
ClocheTableData     *cloche_table_data_new_for_json     (const char          *json,
                                                         GError             **error) G_GNUC_WARN_UNUSED_RESULT;
void                 cloche_table_data_free             (ClocheTableData     *self);

guint                cloche_table_data_get_n_columns    (ClocheTableData     *self);
guint                cloche_table_data_get_n_rows       (ClocheTableData     *self);
guint64              cloche_table_data_get_n_all_rows   (ClocheTableData     *self);
const char          *cloche_table_data_get_header       (ClocheTableData     *self,
                                                         guint                column);
const char          *cloche_table_data_get_type_name    (ClocheTableData     *self,
                                                         guint                column);
ClocheMarkdownAlign  cloche_table_data_get_align        (ClocheTableData     *self,
                                                         guint                column);
const char          *cloche_table_data_get_cell         (ClocheTableData     *self,
                                                         guint                row,
                                                         guint                column);
char                *cloche_table_data_dup_tsv          (ClocheTableData     *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheTableData, cloche_table_data_free)

G_END_DECLS
