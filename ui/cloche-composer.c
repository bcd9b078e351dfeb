/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-composer.h"

#include "cloche-folder-files.h"
#include "cloche-pasted-image.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

#include <string.h>

struct _ClocheComposer
{
  GtkBox parent_instance;

  /* Template widgets */
  GtkTextView *text_view;
  GtkLabel *placeholder;
  GtkFlowBox *chips;
  GtkStack *button_stack;
  GtkButton *attach_button;

  GListStore *files;              /* of GFile */
  GtkFileChooserNative *chooser;  /* while it is open */
  GCancellable *cancellable;      /* of what was dropped or pasted and is still being read */
  gboolean is_busy;
};

G_DEFINE_FINAL_TYPE (ClocheComposer, cloche_composer, GTK_TYPE_BOX)

enum {
  PROP_0,
  PROP_BUSY,
  N_PROPS,
};

enum {
  SIGNAL_SEND,
  SIGNAL_STOP,
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static gboolean
is_empty (ClocheComposer *self)
{
  g_autofree char *text = cloche_composer_dup_text (self);

  return *g_strstrip (text) == '\0' && g_list_model_get_n_items (G_LIST_MODEL (self->files)) == 0;
}

static void
update_actions (ClocheComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text_view);

  gtk_widget_set_visible (GTK_WIDGET (self->placeholder), gtk_text_buffer_get_char_count (buffer) == 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.send", !self->is_busy && !is_empty (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "composer.stop", self->is_busy);
  gtk_stack_set_visible_child_name (self->button_stack, self->is_busy ? "stop" : "send");
}

static void
report (ClocheComposer *self,
        const char     *sentence)
{
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
}

static void
send (ClocheComposer *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GListStore) files = NULL;

  if (self->is_busy || is_empty (self))
    return;

  text = g_strstrip (cloche_composer_dup_text (self));
  files = g_steal_pointer (&self->files);
  self->files = g_list_store_new (G_TYPE_FILE);
  for (GtkWidget *chip; (chip = gtk_widget_get_first_child (GTK_WIDGET (self->chips))) != NULL;)
    gtk_flow_box_remove (self->chips, chip);
  gtk_widget_set_visible (GTK_WIDGET (self->chips), FALSE);
  cloche_composer_set_text (self, "");
  g_signal_emit (self, signals[SIGNAL_SEND], 0, text, files);
}

static void
send_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  send (CLOCHE_COMPOSER (widget));
}

static void
stop_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_STOP], 0);
}

/* Enter while an input method composes belongs to the input method. */
static gboolean
key_pressed_cb (ClocheComposer        *self,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                GtkEventControllerKey *controller)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));

  if (keyval == GDK_KEY_Escape && self->is_busy) {
    g_signal_emit (self, signals[SIGNAL_STOP], 0);
    return TRUE;
  }
  if ((keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter) ||
      (state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  if (event != NULL && gtk_text_view_im_context_filter_keypress (self->text_view, event))
    return TRUE;
  send (self);

  return TRUE;
}

static void
remove_clicked_cb (GtkButton *button)
{
  GtkWidget *chip = gtk_widget_get_ancestor (GTK_WIDGET (button), GTK_TYPE_FLOW_BOX_CHILD);
  ClocheComposer *self = CLOCHE_COMPOSER (gtk_widget_get_ancestor (chip, CLOCHE_TYPE_COMPOSER));
  int index = gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (chip));
  GtkFlowBoxChild *next = gtk_flow_box_get_child_at_index (self->chips, index + 1);

  /* Who removes one by keyboard goes on with the next. */
  if (next == NULL || !gtk_widget_child_focus (GTK_WIDGET (next), GTK_DIR_TAB_FORWARD))
    gtk_widget_grab_focus (GTK_WIDGET (self->text_view));
  g_list_store_remove (self->files, index);
  gtk_flow_box_remove (self->chips, chip);
  gtk_widget_set_visible (GTK_WIDGET (self->chips), g_list_model_get_n_items (G_LIST_MODEL (self->files)) > 0);
  update_actions (self);
}

