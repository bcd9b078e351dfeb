/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-table.h"

#include "cloche-copy-button.h"
#include "cloche-scroll-keys.h"
#include "cloche-table-data.h"

#include <string.h>

#include <glib/gi18n.h>

/* rows: shown at first, and added by each press of the button; a label each cell is what costs. */
#define FIRST_ROWS 10
#define MORE_ROWS 90

/* characters: a wider cell wraps. */
#define CELL_CHARS 40

struct _ClocheTable
{
  GtkBox parent_instance;

  ClocheTableData *data;
  char *source;        /* Markdown, or NULL: what the copy button copies instead of tabs */
  GtkWidget *grid;
  GtkWidget *footer;
  GtkWidget *note;
  GtkWidget *more_button;
  guint n_shown;
};

G_DEFINE_FINAL_TYPE (ClocheTable, cloche_table, GTK_TYPE_BOX)

static char *
dup_text (gpointer user_data)
{
  ClocheTable *self = user_data;

  return self->source != NULL ? g_strdup (self->source) : cloche_table_data_dup_tsv (self->data);
}

static double
get_xalign (ClocheMarkdownAlign align)
{
  switch (align) {
  case CLOCHE_MARKDOWN_ALIGN_CENTER:
    return 0.5;
  case CLOCHE_MARKDOWN_ALIGN_END:
    return 1;
  default:
    return 0;
  }
}

static void
set_cell (GtkLabel   *label,
          const char *text)
{
  if (g_str_equal (gtk_label_get_label (label), text))
    return;

  gtk_label_set_text (label, text);
  if (g_utf8_strlen (text, -1) > CELL_CHARS || strchr (text, '\n') != NULL) {
    gtk_label_set_width_chars (label, CELL_CHARS / 2);
    gtk_label_set_max_width_chars (label, CELL_CHARS);
    gtk_label_set_wrap (label, TRUE);
    gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  }
}

static GtkWidget *
make_cell (ClocheTable *self,
           const char  *text,
           guint        column)
{
  ClocheMarkdownAlign align = cloche_table_data_get_align (self->data, column);
  GtkWidget *label = gtk_label_new (NULL);

  set_cell (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), get_xalign (align));
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* The whole table is one stop; a thousand would be too many. */
  gtk_widget_set_focusable (label, FALSE);
  if (column + 1 == cloche_table_data_get_n_columns (self->data))
    gtk_widget_set_hexpand (label, TRUE);
  if (align == CLOCHE_MARKDOWN_ALIGN_END)
    gtk_widget_add_css_class (label, "numeric");

  return label;
}

static void
add_header (ClocheTable *self)
{
  for (guint column = 0; column < cloche_table_data_get_n_columns (self->data); column++) {
    const char *type = cloche_table_data_get_type_name (self->data, column);
    GtkWidget *label = make_cell (self, cloche_table_data_get_header (self->data, column), column);

    gtk_widget_add_css_class (label, "table-header");
    gtk_widget_set_tooltip_text (label, type);
    gtk_grid_attach (GTK_GRID (self->grid), label, column, 0, 1, 1);
  }
}

static void
add_rows (ClocheTable *self,
          guint        n)
{
  guint end = MIN (self->n_shown + n, cloche_table_data_get_n_rows (self->data));

  for (guint row = self->n_shown; row < end; row++)
    for (guint column = 0; column < cloche_table_data_get_n_columns (self->data); column++) {
      GtkWidget *label = make_cell (self, cloche_table_data_get_cell (self->data, row, column), column);

      if (column == 0 && cloche_table_data_get_type_name (self->data, 1) != NULL)
        gtk_widget_add_css_class (label, "table-index");
      gtk_grid_attach (GTK_GRID (self->grid), label, column, row + 1, 1, 1);
    }
  self->n_shown = end;
}

