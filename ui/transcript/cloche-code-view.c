/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-code-view.h"

#include <adwaita.h>

#include "cloche-scroll-keys.h"
#include "cloche-text-height.h"

#include <string.h>

/* bytes: Pango lays a line out as one piece, so longer ones are shown on several lines. */
#define LINE_BYTES_MAX 4096

/* bytes: colours for more text than this take longer than they are worth. */
#define HIGHLIGHT_BYTES_MAX (256 * 1024)

struct _ClocheCodeView
{
  GtkSourceView parent_instance;

  char *text;                 /* as it was given, before long lines were broken */
  ClocheTextHeight *height;   /* or NULL before the first measure */
};

G_DEFINE_FINAL_TYPE (ClocheCodeView, cloche_code_view, GTK_SOURCE_TYPE_VIEW)

static char *
break_long_lines (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 64);
  gsize length = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    length = *p == '\n' ? 0 : length + 1;
    if (length > LINE_BYTES_MAX) {
      g_string_append_c (out, '\n');
      length = 0;
    }
    g_string_append_len (out, p, g_utf8_next_char (p) - p);
  }

  return g_string_free (out, FALSE);
}

static GtkSourceLanguage *
find_language (const char *name)
{
  static const struct
  {
    const char *name;
    const char *id;
  } ALIASES[] = {
    { "py", "python3" }, { "python", "python3" }, { "ipython", "python3" }, { "bash", "sh" }, { "shell", "sh" },
    { "zsh", "sh" }, { "console", "sh" }, { "javascript", "js" }, { "ts", "typescript" }, { "c++", "cpp" },
    { "h", "chdr" }, { "yml", "yaml" }, { "md", "markdown" }, { "rs", "rust" }, { "rb", "ruby" }, { "htm", "html" },
    { "csharp", "c-sharp" }, { "cs", "c-sharp" }, { "tex", "latex" }, { "make", "makefile" },
    { "docker", "dockerfile" },
  };
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  g_autofree char *id = g_ascii_strdown (name, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (ALIASES); i++)
    if (g_str_equal (id, ALIASES[i].name))
      return gtk_source_language_manager_get_language (manager, ALIASES[i].id);

  return gtk_source_language_manager_get_language (manager, id);
}

static void
dark_changed_cb (ClocheCodeView *self)
{
  gboolean is_dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self))),
                                      gtk_source_style_scheme_manager_get_scheme (manager, is_dark ? "Adwaita-dark"
                                                                                  : "Adwaita"));
}

static GtkSizeRequestMode
cloche_code_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
cloche_code_view_measure (GtkWidget     *widget,
                          GtkOrientation orientation,
                          int            for_size,
                          int           *minimum,
                          int           *natural,
                          int           *minimum_baseline,
                          int           *natural_baseline)
{
  ClocheCodeView *self = CLOCHE_CODE_VIEW (widget);

  if (self->height == NULL)
    self->height = cloche_text_height_new (GTK_TEXT_VIEW (self));

  /* Its lines do not wrap, so every width gives the same height. It can show a part of them. */
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = cloche_text_height_get_width (self->height);
  else
    *natural = cloche_text_height_get_height (self->height, 1);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = 0;
}

static void
cloche_code_view_move_cursor (GtkTextView    *view,
                              GtkMovementStep step,
                              int             count,
                              gboolean        extends_selection)
{
  if (extends_selection || !cloche_scroll_keys_move (GTK_WIDGET (view), step, count))
    GTK_TEXT_VIEW_CLASS (cloche_code_view_parent_class)->move_cursor (view, step, count, extends_selection);
}

static void
cloche_code_view_finalize (GObject *object)
{
  ClocheCodeView *self = CLOCHE_CODE_VIEW (object);

  g_clear_pointer (&self->height, cloche_text_height_free);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (cloche_code_view_parent_class)->finalize (object);
}

static void
cloche_code_view_class_init (ClocheCodeViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_code_view_finalize;
  widget_class->get_request_mode = cloche_code_view_get_request_mode;
  widget_class->measure = cloche_code_view_measure;
  GTK_TEXT_VIEW_CLASS (klass)->move_cursor = cloche_code_view_move_cursor;
}

static void
cloche_code_view_init (ClocheCodeView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);

  self->text = g_strdup ("");
  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_monospace (view, TRUE);
  gtk_text_view_set_left_margin (view, 12);
  gtk_text_view_set_right_margin (view, 12);
  gtk_text_view_set_top_margin (view, 10);
  gtk_text_view_set_bottom_margin (view, 10);
  gtk_widget_add_css_class (GTK_WIDGET (self), "code");

  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (dark_changed_cb), self,
                           G_CONNECT_SWAPPED);
  dark_changed_cb (self);
}

GtkWidget *
cloche_code_view_new (void)
{
  return g_object_new (CLOCHE_TYPE_CODE_VIEW, NULL);
}

/**
 * cloche_code_view_set_language:
 * @language: (nullable): as it stands behind a fence; one that nobody knows gives plain text
 */
void
cloche_code_view_set_language (ClocheCodeView *self,
                               const char     *language)
{
  GtkSourceBuffer *buffer;

  g_return_if_fail (CLOCHE_IS_CODE_VIEW (self));

  buffer = GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)));
  gtk_source_buffer_set_language (buffer, language != NULL ? find_language (language) : NULL);
}

char *
cloche_code_view_dup_text (ClocheCodeView *self)
{
  g_return_val_if_fail (CLOCHE_IS_CODE_VIEW (self), NULL);

  return g_strdup (self->text);
}

/**
 * cloche_code_view_set_text:
 * @text: valid UTF-8; cheap if it starts with the text so far
 */
void
cloche_code_view_set_text (ClocheCodeView *self,
                           const char     *text)
{
  GtkTextBuffer *buffer;
  GtkTextIter end;

  g_return_if_fail (CLOCHE_IS_CODE_VIEW (self));
  g_return_if_fail (text != NULL);

  if (g_str_equal (text, self->text))
    return;

  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  gtk_source_buffer_set_highlight_syntax (GTK_SOURCE_BUFFER (buffer), strlen (text) <= HIGHLIGHT_BYTES_MAX);
  if (g_str_has_prefix (text, self->text)) {
    g_autofree char *more = break_long_lines (text + strlen (self->text));

    gtk_text_buffer_get_end_iter (buffer, &end);
    gtk_text_buffer_insert (buffer, &end, more, -1);
  } else {
    g_autofree char *all = break_long_lines (text);

    gtk_text_buffer_set_text (buffer, all, -1);
  }
  g_free (self->text);
  self->text = g_strdup (text);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
