/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-inline-private.h"

#include "cloche-markdown-block-private.h"

#include <string.h>

/* Where the walk through a paragraph is. Counters, since emphasis nests as deep as somebody likes. */
typedef struct
{
  GPtrArray *runs;
  GString *text;      /* of the run that is being built */
  ClocheMarkdownStyle style;
  const char *uri;
  guint bold;
  guint italic;
  guint strike;
  const char *link;   /* of the link that the walk is in */
  const char *image;  /* of the image whose description the walk is in */
} Walk;

static void
flush (Walk *walk)
{
  if (walk->text->len > 0)
    _cloche_markdown_runs_add (walk->runs, walk->text->str, walk->style, walk->uri);
  g_string_truncate (walk->text, 0);
}

static void
add (Walk               *walk,
     const char         *text,
     ClocheMarkdownStyle more)
{
  ClocheMarkdownStyle style = more;
  const char *uri = walk->link != NULL ? walk->link : walk->image;

  if (walk->bold > 0)
    style |= CLOCHE_MARKDOWN_BOLD;
  if (walk->italic > 0)
    style |= CLOCHE_MARKDOWN_ITALIC;
  if (walk->strike > 0)
    style |= CLOCHE_MARKDOWN_STRIKE;

  if (style != walk->style || g_strcmp0 (uri, walk->uri) != 0)
    flush (walk);
  walk->style = style;
  walk->uri = uri;
  g_string_append (walk->text, text);
}

/* Models write line breaks in table cells this way, Markdown having no other. */
static gboolean
is_break (const char *html)
{
  return g_ascii_strcasecmp (html, "<br>") == 0 || g_ascii_strcasecmp (html, "<br/>") == 0 ||
         g_ascii_strcasecmp (html, "<br />") == 0;
}

static void
visit_image (Walk       *walk,
             cmark_node *node,
             gboolean    enters)
{
  walk->image = enters ? cmark_node_get_url (node) : NULL;
  if (enters && cmark_node_first_child (node) == NULL && walk->image != NULL)
    add (walk, walk->image, 0);
}

static void
visit (Walk            *walk,
       cmark_node      *node,
       cmark_event_type event)
{
  gboolean enters = event == CMARK_EVENT_ENTER;
  int step = enters ? 1 : -1;
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_TEXT)
    add (walk, cmark_node_get_literal (node), 0);
  else if (type == CMARK_NODE_SOFTBREAK)
    add (walk, " ", 0);
  else if (type == CMARK_NODE_LINEBREAK)
    add (walk, "\n", 0);
  else if (type == CMARK_NODE_CODE)
    add (walk, cmark_node_get_literal (node), CLOCHE_MARKDOWN_MONO);
  else if (type == CMARK_NODE_HTML_INLINE)
    add (walk, is_break (cmark_node_get_literal (node)) ? "\n" : cmark_node_get_literal (node), 0);
  else if (type == CMARK_NODE_EMPH)
    walk->italic += step;
  else if (type == CMARK_NODE_STRONG)
    walk->bold += step;
  else if (type == CMARK_NODE_LINK)
    walk->link = enters ? cmark_node_get_url (node) : NULL;
  else if (type == CMARK_NODE_IMAGE)
    visit_image (walk, node, enters);
  else if (strcmp (cmark_node_get_type_string (node), "strikethrough") == 0)
    walk->strike += step;
}

/* Adds the text below @parent, a paragraph, heading or table cell, to @runs. */
void
_cloche_markdown_add_inlines (cmark_node *parent,
                              GPtrArray  *runs)
{
  Walk walk = { .runs = runs, .text = g_string_new (NULL) };
  cmark_iter *iter = cmark_iter_new (parent);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    if (cmark_iter_get_node (iter) != parent)
      visit (&walk, cmark_iter_get_node (iter), event);

  flush (&walk);
  cmark_iter_free (iter);
  g_string_free (walk.text, TRUE);
}