static void
update_footer (ClocheTable *self)
{
  guint64 n_all = cloche_table_data_get_n_all_rows (self->data);
  guint n_rows = cloche_table_data_get_n_rows (self->data);
  g_autofree char *note = NULL;

  if (self->n_shown < n_all)
    /* Translators: %u of %s rows of a table are shown. %s is a number, too. */
    note = g_strdup_printf (g_dngettext (NULL, "%u of %" G_GUINT64_FORMAT " row",
                                         "%u of %" G_GUINT64_FORMAT " rows", n_all), self->n_shown, n_all);
  else
    note = g_strdup_printf (g_dngettext (NULL, "%" G_GUINT64_FORMAT " row", "%" G_GUINT64_FORMAT " rows", n_all), n_all);
  gtk_label_set_text (GTK_LABEL (self->note), note);
  gtk_widget_set_visible (self->more_button, self->n_shown < n_rows);
}

/* A table may be wider than the window. */
static gboolean
key_pressed_cb (ClocheTable    *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  static const struct
  {
    guint keyval;
    GtkMovementStep step;
    int count;
  } KEYS[] = {
    { GDK_KEY_Left, GTK_MOVEMENT_VISUAL_POSITIONS, -1 }, { GDK_KEY_Right, GTK_MOVEMENT_VISUAL_POSITIONS, 1 },
    { GDK_KEY_Up, GTK_MOVEMENT_DISPLAY_LINES, -1 }, { GDK_KEY_Down, GTK_MOVEMENT_DISPLAY_LINES, 1 },
    { GDK_KEY_Home, GTK_MOVEMENT_DISPLAY_LINE_ENDS, -1 }, { GDK_KEY_End, GTK_MOVEMENT_DISPLAY_LINE_ENDS, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (KEYS); i++)
    if (keyval == KEYS[i].keyval && (state & gtk_accelerator_get_default_mod_mask ()) == 0)
      return cloche_scroll_keys_move (self->grid, KEYS[i].step, KEYS[i].count);

  return FALSE;
}

/* By hand: a scrolled window of GTK 4.8 keeps the Tab key once what is in it has the keyboard itself. */
static gboolean
cloche_table_focus (GtkWidget       *widget,
                    GtkDirectionType direction)
{
  ClocheTable *self = CLOCHE_TABLE (widget);
  gboolean is_backward = direction == GTK_DIR_TAB_BACKWARD;
  GtkWidget *inside = gtk_widget_get_focus_child (widget);

  if (gtk_widget_is_focus (self->grid))
    return !is_backward && gtk_widget_child_focus (self->footer, direction);
  if ((inside != NULL || is_backward) && gtk_widget_child_focus (self->footer, direction))
    return TRUE;
  if (inside != NULL && !is_backward)
    return FALSE;

  return gtk_widget_grab_focus (self->grid);
}

static void
more_cb (ClocheTable *self)
{
  add_rows (self, MORE_ROWS);
  update_footer (self);
  /* The button may have gone, and cannot keep the keyboard then. */
  if (!gtk_widget_get_visible (self->more_button))
    gtk_widget_grab_focus (self->grid);
}

static void
cloche_table_finalize (GObject *object)
{
  ClocheTable *self = CLOCHE_TABLE (object);

  g_clear_pointer (&self->data, cloche_table_data_free);
  g_clear_pointer (&self->source, g_free);

  G_OBJECT_CLASS (cloche_table_parent_class)->finalize (object);
}

static void
cloche_table_class_init (ClocheTableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_table_finalize;
  GTK_WIDGET_CLASS (klass)->focus = cloche_table_focus;
}

static void
cloche_table_init (ClocheTable *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (GTK_WIDGET (self), "data-table");

  self->grid = gtk_grid_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Table"), -1);
  gtk_widget_set_focusable (self->grid, TRUE);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->grid, key);
  gtk_widget_set_focusable (scrolled, FALSE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->grid);
  gtk_box_append (GTK_BOX (self), scrolled);

  self->footer = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->note = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->note, "caption");
  gtk_widget_add_css_class (self->note, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (self->note), 0);
  gtk_widget_set_hexpand (self->note, TRUE);
  self->more_button = gtk_button_new_with_label (_ ("Show More"));
  gtk_widget_add_css_class (self->more_button, "flat");
  g_signal_connect_swapped (self->more_button, "clicked", G_CALLBACK (more_cb), self);
  gtk_widget_add_css_class (self->footer, "table-footer");
  gtk_box_append (GTK_BOX (self->footer), self->note);
  gtk_box_append (GTK_BOX (self->footer), self->more_button);
  gtk_box_append (GTK_BOX (self->footer), cloche_copy_button_new (_ ("Copy Table"), dup_text, self));
  gtk_box_append (GTK_BOX (self), self->footer);
}

