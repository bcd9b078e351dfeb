/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-output-view.h"

#include "cloche-code-block.h"
#include "cloche-image.h"
#include "cloche-table.h"

#include <glib/gi18n.h>

struct _ClocheOutputView
{
  GtkBox parent_instance;

  ClocheOutput *output;
  ClocheContent *shown;       /* borrowed from @output: what is being shown */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (ClocheOutputView, cloche_output_view, GTK_TYPE_BOX)

/* From rich to plain. */
static const char *const MIME_TYPES[] = {
  "application/vnd.cloche.table+json",
  "image/svg+xml",
  "image/png",
  "image/jpeg",
  "text/plain",
};

static ClocheContent *
find_best (ClocheOutput *output)
{
  for (gsize i = 0; i < G_N_ELEMENTS (MIME_TYPES); i++) {
    ClocheContent *content = cloche_output_find_content (output, MIME_TYPES[i]);

    if (content != NULL)
      return content;
  }

  return NULL;
}

static GtkWidget *
make_text (const char *text)
{
  GtkWidget *block = cloche_code_block_new ();

  cloche_code_block_set (CLOCHE_CODE_BLOCK (block), NULL, text);

  return block;
}

static char *
dup_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_utf8_make_valid (data, length) : g_strdup ("");
}

static char *
describe (ClocheOutput *output)
{
  ClocheContent *text = cloche_output_find_content (output, "text/plain");
  g_autofree char *description = text != NULL ? cloche_content_dup_text (text) : NULL;

  return description != NULL && *description != '\0' ? g_steal_pointer (&description) : g_strdup (_ ("Picture"));
}

static GtkWidget *
make_widget (ClocheOutputView *self,
             GBytes           *bytes)
{
  const char *mime_type = cloche_content_get_mime_type (self->shown);
  GtkWidget *widget = NULL;
  g_autofree char *text = NULL;

  if (g_str_has_prefix (mime_type, "image/")) {
    g_autofree char *description = describe (self->output);

    return cloche_image_new (bytes, description);
  }

  text = dup_text (bytes);
  if (!g_str_equal (mime_type, "text/plain"))
    widget = cloche_table_new_for_json (text);
  if (widget == NULL && !g_str_equal (mime_type, "text/plain")) {
    ClocheContent *plain = cloche_output_find_content (self->output, "text/plain");

    g_clear_pointer (&text, g_free);
    text = plain != NULL ? cloche_content_dup_text (plain) : NULL;
  }

  return widget != NULL ? widget : make_text (text != NULL ? text : "");
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  ClocheOutputView *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cloche_files_load_finish (CLOCHE_FILES (object), result, &error);

  /* Then @self is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (bytes != NULL) {
    gtk_box_append (GTK_BOX (self), make_widget (self, bytes));
  } else {
    g_autofree char *text = g_strdup_printf (_ ("This output is gone: %s"), error->message);
    GtkWidget *label = gtk_label_new (text);

    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_widget_add_css_class (label, "dim-label");
    gtk_box_append (GTK_BOX (self), label);
  }
}

static void
cloche_output_view_dispose (GObject *object)
{
  ClocheOutputView *self = CLOCHE_OUTPUT_VIEW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->output, cloche_output_unref);

  G_OBJECT_CLASS (cloche_output_view_parent_class)->dispose (object);
}

static void
cloche_output_view_class_init (ClocheOutputViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_output_view_dispose;
}

static void
cloche_output_view_init (ClocheOutputView *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/**
 * cloche_output_view_new:
 * @files: where bytes come from that are not at hand
 */
GtkWidget *
cloche_output_view_new (ClocheOutput *output,
                        ClocheFiles  *files)
{
  ClocheOutputView *self = g_object_new (CLOCHE_TYPE_OUTPUT_VIEW, NULL);
  GBytes *bytes;

  self->output = cloche_output_ref (output);
  self->shown = find_best (output);
  if (self->shown == NULL)
    return GTK_WIDGET (self);

  bytes = cloche_content_get_bytes (self->shown);
  if (bytes != NULL) {
    gtk_box_append (GTK_BOX (self), make_widget (self, bytes));
  } else {
    self->cancellable = g_cancellable_new ();
    cloche_files_load_async (files, self->shown, self->cancellable, loaded_cb, self);
  }

  return GTK_WIDGET (self);
}
