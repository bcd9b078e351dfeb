/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-guard.h"

#include <string.h>

/*
 * Finds the parts of a text that would cost cmark-gfm more time than they are worth, before it sees them.
 *
 * The text is cut at blank lines outside fenced code. Each such chunk is measured; a chunk that breaks a cap is plain,
 * the others are joined again. One linear pass that never looks back.
 */

typedef struct
{
  gsize start;
  gsize n_lines;
  gsize longest;     /* bytes of its longest line */
  gsize n_marks;
  gsize n_columns;   /* of the line with the most of them */
  gboolean is_table; /* whether it has a delimiter row */
  guint depth;
  char fence;        /* the fence it is in, 0 if none */
  gsize fence_length;
} Chunk;

/* How many quotes and lists the start of a line opens, at most. */
static guint
count_markers (const char *line,
               gsize       length)
{
  guint depth = 0;

  for (gsize i = 0; i < length; i++) {
    gboolean ends_word = i + 1 == length || line[i + 1] == ' ' || line[i + 1] == '\t';

    if (line[i] == '>' || (strchr ("-*+.)", line[i]) != NULL && line[i] != '\0' && ends_word))
      depth++;
    else if (line[i] != ' ' && line[i] != '\t' && !g_ascii_isdigit (line[i]))
      break;
  }

  return depth;
}

static gsize
count_bytes (const char *line,
             gsize       length,
             const char *set)
{
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    n += line[i] != '\0' && strchr (set, line[i]) != NULL;

  return n;
}

/* Pipes part columns, but those at the ends of a line are only frame. */
static gsize
count_columns (const char *line,
               gsize       length)
{
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  while (length > 0 && g_ascii_isspace (*line)) {
    line++;
    length--;
  }

  if (length == 0)
    return 0;

  return 1 + count_bytes (line, length, "|") - (line[0] == '|') - (length > 1 && line[length - 1] == '|');
}

static gboolean
consists_of (const char *line,
             gsize       length,
             const char *set)
{
  return count_bytes (line, length, set) == length;
}

/* Follows fences, but only those outside lists and quotes: an inner one merely gets its chunks measured like prose. */
static gboolean
update_fence (Chunk      *chunk,
              const char *line,
              gsize       length)
{
  gsize indent = 0;
  gsize n = 0;

  while (indent < length && line[indent] == ' ')
    indent++;
  if (indent > 3 || indent == length || (line[indent] != '`' && line[indent] != '~'))
    return FALSE;

  while (indent + n < length && line[indent + n] == line[indent])
    n++;
  if (n < 3)
    return FALSE;

  if (chunk->fence == 0) {
    if (line[indent] == '`' && memchr (line + indent + n, '`', length - indent - n) != NULL)
      return FALSE;
    chunk->fence = line[indent];
    chunk->fence_length = n;
    return TRUE;
  }

  if (line[indent] == chunk->fence && n >= chunk->fence_length &&
      consists_of (line + indent + n, length - indent - n, " \t\r"))
    chunk->fence = 0;

  return TRUE;
}

static void
measure_line (Chunk      *chunk,
              const char *line,
              gsize       length)
{
  gboolean was_fenced = chunk->fence != 0;

  chunk->n_lines++;
  chunk->longest = MAX (chunk->longest, length);
  if (update_fence (chunk, line, length) || was_fenced)
    return;

  chunk->n_marks += count_bytes (line, length, "*_[]`~<&!\\:@");
  chunk->n_columns = MAX (chunk->n_columns, count_columns (line, length));
  chunk->depth = MAX (chunk->depth, count_markers (line, length));
  chunk->is_table |= memchr (line, '-', length) != NULL && consists_of (line, length, "|:- \t\r>");
}

static gboolean
chunk_is_plain (const Chunk *chunk)
{
  return chunk->longest > CLOCHE_MARKDOWN_LINE_MAX || chunk->n_marks > CLOCHE_MARKDOWN_MARKS_MAX ||
         chunk->depth > CLOCHE_MARKDOWN_DEPTH_MAX ||
         (chunk->is_table && (chunk->n_columns > CLOCHE_MARKDOWN_COLUMNS_MAX ||
                              chunk->n_columns * chunk->n_lines > CLOCHE_MARKDOWN_CELLS_MAX));
}

static void
add_segment (GArray  *segments,
             gsize    start,
             gsize    end,
             gboolean is_plain)
{
  ClocheMarkdownSegment segment = { start, end, is_plain };
  ClocheMarkdownSegment *last = NULL;

  if (start == end)
    return;
  if (segments->len > 0)
    last = &g_array_index (segments, ClocheMarkdownSegment, segments->len - 1);

  if (last != NULL && last->is_plain == is_plain)
    last->end = end;
  else
    g_array_append_val (segments, segment);
}

/**
 * cloche_markdown_guard_split:
 * @text: valid UTF-8
 * @length: its length in bytes
 *
 * Cuts @text into what may be parsed and what must stay plain.
 *
 * Returns: (element-type ClocheMarkdownSegment): pieces that together are @text, in its order, neighbours differing
 */
GArray *
cloche_markdown_guard_split (const char *text,
                             gsize       length)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (ClocheMarkdownSegment));
  Chunk chunk = { 0 };
  gsize at = 0;

  if (length > CLOCHE_MARKDOWN_TEXT_MAX) {
    add_segment (segments, 0, length, TRUE);
    return segments;
  }

  while (at < length) {
    const char *newline = memchr (text + at, '\n', length - at);
    gsize line_length = newline != NULL ? (gsize) (newline - text) - at : length - at;
    gsize next = newline != NULL ? at + line_length + 1 : length;

    measure_line (&chunk, text + at, line_length);
    at = next;

    if (chunk.fence == 0 && consists_of (text + next - line_length - (newline != NULL), line_length, " \t\r")) {
      add_segment (segments, chunk.start, next, chunk_is_plain (&chunk));
      chunk = (Chunk) { .start = next };
    }
  }
  add_segment (segments, chunk.start, length, chunk_is_plain (&chunk));

  return segments;
}
