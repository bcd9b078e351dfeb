/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-item-row.h"

#include <adwaita.h>

#include "cloche-copy-button.h"
#include "cloche-file-chip.h"
#include "cloche-frame-flush.h"
#include "cloche-item-markdown.h"
#include "cloche-markdown-view.h"
#include "cloche-selectable.h"
#include "cloche-tool-card.h"
#include "cloche-viewed.h"

#include <glib/gi18n.h>

/* pixels: wider lines are hard to read. */
#define WIDTH_MAX 760

struct _ClocheItemRow
{
  GtkWidget parent_instance;

  GtkWidget *clamp;
  GtkWidget *text_view;     /* ClocheMarkdownView or GtkLabel, or NULL */
  GtkWidget *title;         /* GtkLabel of thinking, or NULL */
  GtkWidget *footer;        /* what is shown below a finished answer, or NULL */

  ClocheItem *item;
  ClocheFiles *files;
};

static void cloche_item_row_selectable_init (ClocheSelectableInterface *iface);
static void cloche_item_row_viewed_init (ClocheViewedInterface *iface);

/* Of an answer any part can be selected, everything else as a whole. */
G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheItemRow, cloche_item_row, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_SELECTABLE, cloche_item_row_selectable_init)
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_VIEWED, cloche_item_row_viewed_init))

static char *
dup_item_text (gpointer user_data)
{
  return g_strdup (cloche_item_get_text (CLOCHE_ITEM_ROW (user_data)->item));
}

static void
update_text (GtkWidget *widget)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (widget);
  const char *text = cloche_item_get_text (self->item);
  gboolean is_open = cloche_item_is_open (self->item);

  if (text == NULL)
    text = "";
  if (CLOCHE_IS_MARKDOWN_VIEW (self->text_view))
    cloche_markdown_view_set_text (CLOCHE_MARKDOWN_VIEW (self->text_view), text, !is_open);
  else if (self->text_view != NULL)
    gtk_label_set_text (GTK_LABEL (self->text_view), text);
  if (self->title != NULL) {
    const char *title = is_open ? _ ("Thinking…") : _ ("Thought");

    gtk_label_set_text (GTK_LABEL (self->title), title);
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_ancestor (self->title, GTK_TYPE_EXPANDER)),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  }
  if (self->footer != NULL)
    gtk_widget_set_visible (self->footer, !is_open && *text != '\0');
}

static void
changed_cb (ClocheItemRow *self)
{
  cloche_frame_flush_request (GTK_WIDGET (self), update_text);
}

static GtkWidget *
make_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);

  return label;
}

static void
add_chips (ClocheItemRow *self,
           GtkWidget     *box)
{
  for (guint i = 0; i < cloche_item_get_n_files (self->item); i++) {
    GtkWidget *chip = cloche_file_chip_new (cloche_item_get_file (self->item, i), self->files);

    gtk_widget_set_halign (chip, GTK_ALIGN_END);
    gtk_box_append (GTK_BOX (box), chip);
  }
}

/* What the person wrote stands to the right, as they typed it. */
static GtkWidget *
make_question (ClocheItemRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  const char *text = cloche_item_get_text (self->item);

  add_chips (self, box);
  if (text == NULL || *text == '\0')
    return box;

  self->text_view = make_label ();
  gtk_widget_add_css_class (self->text_view, "user-bubble");
  gtk_widget_set_halign (self->text_view, GTK_ALIGN_END);
  gtk_widget_set_margin_start (self->text_view, 48);
  gtk_box_append (GTK_BOX (box), self->text_view);

  return box;
}

static GtkWidget *
make_answer (ClocheItemRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  self->text_view = cloche_markdown_view_new ();
  self->footer = cloche_copy_button_new (_ ("Copy Answer"), dup_item_text, self);
  gtk_widget_add_css_class (self->footer, "answer-copy");
  gtk_widget_set_halign (self->footer, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), self->text_view);
  gtk_box_append (GTK_BOX (box), self->footer);

  return box;
}

static GtkWidget *
make_thinking (ClocheItemRow *self)
{
  GtkWidget *expander = gtk_expander_new (NULL);

  self->title = gtk_label_new (NULL);
  self->text_view = make_label ();
  gtk_widget_add_css_class (self->title, "dim-label");
  gtk_widget_add_css_class (self->text_view, "dim-label");
  gtk_widget_add_css_class (self->text_view, "thinking");
  gtk_expander_set_label_widget (GTK_EXPANDER (expander), self->title);
  gtk_expander_set_child (GTK_EXPANDER (expander), self->text_view);
  /* Otherwise it stops the Tab key for good: GTK 4.8 gives the focus to what is folded away. */
  g_object_bind_property (expander, "expanded", self->text_view, "visible", G_BINDING_SYNC_CREATE);

  return expander;
}