static GtkWidget *
table_new (ClocheTableData *data)
{
  ClocheTable *self = g_object_new (CLOCHE_TYPE_TABLE, NULL);

  self->data = data;
  add_header (self);
  add_rows (self, FIRST_ROWS);
  update_footer (self);

  return GTK_WIDGET (self);
}

/**
 * cloche_table_new_for_markdown:
 * @block: of kind %CLOCHE_MARKDOWN_TABLE
 */
GtkWidget *
cloche_table_new_for_markdown (ClocheMarkdownBlock *block)
{
  GtkWidget *self = table_new (cloche_table_data_new_for_markdown (block));

  CLOCHE_TABLE (self)->source = g_strdup (cloche_markdown_block_get_source (block));

  return self;
}

/* Whether @data is the same table as before with other or more cells. */
static gboolean
continues (ClocheTable     *self,
           ClocheTableData *data)
{
  guint n_columns = cloche_table_data_get_n_columns (self->data);

  if (cloche_table_data_get_n_columns (data) != n_columns ||
      cloche_table_data_get_n_rows (data) < cloche_table_data_get_n_rows (self->data))
    return FALSE;

  for (guint column = 0; column < n_columns; column++)
    if (cloche_table_data_get_align (data, column) != cloche_table_data_get_align (self->data, column))
      return FALSE;

  return TRUE;
}

/**
 * cloche_table_try_update:
 * @block: of kind %CLOCHE_MARKDOWN_TABLE
 *
 * Shows @block if it is what it showed with more behind it, as while an answer comes: a label costs more than its text.
 */
gboolean
cloche_table_try_update (ClocheTable         *self,
                         ClocheMarkdownBlock *block)
{
  ClocheTableData *data;

  g_return_val_if_fail (CLOCHE_IS_TABLE (self), FALSE);
  g_return_val_if_fail (self->source != NULL, FALSE);

  data = cloche_table_data_new_for_markdown (block);
  if (!continues (self, data)) {
    cloche_table_data_free (data);
    return FALSE;
  }

  cloche_table_data_free (self->data);
  self->data = data;
  g_free (self->source);
  self->source = g_strdup (cloche_markdown_block_get_source (block));
  for (guint column = 0; column < cloche_table_data_get_n_columns (data); column++) {
    set_cell (GTK_LABEL (gtk_grid_get_child_at (GTK_GRID (self->grid), column, 0)),
              cloche_table_data_get_header (data, column));
    for (guint row = 0; row < self->n_shown; row++)
      set_cell (GTK_LABEL (gtk_grid_get_child_at (GTK_GRID (self->grid), column, row + 1)),
                cloche_table_data_get_cell (data, row, column));
  }
  if (self->n_shown < FIRST_ROWS)
    add_rows (self, FIRST_ROWS - self->n_shown);
  update_footer (self);

  return TRUE;
}

/**
 * cloche_table_new_for_json:
 * @json: "application/vnd.cloche.table+json", from a guest
 *
 * Returns: (nullable): %NULL if @json is no table
 */
GtkWidget *
cloche_table_new_for_json (const char *json)
{
  ClocheTableData *data = cloche_table_data_new_for_json (json, NULL);

  return data != NULL ? table_new (data) : NULL;
}
