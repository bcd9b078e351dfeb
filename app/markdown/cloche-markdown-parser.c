/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-parser.h"

#include "cloche-markdown-block-private.h"
#include "cloche-markdown-flatten-private.h"
#include "cloche-markdown-guard.h"

#include <string.h>

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

/* cmark-gfm keeps the characters that its extensions ask for in global tables while it parses. */
G_LOCK_DEFINE_STATIC (cmark);

static cmark_node *
run_cmark (const char *text,
           gsize       length)
{
  static const char *const EXTENSIONS[] = { "table", "strikethrough", "autolink", "tasklist" };
  cmark_parser *parser;
  cmark_node *document;

  G_LOCK (cmark);
  cmark_gfm_core_extensions_ensure_registered ();
  parser = cmark_parser_new (CMARK_OPT_DEFAULT | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
  for (gsize i = 0; i < G_N_ELEMENTS (EXTENSIONS); i++) {
    cmark_syntax_extension *extension = cmark_find_syntax_extension (EXTENSIONS[i]);

    g_assert (extension != NULL);
    cmark_parser_attach_syntax_extension (parser, extension);
  }
  cmark_parser_feed (parser, text, length);
  document = cmark_parser_finish (parser);
  cmark_parser_free (parser);
  G_UNLOCK (cmark);

  return document;
}

static gboolean
is_too_deep (cmark_node *document)
{
  cmark_iter *iter = cmark_iter_new (document);
  cmark_event_type event;
  guint depth = 0;
  guint deepest = 0;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE) {
    cmark_node_type type = cmark_node_get_type (cmark_iter_get_node (iter));

    if (type != CMARK_NODE_BLOCK_QUOTE && type != CMARK_NODE_LIST)
      continue;
    depth += event == CMARK_EVENT_ENTER ? 1 : -1;
    deepest = MAX (deepest, depth);
  }
  cmark_iter_free (iter);

  return deepest > CLOCHE_MARKDOWN_DEPTH_MAX;
}

static void
add_plain (GPtrArray  *blocks,
           const char *text,
           gsize       start,
           gsize       end)
{
  g_autoptr (ClocheMarkdownBlock) block = _cloche_markdown_block_new (CLOCHE_MARKDOWN_CODE, start, 0);

  while (end > start && g_ascii_isspace (text[end - 1]))
    end--;
  if (end == start)
    return;

  _cloche_markdown_block_set_source (block, text + start, end - start);
  _cloche_markdown_block_take_text (block, g_strndup (text + start, end - start));
  g_ptr_array_add (blocks, g_steal_pointer (&block));
}

static void
parse_segment (GPtrArray                   *blocks,
               const char                  *text,
               const ClocheMarkdownSegment *segment)
{
  cmark_node *document;

  if (segment->is_plain) {
    add_plain (blocks, text, segment->start, segment->end);
    return;
  }

  document = run_cmark (text + segment->start, segment->end - segment->start);
  if (is_too_deep (document))
    add_plain (blocks, text, segment->start, segment->end);
  else
    _cloche_markdown_flatten (document, text, segment->start, segment->end, blocks);
  cmark_node_free (document);
}

/* The start of the last thing that whole lines have begun: until its newline is there, "#" may become "#x" and with that
 * a line of the paragraph before. */
static gsize
find_open (GPtrArray  *blocks,
           const char *text,
           gsize       length)
{
  gsize line = length;

  while (line > 0 && text[line - 1] != '\n')
    line--;

  for (guint i = blocks->len; i > 0; i--)
    if (_cloche_markdown_block_get_offset (blocks->pdata[i - 1]) < line)
      return _cloche_markdown_block_get_offset (blocks->pdata[i - 1]);

  return 0;
}

/**
 * cloche_markdown_parse:
 * @markdown: from anyone; bytes that are no UTF-8, and NUL, become U+FFFD
 * @ret_open: (out) (optional): bytes into @markdown from which on more text may still change what came out
 *
 * Turns CommonMark with GitHub's tables, strike-through, links and task lists into blocks. HTML and mathematics come
 * out as they were typed. Takes milliseconds for whatever a model can send; may run in any thread.
 *
 * Returns: (element-type ClocheMarkdownBlock): the blocks in their order
 */
GPtrArray *
cloche_markdown_parse (GBytes *markdown,
                       gsize  *ret_open)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *valid = NULL;
  g_autoptr (GArray) segments = NULL;
  gsize length;
  const char *text = g_bytes_get_data (markdown, &length);

  if (length > 0 && !g_utf8_validate_len (text, length, NULL)) {
    valid = g_utf8_make_valid (text, length);
    text = valid;
    length = strlen (valid);
  }

  segments = cloche_markdown_guard_split (text, length);
  for (guint i = 0; i < segments->len; i++)
    parse_segment (blocks, text, &g_array_index (segments, ClocheMarkdownSegment, i));

  /* Offsets into repaired text are of no use to the caller, so all of that is parsed again. */
  if (ret_open != NULL)
    *ret_open = valid == NULL ? find_open (blocks, text, length) : 0;

  return blocks;
}