static GtkWidget *
make_notice (ClocheItemRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  const char *detail = cloche_item_get_detail (self->item);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-information-symbolic");

  self->text_view = make_label ();
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (box, "notice");
  gtk_box_append (GTK_BOX (texts), self->text_view);
  if (detail != NULL && *detail != '\0') {
    GtkWidget *label = make_label ();

    gtk_label_set_text (GTK_LABEL (label), detail);
    gtk_widget_add_css_class (label, "caption");
    gtk_widget_add_css_class (label, "dim-label");
    gtk_box_append (GTK_BOX (texts), label);
  }
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), texts);

  return box;
}

static GtkWidget *
make_content (ClocheItemRow *self)
{
  switch (cloche_item_get_kind (self->item)) {
  case CLOCHE_ITEM_QUESTION:
    return make_question (self);
  case CLOCHE_ITEM_ANSWER:
    return make_answer (self);
  case CLOCHE_ITEM_THINKING:
    return make_thinking (self);
  case CLOCHE_ITEM_TOOL:
    return cloche_tool_card_new (cloche_item_get_run (self->item), self->files);
  case CLOCHE_ITEM_NOTICE:
    return make_notice (self);
  }
  g_return_val_if_reached (gtk_label_new (NULL));
}

static int
cloche_item_row_get_length (ClocheSelectable *selectable)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (selectable);

  return CLOCHE_IS_SELECTABLE (self->text_view) ? cloche_selectable_get_length (CLOCHE_SELECTABLE (self->text_view)) : 1;
}

static void
cloche_item_row_find (ClocheSelectable *selectable,
                      double            x,
                      double            y,
                      int              *ret_start,
                      int              *ret_end)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (selectable);

  *ret_start = 0;
  *ret_end = 1;
  if (CLOCHE_IS_SELECTABLE (self->text_view))
    cloche_selectable_find (CLOCHE_SELECTABLE (self->text_view), GTK_WIDGET (self), x, y, ret_start, ret_end);
}

static void
cloche_item_row_select (ClocheSelectable *selectable,
                        int               start,
                        int               end)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (selectable);

  if (CLOCHE_IS_SELECTABLE (self->text_view))
    cloche_selectable_select (CLOCHE_SELECTABLE (self->text_view), start, end);
  else
    cloche_selectable_mark (adw_clamp_get_child (ADW_CLAMP (self->clamp)), start < end);
}

static char *
cloche_item_row_dup_markdown (ClocheSelectable *selectable,
                              int               start,
                              int               end)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (selectable);

  if (start < end && start <= 0 && end >= cloche_item_row_get_length (selectable))
    return cloche_item_markdown_build (self->item);
  if (CLOCHE_IS_SELECTABLE (self->text_view))
    return cloche_selectable_dup_markdown (CLOCHE_SELECTABLE (self->text_view), start, end);

  return g_strdup ("");
}

static void
cloche_item_row_selectable_init (ClocheSelectableInterface *iface)
{
  iface->get_length = cloche_item_row_get_length;
  iface->find = cloche_item_row_find;
  iface->select = cloche_item_row_select;
  iface->dup_markdown = cloche_item_row_dup_markdown;
}

/* Only an answer can be much higher than the view. */
static void
cloche_item_row_show_part (ClocheViewed *viewed,
                           int           top,
                           int           bottom)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (viewed);

  if (CLOCHE_IS_VIEWED (self->text_view))
    cloche_viewed_show_part (CLOCHE_VIEWED (self->text_view), GTK_WIDGET (self), top, bottom);
}

static void
cloche_item_row_viewed_init (ClocheViewedInterface *iface)
{
  iface->show_part = cloche_item_row_show_part;
}

static void
cloche_item_row_dispose (GObject *object)
{
  ClocheItemRow *self = CLOCHE_ITEM_ROW (object);

  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_clear_object (&self->item);
  g_clear_object (&self->files);
  g_clear_pointer (&self->clamp, gtk_widget_unparent);

  G_OBJECT_CLASS (cloche_item_row_parent_class)->dispose (object);
}

static void
cloche_item_row_class_init (ClocheItemRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_item_row_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "item");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
cloche_item_row_init (ClocheItemRow *self)
{
  self->clamp = adw_clamp_new ();
  adw_clamp_set_maximum_size (ADW_CLAMP (self->clamp), WIDTH_MAX);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (self->clamp), WIDTH_MAX);
  gtk_widget_set_parent (self->clamp, GTK_WIDGET (self));
}

/**
 * cloche_item_row_new:
 * @files: where pictures and files come from that are not at hand
 */
GtkWidget *
cloche_item_row_new (ClocheItem  *item,
                     ClocheFiles *files)
{
  ClocheItemRow *self = g_object_new (CLOCHE_TYPE_ITEM_ROW, NULL);

  self->item = g_object_ref (item);
  self->files = g_object_ref (files);
  adw_clamp_set_child (ADW_CLAMP (self->clamp), make_content (self));
  g_signal_connect_swapped (item, "notify::text", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (item, "notify::open", G_CALLBACK (changed_cb), self);
  update_text (GTK_WIDGET (self));

  return GTK_WIDGET (self);
}

ClocheItem *
cloche_item_row_get_item (ClocheItemRow *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM_ROW (self), NULL);

  return self->item;
}
