/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-card.h"

#include "cloche-code-view.h"
#include "cloche-comparison.h"
#include "cloche-copy-button.h"
#include "cloche-file-chip.h"
#include "cloche-frame-flush.h"
#include "cloche-output-view.h"
#include "cloche-tool-words.h"

#include <glib/gi18n.h>

/* pixels, lines: code or printed text that is higher scrolls inside the card. */
#define SECTION_HEIGHT_MAX 280
#define SECTION_LINES_MAX 16

/* files: that are shown as pictures; who unpacks an album sees the names of the others. */
#define PICTURES_MAX 4

struct _ClocheToolCard
{
  GtkBox parent_instance;

  GtkWidget *toggle;
  GtkWidget *icon;
  GtkWidget *spinner;
  GtkWidget *title;
  GtkWidget *state;
  GtkWidget *arrow;
  GtkWidget *body;
  GtkWidget *copy;
  GtkWidget *code;
  GtkWidget *printed;
  GtkWidget *problem;
  GtkWidget *chips;

  ClocheToolRun *run;
  ClocheFiles *files;
  GPtrArray *shown_outputs;   /* of ClocheOutput: those that have a widget above @chips, in their order */
  guint n_shown_files;
  guint n_shown_pictures;     /* of those files */
};

G_DEFINE_FINAL_TYPE (ClocheToolCard, cloche_tool_card, GTK_TYPE_BOX)

static gboolean
is_rich (ClocheOutput *output)
{
  ClocheOutputKind kind = cloche_output_get_kind (output);

  return kind == CLOCHE_OUTPUT_RESULT || kind == CLOCHE_OUTPUT_DISPLAY;
}

static GPtrArray *
list_rich_outputs (ClocheToolCard *self)
{
  ClocheToolResult *result = cloche_tool_run_get_result (self->run);
  guint n = result != NULL ? cloche_tool_result_get_n_outputs (result) : cloche_tool_run_get_n_outputs (self->run);
  GPtrArray *outputs = g_ptr_array_new ();

  for (guint i = 0; i < n; i++) {
    ClocheOutput *output = result != NULL ? cloche_tool_result_get_output (result, i)
                           : cloche_tool_run_get_output (self->run, i);

    if (is_rich (output))
      g_ptr_array_add (outputs, output);
  }

  return outputs;
}

/*
 * What is shown already stays, so that a picture is not decoded twice when the run ends. Not in a box of their own, which
 * would be hidden at first: GTK 4.8 does not ask a hidden box again whether its height follows its width when children come.
 */
static void
update_outputs (ClocheToolCard *self)
{
  g_autoptr (GPtrArray) outputs = list_rich_outputs (self);
  guint n_same = 0;

  while (n_same < outputs->len && n_same < self->shown_outputs->len &&
         outputs->pdata[n_same] == self->shown_outputs->pdata[n_same])
    n_same++;

  while (self->shown_outputs->len > n_same) {
    gtk_box_remove (GTK_BOX (self), gtk_widget_get_prev_sibling (self->chips));
    g_ptr_array_set_size (self->shown_outputs, self->shown_outputs->len - 1);
  }
  for (guint i = n_same; i < outputs->len; i++) {
    gtk_box_insert_child_after (GTK_BOX (self), cloche_output_view_new (outputs->pdata[i], self->files),
                                gtk_widget_get_prev_sibling (self->chips));
    g_ptr_array_add (self->shown_outputs, cloche_output_ref (outputs->pdata[i]));
  }
}

static gboolean
has_image_type (ClocheContent *content)
{
  static const char *const TYPES[] = { "image/png", "image/jpeg", "image/svg+xml", NULL };

  return g_strv_contains (TYPES, cloche_content_get_mime_type (content));
}

/* Whether pictures are shown already: who shows a chart mostly saves it, too, and it need not be there twice. */
static gboolean
shows_pictures (ClocheToolCard *self)
{
  for (guint i = 0; i < self->shown_outputs->len; i++) {
    ClocheOutput *output = g_ptr_array_index (self->shown_outputs, i);

    for (guint j = 0; j < cloche_output_get_n_contents (output); j++)
      if (has_image_type (cloche_output_get_content (output, j)))
        return TRUE;
  }

  return FALSE;
}

/* Those that are at hand or in the store; another one stays in the machine until somebody wants it. */
static gboolean
is_picture (ClocheFile *file)
{
  ClocheContent *content = cloche_file_get_content (file);

  return has_image_type (content) &&
         (cloche_content_get_bytes (content) != NULL || cloche_content_get_blob (content) != NULL);
}

