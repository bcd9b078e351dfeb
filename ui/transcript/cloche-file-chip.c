/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-chip.h"

#include "cloche-drag-file.h"
#include "cloche-file-open.h"
#include "cloche-file-preview.h"
#include "cloche-file-replace.h"
#include "cloche-problem.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

/* pixels: how wide a picture is shown, and a page of a document, which is higher than that. */
#define PICTURE_WIDTH 320
#define PAGE_WIDTH 220

struct _ClocheFileChip
{
  GtkBox parent_instance;

  ClocheFile *file;
  ClocheFiles *files;
  GtkWidget *row;
  GtkWidget *progress;            /* ClocheFileProgress: visible while a copy takes its time; one at a time */
  GtkFileChooserNative *chooser;  /* while it is open */
};

G_DEFINE_FINAL_TYPE (ClocheFileChip, cloche_file_chip, GTK_TYPE_BOX)

static void
open_cb (ClocheFileChip *self)
{
  /* The picture is pressed as easily as the button, which cannot be while a copy is on its way. */
  if (!gtk_widget_get_visible (self->progress))
    cloche_file_open (GTK_WIDGET (self), self->files, self->file, CLOCHE_FILE_PROGRESS (self->progress));
}

static void
replace_cb (ClocheFileChip *self)
{
  cloche_file_replace (GTK_WIDGET (self), self->files, self->file, CLOCHE_FILE_PROGRESS (self->progress));
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheFileChip) self = user_data;
  g_autoptr (GError) error = NULL;

  cloche_file_progress_end (CLOCHE_FILE_PROGRESS (self->progress));
  if (!cloche_files_save_finish (CLOCHE_FILES (object), result, &error))
    cloche_problem_show (GTK_WIDGET (self), _ ("The file could not be saved"), error);
}

static void
save_to (ClocheFileChip *self,
         GFile          *target)
{
  g_autoptr (GCancellable) cancellable = cloche_file_progress_begin (CLOCHE_FILE_PROGRESS (self->progress));

  cloche_files_save_async (self->files, self->file, target, cloche_file_progress_update, self->progress, cancellable,
                           saved_cb, g_object_ref (self));
}

static void
chosen_cb (ClocheFileChip *self,
           int             response)
{
  g_autoptr (GFile) target = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    target = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  if (target != NULL)
    save_to (self, target);
  g_clear_object (&self->chooser);
}