static GtkWidget *
make_chip (GFile *file)
{
  GtkWidget *chip = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *remove_button = gtk_button_new_from_icon_name ("window-close-symbolic");
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *name = cloche_text_make_printable (base, -1);
  g_autofree char *text = g_strdup_printf (_ ("Remove %s"), name);
  GtkWidget *label = gtk_label_new (name);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_widget_set_halign (chip, GTK_ALIGN_START);
  gtk_widget_add_css_class (chip, "chip");
  gtk_widget_add_css_class (remove_button, "flat");
  gtk_widget_add_css_class (remove_button, "circular");
  gtk_widget_set_tooltip_text (remove_button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove_button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_signal_connect (remove_button, "clicked", G_CALLBACK (remove_clicked_cb), NULL);
  gtk_box_append (GTK_BOX (chip), gtk_image_new_from_icon_name ("text-x-generic-symbolic"));
  gtk_box_append (GTK_BOX (chip), label);
  gtk_box_append (GTK_BOX (chip), remove_button);

  return chip;
}

static void
expanded_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  ClocheComposer *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = cloche_folder_files_expand_finish (result, &error);

  /* Then @self is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (files == NULL) {
    report (self, error->message);
    return;
  }

  for (guint i = 0; i < files->len; i++)
    cloche_composer_add_file (self, files->pdata[i]);
}

static void
add_files (ClocheComposer *self,
           GSList         *files)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

  for (GSList *link = files; link != NULL; link = link->next)
    g_ptr_array_add (list, g_object_ref (link->data));
  cloche_folder_files_expand_async (list, CLOCHE_COMPOSER_FILES_MAX, self->cancellable, expanded_cb, self);
}

static gboolean
drop_cb (ClocheComposer *self,
         const GValue   *value)
{
  g_autoptr (GSList) files = NULL;

  /* A drop is no leaving: GtkDropTarget does not tell of both. */
  gtk_widget_remove_css_class (GTK_WIDGET (self), "drop-target");
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;

  files = gdk_file_list_get_files (g_value_get_boxed (value));
  add_files (self, files);

  return TRUE;
}

static GdkDragAction
drop_enter_cb (ClocheComposer *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "drop-target");

  return GDK_ACTION_COPY;
}

static void
drop_leave_cb (ClocheComposer *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self), "drop-target");
}

static void
saved_image_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  ClocheComposer *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = cloche_pasted_image_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (file != NULL)
    cloche_composer_add_file (self, file);
  else
    report (self, error->message);
}

static void
files_pasted_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  ClocheComposer *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (value != NULL)
    drop_cb (self, value);
}

static gboolean
is_empty_format (GdkContentFormats *formats)
{
  gsize n_mime_types, n_gtypes;

  (void) gdk_content_formats_get_mime_types (formats, &n_mime_types);
  (void) gdk_content_formats_get_gtypes (formats, &n_gtypes);

  return n_mime_types == 0 && n_gtypes == 0;
}

/* Files and pictures are attached; text goes on to the text view. */
static void
paste_cb (ClocheComposer *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self));
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST)) {
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, self->cancellable,
                                    files_pasted_cb, self);
  } else if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE) &&
             !gdk_content_formats_contain_gtype (formats, G_TYPE_STRING)) {
    cloche_pasted_image_async (clipboard, self->cancellable, saved_image_cb, self);
  } else if (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING) || is_empty_format (formats)) {
    return;
  } else {
    report (self, _ ("What is on the clipboard is no text, no picture and no file. Save it as a file and attach that."));
  }
  g_signal_stop_emission_by_name (self->text_view, "paste-clipboard");
}

static void
chosen_cb (ClocheComposer *self,
           int             response)
{
  g_autoptr (GListModel) files = NULL;
  g_autoptr (GSList) list = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->chooser));
  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++) {
    g_autoptr (GFile) file = g_list_model_get_item (files, i);

    list = g_slist_append (list, file);
  }
  add_files (self, list);
  g_clear_object (&self->chooser);
}

static void
attach_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  ClocheComposer *self = CLOCHE_COMPOSER (widget);

  if (self->chooser != NULL)
    return;

  self->chooser = gtk_file_chooser_native_new (_ ("Attach Files"), GTK_WINDOW (gtk_widget_get_root (widget)),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static gboolean
cloche_composer_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (CLOCHE_COMPOSER (widget)->text_view));
}