/* A picture that was changed has a place of its own, below the other files: its two forms, and what can be done with it. */
static void
add_file (ClocheToolCard *self,
          ClocheFile     *file)
{
  GtkWidget *chip = cloche_file_chip_new (file, self->files);

  if (cloche_file_get_origin (file) != NULL)
    cloche_file_chip_offer_replace (CLOCHE_FILE_CHIP (chip));
  if (cloche_file_get_before (file) != NULL) {
    gtk_box_append (GTK_BOX (self), cloche_comparison_new (file, self->files));
    gtk_box_append (GTK_BOX (self), chip);
    return;
  }

  if (is_picture (file) && self->n_shown_pictures < PICTURES_MAX && !shows_pictures (self)) {
    cloche_file_chip_show_picture (CLOCHE_FILE_CHIP (chip));
    self->n_shown_pictures++;
  }
  gtk_flow_box_append (GTK_FLOW_BOX (self->chips), chip);
  gtk_widget_set_focusable (gtk_widget_get_last_child (self->chips), FALSE);
}

static void
update_files (ClocheToolCard *self)
{
  ClocheToolResult *result = cloche_tool_run_get_result (self->run);
  guint n = result != NULL ? cloche_tool_result_get_n_files (result) : 0;

  for (; self->n_shown_files < n; self->n_shown_files++)
    add_file (self, cloche_tool_result_get_file (result, self->n_shown_files));
  gtk_widget_set_visible (self->chips, gtk_widget_get_first_child (self->chips) != NULL);
}

/* A scrollbar's slider has a least height, which a single line must not get. */
static void
set_text (GtkWidget  *view,
          const char *text)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW);
  gboolean is_long;

  cloche_code_view_set_text (CLOCHE_CODE_VIEW (view), text);
  is_long = gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view))) > SECTION_LINES_MAX;
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC,
                                  is_long ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
  gtk_widget_set_visible (scrolled, *text != '\0');
}

static void
update_printed (GtkWidget *widget)
{
  ClocheToolCard *self = CLOCHE_TOOL_CARD (widget);
  g_autofree char *printed = cloche_tool_words_dup_printed (self->run);

  set_text (self->printed, printed != NULL ? printed : "");
}

