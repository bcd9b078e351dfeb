/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-prose-tags.h"

/* pixels: how far each level of a list or quote stands in. */
#define INDENT 26

/* levels: deeper ones stand in no further, or nothing would be left of the width. */
#define LEVELS_MAX 8

/* pixels: between paragraphs, between items of a short list, above a heading. */
#define SPACE 12
#define SPACE_TIGHT 4
#define SPACE_HEADING 20

/* Sizes after libadwaita's title-1 to title-4, which are meant for windows, made smaller for text. */
static const double HEADING_SCALES[] = { 1.5, 1.3, 1.15, 1.05, 1.0, 1.0 };

static void
add_indent_tag (GtkTextBuffer *buffer,
                const char    *prefix,
                guint          level,
                gboolean       hangs)
{
  g_autofree char *name = g_strdup_printf ("%s-%u", prefix, level);
  g_autoptr (PangoTabArray) tabs = pango_tab_array_new_with_positions (1, TRUE, PANGO_TAB_LEFT, INDENT);

  if (hangs)
    gtk_text_buffer_create_tag (buffer, name, "left-margin", (int) (level - 1) * INDENT, "indent", -INDENT,
                                "tabs", tabs, NULL);
  else
    gtk_text_buffer_create_tag (buffer, name, "left-margin", (int) level * INDENT, NULL);
}

/**
 * cloche_prose_tags_add:
 *
 * Adds every tag that prose needs to a new @buffer.
 */
void
cloche_prose_tags_add (GtkTextBuffer *buffer)
{
  gtk_text_buffer_create_tag (buffer, "space-0", "pixels-above-lines", 0, NULL);
  gtk_text_buffer_create_tag (buffer, "space-tight", "pixels-above-lines", SPACE_TIGHT, NULL);
  gtk_text_buffer_create_tag (buffer, "space", "pixels-above-lines", SPACE, NULL);
  gtk_text_buffer_create_tag (buffer, "space-heading", "pixels-above-lines", SPACE_HEADING, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (HEADING_SCALES); i++) {
    g_autofree char *name = g_strdup_printf ("heading-%u", i + 1);

    gtk_text_buffer_create_tag (buffer, name, "scale", HEADING_SCALES[i], "weight", PANGO_WEIGHT_BOLD, NULL);
  }
  for (guint level = 1; level <= LEVELS_MAX; level++) {
    add_indent_tag (buffer, "indent", level, FALSE);
    add_indent_tag (buffer, "item", level, TRUE);
  }
  gtk_text_buffer_create_tag (buffer, "quote", NULL);
  gtk_text_buffer_create_tag (buffer, "bold", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_create_tag (buffer, "italic", "style", PANGO_STYLE_ITALIC, NULL);
  gtk_text_buffer_create_tag (buffer, "mono", "family", "monospace", "scale", 0.93, NULL);
  gtk_text_buffer_create_tag (buffer, "strike", "strikethrough", TRUE, NULL);
  gtk_text_buffer_create_tag (buffer, "link", "underline", PANGO_UNDERLINE_SINGLE, NULL);
  gtk_text_buffer_create_tag (buffer, "focused", NULL);
}

static void
set_color (GtkTextBuffer *buffer,
           const char    *name,
           const char    *property,
           GdkRGBA        color,
           double         alpha)
{
  color.alpha *= alpha;
  g_object_set (gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), name), property, &color, NULL);
}

/**
 * cloche_prose_tags_set_colors:
 * @text: the text's colour, which tells light from dark
 */
void
cloche_prose_tags_set_colors (GtkTextBuffer *buffer,
                              const GdkRGBA *text)
{
  gboolean is_dark = text->red + text->green + text->blue > 1.5;
  GdkRGBA link;

  /* Adwaita's blue 4 and blue 2, which are its link colours on light and dark. */
  gdk_rgba_parse (&link, is_dark ? "#78aeed" : "#1b6acb");
  set_color (buffer, "link", "foreground-rgba", link, 1);
  set_color (buffer, "focused", "background-rgba", link, 0.25);
  set_color (buffer, "mono", "background-rgba", *text, 0.08);
  set_color (buffer, "quote", "foreground-rgba", *text, 0.7);
}

/**
 * cloche_prose_tags_apply_run:
 *
 * Tags the text of one run.
 */
void
cloche_prose_tags_apply_run (GtkTextBuffer           *buffer,
                             const ClocheMarkdownRun *run,
                             const GtkTextIter       *start,
                             const GtkTextIter       *end)
{
  static const struct
  {
    ClocheMarkdownStyle style;
    const char *name;
  } STYLES[] = {
    { CLOCHE_MARKDOWN_BOLD, "bold" },
    { CLOCHE_MARKDOWN_ITALIC, "italic" },
    { CLOCHE_MARKDOWN_MONO, "mono" },
    { CLOCHE_MARKDOWN_STRIKE, "strike" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (STYLES); i++)
    if (run->style & STYLES[i].style)
      gtk_text_buffer_apply_tag_by_name (buffer, STYLES[i].name, start, end);
  if (run->uri != NULL)
    gtk_text_buffer_apply_tag_by_name (buffer, "link", start, end);
}

static void
apply_level (GtkTextBuffer     *buffer,
             const char        *prefix,
             guint              level,
             const GtkTextIter *start,
             const GtkTextIter *end)
{
  g_autofree char *name = g_strdup_printf ("%s-%u", prefix, MIN (level, LEVELS_MAX));

  gtk_text_buffer_apply_tag_by_name (buffer, name, start, end);
}

/* Whether both stand in one short list. Where a bullet follows a number, a list has ended. */
static gboolean
is_next_item (const ClocheMarkdownParagraph *previous,
              const ClocheMarkdownParagraph *paragraph)
{
  gboolean same_level = previous->list_depth == paragraph->list_depth;
  gboolean same_kind = previous->marker == NULL || paragraph->marker == NULL ||
                       g_ascii_isdigit (*previous->marker) == g_ascii_isdigit (*paragraph->marker);

  return previous->is_tight && paragraph->is_tight && (!same_level || same_kind);
}

/**
 * cloche_prose_tags_apply_paragraph:
 * @previous: (nullable): what stands above it
 *
 * Tags a whole paragraph, its marker included.
 */
void
cloche_prose_tags_apply_paragraph (GtkTextBuffer                 *buffer,
                                   const ClocheMarkdownParagraph *previous,
                                   const ClocheMarkdownParagraph *paragraph,
                                   const GtkTextIter             *start,
                                   const GtkTextIter             *end)
{
  guint level = paragraph->list_depth + paragraph->quote_depth;
  const char *space = "space";

  if (previous == NULL)
    space = "space-0";
  else if (paragraph->heading > 0)
    space = "space-heading";
  else if (is_next_item (previous, paragraph))
    space = "space-tight";
  gtk_text_buffer_apply_tag_by_name (buffer, space, start, end);

  if (paragraph->heading > 0)
    apply_level (buffer, "heading", paragraph->heading, start, end);
  if (level > 0)
    apply_level (buffer, paragraph->marker != NULL ? "item" : "indent", level, start, end);
  if (paragraph->quote_depth > 0)
    gtk_text_buffer_apply_tag_by_name (buffer, "quote", start, end);
}