static void
save_cb (ClocheFileChip *self)
{
  g_autofree char *name = cloche_file_name_sanitize (cloche_file_get_name (self->file));

  if (self->chooser != NULL)
    return;

  self->chooser = gtk_file_chooser_native_new (_ ("Save File"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static GdkContentProvider *
drag_prepare_cb (ClocheFileChip *self)
{
  if (gtk_widget_get_visible (self->progress))
    return NULL;

  return cloche_drag_file_new (self->file, self->files, CLOCHE_FILE_PROGRESS (self->progress));
}

static void
drag_begin_cb (ClocheFileChip *self,
               GdkDrag        *drag,
               GtkDragSource  *source)
{
  g_autoptr (GdkPaintable) icon = gtk_widget_paintable_new (GTK_WIDGET (self));

  gtk_drag_source_set_icon (source, icon, 0, 0);
}

static gboolean
drag_cancel_cb (GtkDragSource      *source,
                GdkDrag            *drag,
                GdkDragCancelReason reason)
{
  cloche_drag_file_cancel (CLOCHE_DRAG_FILE (gdk_drag_get_content (drag)));

  return FALSE;
}

static void
cloche_file_chip_dispose (GObject *object)
{
  ClocheFileChip *self = CLOCHE_FILE_CHIP (object);

  g_clear_object (&self->chooser);
  g_clear_object (&self->files);
  g_clear_pointer (&self->file, cloche_file_unref);

  G_OBJECT_CLASS (cloche_file_chip_parent_class)->dispose (object);
}

static void
cloche_file_chip_finalize (GObject *object)
{
  /* Not before: what is being copied holds the chip and tells of its end. */
  g_clear_object (&CLOCHE_FILE_CHIP (object)->progress);

  G_OBJECT_CLASS (cloche_file_chip_parent_class)->finalize (object);
}

static void
cloche_file_chip_class_init (ClocheFileChipClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_file_chip_dispose;
  G_OBJECT_CLASS (klass)->finalize = cloche_file_chip_finalize;
}

static void
cloche_file_chip_init (ClocheFileChip *self)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_swapped (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  g_signal_connect_swapped (source, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (source, "drag-cancel", G_CALLBACK (drag_cancel_cb), NULL);
  /* Before the buttons inside see the press. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (source), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
}

/* What it looks like, above its name. Returns: (transfer none) */
static GtkWidget *
show_picture (ClocheFileChip *self,
              ClocheContent  *picture,
              const char     *label,
              int             max_width)
{
  GtkWidget *preview = cloche_file_preview_new (picture, self->files, label, max_width);

  g_signal_connect_swapped (preview, "clicked", G_CALLBACK (open_cb), self);
  gtk_box_prepend (GTK_BOX (self), preview);

  return preview;
}

static void
show_preview (ClocheFileChip *self,
              const char     *name)
{
  ClocheContent *picture = cloche_file_get_preview (self->file);
  const char *mime_type = cloche_content_get_mime_type (cloche_file_get_content (self->file));
  gboolean is_video = g_str_has_prefix (mime_type, "video/");
  /* Translators: the placeholders are the name of a file. */
  g_autofree char *label = g_strdup_printf (is_video ? _ ("Play %s") : _ ("First Page of %s"), name);
  GtkWidget *preview;

  if (picture == NULL)
    return;

  preview = show_picture (self, picture, label, is_video ? PICTURE_WIDTH : PAGE_WIDTH);
  if (is_video)
    cloche_file_preview_add_badge (CLOCHE_FILE_PREVIEW (preview));
  else
    gtk_widget_add_css_class (preview, "page");
}

static void
fill (ClocheFileChip *self,
      const char     *name)
{
  ClocheContent *content = cloche_file_get_content (self->file);
  g_autofree char *size = g_format_size (cloche_content_get_size (content));
  g_autofree char *type = g_content_type_from_mime_type (cloche_content_get_mime_type (content));
  g_autoptr (GIcon) icon = g_content_type_get_symbolic_icon (type != NULL ? type : "application/octet-stream");
  GtkWidget *open_button = gtk_button_new ();
  GtkWidget *save_button = gtk_button_new_from_icon_name ("document-save-symbolic");
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *size_label = gtk_label_new (size);
  g_autofree char *open_text = g_strdup_printf (_ ("Open %s"), name);
  g_autofree char *save_text = g_strdup_printf (_ ("Save %s As…"), name);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_widget_add_css_class (size_label, "caption");
  gtk_widget_add_css_class (size_label, "dim-label");
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_gicon (icon));
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), size_label);
  gtk_button_set_child (GTK_BUTTON (open_button), box);
  gtk_widget_add_css_class (open_button, "flat");
  gtk_widget_add_css_class (save_button, "flat");
  gtk_widget_set_tooltip_text (open_button, open_text);
  gtk_widget_set_tooltip_text (save_button, save_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (open_button), GTK_ACCESSIBLE_PROPERTY_LABEL, open_text, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (save_button), GTK_ACCESSIBLE_PROPERTY_LABEL, save_text, -1);
  g_signal_connect_swapped (open_button, "clicked", G_CALLBACK (open_cb), self);
  g_signal_connect_swapped (save_button, "clicked", G_CALLBACK (save_cb), self);
  self->progress = g_object_ref_sink (cloche_file_progress_new (self->file));
  g_object_bind_property (self->progress, "visible", open_button, "sensitive",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  g_object_bind_property (self->progress, "visible", save_button, "sensitive",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->row, "chip");
  gtk_widget_set_halign (self->row, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (self->row), open_button);
  gtk_box_append (GTK_BOX (self->row), save_button);
  gtk_box_append (GTK_BOX (self->row), self->progress);
  gtk_box_append (GTK_BOX (self), self->row);
  show_preview (self, name);
}

GtkWidget *
cloche_file_chip_new (ClocheFile  *file,
                      ClocheFiles *files)
{
  ClocheFileChip *self = g_object_new (CLOCHE_TYPE_FILE_CHIP, NULL);
  g_autofree char *name = cloche_text_make_printable (cloche_file_get_name (file), -1);

  self->file = cloche_file_ref (file);
  self->files = g_object_ref (files);
  fill (self, name);

  return GTK_WIDGET (self);
}

ClocheFile *
cloche_file_chip_get_file (ClocheFileChip *self)
{
  g_return_val_if_fail (CLOCHE_IS_FILE_CHIP (self), NULL);

  return self->file;
}

/**
 * cloche_file_chip_show_picture:
 *
 * Shows the file itself above its name, which has to be a picture.
 */
void
cloche_file_chip_show_picture (ClocheFileChip *self)
{
  g_autofree char *name = NULL;
  g_autofree char *label = NULL;

  g_return_if_fail (CLOCHE_IS_FILE_CHIP (self));

  name = cloche_text_make_printable (cloche_file_get_name (self->file), -1);
  /* Translators: the placeholder is the name of a picture. */
  label = g_strdup_printf (_ ("View %s"), name);
  (void) show_picture (self, cloche_file_get_content (self->file), label, PICTURE_WIDTH);
}

/**
 * cloche_file_chip_offer_replace:
 *
 * Adds what puts the file in the place of the one that the person attached.
 */
void
cloche_file_chip_offer_replace (ClocheFileChip *self)
{
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  GtkWidget *button;

  g_return_if_fail (CLOCHE_IS_FILE_CHIP (self));
  g_return_if_fail (cloche_file_get_origin (self->file) != NULL);

  name = cloche_text_make_printable (cloche_file_get_name (self->file), -1);
  /* Translators: the placeholder is the name of a file. */
  text = g_strdup_printf (_ ("Replace the Original %s…"), name);
  button = gtk_button_new_with_label (_ ("Replace…"));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "chip-word");
  gtk_widget_set_tooltip_text (button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (replace_cb), self);
  g_object_bind_property (self->progress, "visible", button, "sensitive",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  gtk_box_insert_child_after (GTK_BOX (self->row), button, gtk_widget_get_prev_sibling (self->progress));
}