static void
update_header (ClocheToolCard *self)
{
  gboolean is_running = cloche_tool_run_get_state (self->run) == CLOCHE_TOOL_RUN_RUNNING;
  g_autofree char *title = cloche_tool_words_dup_title (self->run);
  g_autofree char *state = cloche_tool_words_dup_state (self->run);
  g_autofree char *problem = cloche_tool_words_dup_problem (self->run);
  g_autofree char *name = g_strdup_printf ("%s, %s", title, state);

  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->state), state);
  /* A button with several labels inside has the name of none of them. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), cloche_tool_words_get_icon (self->run));
  gtk_widget_set_visible (self->icon, !is_running);
  gtk_widget_set_visible (self->spinner, is_running);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), is_running);
  gtk_label_set_text (GTK_LABEL (self->problem), problem != NULL ? problem : "");
  gtk_widget_set_visible (self->problem, problem != NULL);
}

static void
state_changed_cb (ClocheToolCard *self)
{
  update_header (self);
  update_printed (GTK_WIDGET (self));
  update_outputs (self);
  update_files (self);
}

static void
text_added_cb (ClocheToolCard *self)
{
  cloche_frame_flush_request (GTK_WIDGET (self), update_printed);
}

static char *
dup_code (gpointer user_data)
{
  return cloche_tool_words_dup_code (CLOCHE_TOOL_CARD (user_data)->run);
}

static void
toggled_cb (ClocheToolCard *self)
{
  gboolean is_expanded = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->toggle));

  gtk_widget_set_visible (self->body, is_expanded);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow), is_expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_STATE_EXPANDED, is_expanded, -1);
}

static GtkWidget *
make_section (GtkWidget  *view,
              const char *label)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), SECTION_HEIGHT_MAX);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);

  return scrolled;
}

static GtkWidget *
make_header (ClocheToolCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->icon = gtk_image_new ();
  self->spinner = gtk_spinner_new ();
  self->title = gtk_label_new (NULL);
  self->state = gtk_label_new (NULL);
  self->arrow = gtk_image_new ();
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (GTK_LABEL (self->state), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->state, "dim-label");
  gtk_widget_add_css_class (self->state, "numeric");
  gtk_box_append (GTK_BOX (box), self->arrow);
  gtk_box_append (GTK_BOX (box), self->icon);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), self->state);

  self->toggle = gtk_toggle_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->toggle), box);
  gtk_widget_add_css_class (self->toggle, "flat");
  gtk_widget_add_css_class (self->toggle, "tool-toggle");
  gtk_widget_set_hexpand (self->toggle, TRUE);
  g_signal_connect_swapped (self->toggle, "toggled", G_CALLBACK (toggled_cb), self);

  gtk_widget_add_css_class (row, "tool-header");
  gtk_box_append (GTK_BOX (row), self->toggle);
  self->copy = cloche_copy_button_new (_ ("Copy Code"), dup_code, self);
  gtk_box_append (GTK_BOX (row), self->copy);

  return row;
}

static GtkWidget *
make_body (ClocheToolCard *self)
{
  GtkWidget *body = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *printed_section;

  self->code = cloche_code_view_new ();
  self->printed = cloche_code_view_new ();
  printed_section = make_section (self->printed, _ ("Printed Text"));
  gtk_widget_add_css_class (printed_section, "tool-section");
  gtk_widget_add_css_class (body, "tool-body");
  gtk_box_append (GTK_BOX (body), make_section (self->code, _ ("Code")));
  gtk_box_append (GTK_BOX (body), printed_section);

  return body;
}

static void
cloche_tool_card_dispose (GObject *object)
{
  ClocheToolCard *self = CLOCHE_TOOL_CARD (object);

  if (self->run != NULL)
    g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (cloche_tool_card_parent_class)->dispose (object);
}

static void
cloche_tool_card_finalize (GObject *object)
{
  g_clear_pointer (&CLOCHE_TOOL_CARD (object)->shown_outputs, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_tool_card_parent_class)->finalize (object);
}

static void
cloche_tool_card_class_init (ClocheToolCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_tool_card_dispose;
  object_class->finalize = cloche_tool_card_finalize;
}

static void
cloche_tool_card_init (ClocheToolCard *self)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->shown_outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_output_unref);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 12);

  gtk_widget_add_css_class (card, "tool-card");
  gtk_widget_set_overflow (card, GTK_OVERFLOW_HIDDEN);
  gtk_box_append (GTK_BOX (card), make_header (self));
  self->problem = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->problem), 0);
  gtk_label_set_wrap (GTK_LABEL (self->problem), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->problem), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (self->problem), TRUE);
  gtk_widget_add_css_class (self->problem, "tool-problem");
  gtk_box_append (GTK_BOX (card), self->problem);
  self->body = make_body (self);
  gtk_box_append (GTK_BOX (card), self->body);
  gtk_box_append (GTK_BOX (self), card);

  self->chips = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->chips), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->chips), 8);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->chips), 6);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->chips), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->chips), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Files"), -1);
  gtk_box_append (GTK_BOX (self), self->chips);
}

/**
 * cloche_tool_card_new:
 * @files: where pictures and files come from that are not at hand
 */
GtkWidget *
cloche_tool_card_new (ClocheToolRun *run,
                      ClocheFiles   *files)
{
  ClocheToolCard *self = g_object_new (CLOCHE_TYPE_TOOL_CARD, NULL);
  g_autofree char *code = NULL;

  self->run = g_object_ref (run);
  self->files = g_object_ref (files);
  g_signal_connect_swapped (run, "notify::state", G_CALLBACK (state_changed_cb), self);
  g_signal_connect_swapped (run, "text-added", G_CALLBACK (text_added_cb), self);
  g_signal_connect_swapped (run, "outputs-changed", G_CALLBACK (update_outputs), self);

  code = cloche_tool_words_dup_code (run);
  cloche_code_view_set_language (CLOCHE_CODE_VIEW (self->code), cloche_tool_words_get_language (run));
  set_text (self->code, code);
  gtk_widget_set_visible (self->copy, *code != '\0');
  state_changed_cb (self);
  toggled_cb (self);
  cloche_tool_card_set_expanded (self, TRUE);

  return GTK_WIDGET (self);
}

gboolean
cloche_tool_card_is_expanded (ClocheToolCard *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_CARD (self), FALSE);

  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->toggle));
}

/**
 * cloche_tool_card_set_expanded:
 *
 * Whether code and printed text are shown; results and files always are.
 */
void
cloche_tool_card_set_expanded (ClocheToolCard *self,
                               gboolean        is_expanded)
{
  g_return_if_fail (CLOCHE_IS_TOOL_CARD (self));

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->toggle), is_expanded);
}
