/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* columns, cells: wider or larger tables become plain text; cmark-gfm took 3.6 s for 18 KB of table. */
#define CLOCHE_MARKDOWN_COLUMNS_MAX 64
#define CLOCHE_MARKDOWN_CELLS_MAX 20000

/* levels: deeper quotes and lists become plain text; cmark-gfm walks all open ones for each line. */
#define CLOCHE_MARKDOWN_DEPTH_MAX 100

/* bytes: a longer line becomes plain text; no person wrote it, and Pango lays it out as one piece. */
#define CLOCHE_MARKDOWN_LINE_MAX (64 * 1024)

/* brackets, stars and the like between two blank lines: more become plain text, since cmark-gfm 0.29.0.gfm.6 looks at
 * each together with each (CVE-2023-22483 to 22486, CVE-2023-24824, CVE-2023-26485). */
#define CLOCHE_MARKDOWN_MARKS_MAX 4000

/* bytes: a longer text becomes one piece of plain text. */
#define CLOCHE_MARKDOWN_TEXT_MAX (4 * 1024 * 1024)

/**
 * ClocheMarkdownSegment:
 * @start: bytes into the text
 * @end: bytes into the text
 * @is_plain: whether it must not be parsed
 */
typedef struct
{
  gsize    start;
  gsize    end;
  gboolean is_plain;
} ClocheMarkdownSegment;

GArray *cloche_markdown_guard_split (const char *text,
                                     gsize       length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