static void
cloche_composer_dispose (GObject *object)
{
  ClocheComposer *self = CLOCHE_COMPOSER (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (cloche_composer_parent_class)->dispose (object);
}

static void
cloche_composer_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id) {
  case PROP_BUSY:
    g_value_set_boolean (value, cloche_composer_is_busy (CLOCHE_COMPOSER (object)));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_composer_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch (prop_id) {
  case PROP_BUSY:
    cloche_composer_set_busy (CLOCHE_COMPOSER (object), g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_composer_class_init (ClocheComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = cloche_composer_dispose;
  object_class->get_property = cloche_composer_get_property;
  object_class->set_property = cloche_composer_set_property;
  widget_class->grab_focus = cloche_composer_grab_focus;

  /* Whether an answer is on its way, so that the button stops it. */
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE,
                                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_SEND] = g_signal_new ("send", CLOCHE_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_LIST_MODEL);
  signals[SIGNAL_STOP] = g_signal_new ("stop", CLOCHE_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 0);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheComposer, text_view);
  gtk_widget_class_bind_template_child (widget_class, ClocheComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, ClocheComposer, chips);
  gtk_widget_class_bind_template_child (widget_class, ClocheComposer, button_stack);
  gtk_widget_class_bind_template_child (widget_class, ClocheComposer, attach_button);
  gtk_widget_class_install_action (widget_class, "composer.send", NULL, send_cb);
  gtk_widget_class_install_action (widget_class, "composer.stop", NULL, stop_cb);
  gtk_widget_class_install_action (widget_class, "composer.attach", NULL, attach_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_o, GDK_CONTROL_MASK, "composer.attach", NULL);
}

static void
add_drop_target (ClocheComposer *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  /* The text view would take files as their names. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  g_signal_connect_swapped (target, "enter", G_CALLBACK (drop_enter_cb), self);
  g_signal_connect_swapped (target, "leave", G_CALLBACK (drop_leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

static void
cloche_composer_init (ClocheComposer *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->files = g_list_store_new (G_TYPE_FILE);
  self->cancellable = g_cancellable_new ();

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->text_view), keys);
  g_signal_connect_swapped (gtk_text_view_get_buffer (self->text_view), "changed", G_CALLBACK (update_actions), self);
  g_signal_connect_swapped (self->text_view, "paste-clipboard", G_CALLBACK (paste_cb), self);
  add_drop_target (self);
  update_actions (self);
}

GtkWidget *
cloche_composer_new (void)
{
  return g_object_new (CLOCHE_TYPE_COMPOSER, NULL);
}

gboolean
cloche_composer_is_busy (ClocheComposer *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPOSER (self), FALSE);

  return self->is_busy;
}

void
cloche_composer_set_busy (ClocheComposer *self,
                          gboolean        is_busy)
{
  g_return_if_fail (CLOCHE_IS_COMPOSER (self));

  if (self->is_busy == is_busy)
    return;

  self->is_busy = is_busy;
  update_actions (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

char *
cloche_composer_dup_text (ClocheComposer *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (CLOCHE_IS_COMPOSER (self), NULL);

  gtk_text_buffer_get_bounds (gtk_text_view_get_buffer (self->text_view), &start, &end);

  return gtk_text_iter_get_text (&start, &end);
}

void
cloche_composer_set_text (ClocheComposer *self,
                          const char     *text)
{
  g_return_if_fail (CLOCHE_IS_COMPOSER (self));

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text_view), text, -1);
}

/**
 * cloche_composer_get_files:
 *
 * Returns: (transfer none): what is attached, of #GFile
 */
GListModel *
cloche_composer_get_files (ClocheComposer *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPOSER (self), NULL);

  return G_LIST_MODEL (self->files);
}

/**
 * cloche_composer_add_file:
 *
 * Attaches @file, unless it is attached already or there are %CLOCHE_COMPOSER_FILES_MAX.
 */
void
cloche_composer_add_file (ClocheComposer *self,
                          GFile          *file)
{
  g_return_if_fail (CLOCHE_IS_COMPOSER (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->files)); i++) {
    g_autoptr (GFile) other = g_list_model_get_item (G_LIST_MODEL (self->files), i);

    if (g_file_equal (file, other))
      return;
  }
  if (g_list_model_get_n_items (G_LIST_MODEL (self->files)) >= CLOCHE_COMPOSER_FILES_MAX) {
    report (self, _ ("No more files can be attached to one message"));
    return;
  }

  g_list_store_append (self->files, file);
  gtk_flow_box_append (self->chips, make_chip (file));
  /* What is in it takes the keyboard. */
  gtk_widget_set_focusable (gtk_widget_get_last_child (GTK_WIDGET (self->chips)), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->chips), TRUE);
  update_actions (self);
}
