/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-notice.h"
#include "cloche-problem.h"
#include "cloche-replacement.h"
#include "cloche-string.h"
#include "cloche-toast.h"
#include "cloche-window-private.h"

#include <glib/gi18n.h>

/* seconds: long enough to look at the file in another window. */
#define UNDO_SECONDS 20

/* What the person's own files went through: each replacement is told, can be undone, and stays in the conversation. */

static char *
dup_name (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  return cloche_text_make_printable (name, -1);
}

static void
add_notice (ClocheChat *chat,
            const char *code,
            const char *path)
{
  g_autofree char *printable = cloche_text_make_printable (path, -1);

  cloche_chat_add_notice (chat, code, printable);
}

static void
undone_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheWindow) self = user_data;
  ClocheReplacement *replacement = CLOCHE_REPLACEMENT (object);
  g_autoptr (GError) error = NULL;

  if (!cloche_replacement_undo_finish (replacement, result, &error))
    cloche_problem_show (GTK_WIDGET (self), _ ("The replacement was not undone"), error);
}

static void
undo_replace_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);
  const char *key = g_variant_get_string (parameter, NULL);
  ClocheReplacement *replacement = g_hash_table_lookup (self->replacements, key);

  if (replacement == NULL)
    return;

  cloche_replacement_undo_async (replacement, undone_cb, g_object_ref (self));
  g_hash_table_remove (self->replacements, key);        /* The button and the keys are the same offer. */
}

static void
undo_dismissed_cb (ClocheWindow *self,
                   AdwToast     *toast)
{
  if (self->undo_toast == toast)
    g_clear_object (&self->undo_toast);
}

static void
chat_undone_cb (ClocheChat        *chat,
                ClocheReplacement *replacement)
{
  add_notice (chat, CLOCHE_NOTICE_ORIGINAL_RESTORED, cloche_replacement_get_path (replacement));
}

static void
chat_replaced_cb (ClocheChat        *chat,
                  ClocheReplacement *replacement)
{
  add_notice (chat, CLOCHE_NOTICE_ORIGINAL_REPLACED, cloche_replacement_get_backup_path (replacement));
  g_signal_connect_object (replacement, "undone", G_CALLBACK (chat_undone_cb), chat, G_CONNECT_SWAPPED);
}

static void
replaced_cb (ClocheWindow      *self,
             ClocheReplacement *replacement)
{
  const char *id = cloche_replacement_get_backup_path (replacement);
  g_autofree char *name = dup_name (cloche_replacement_get_path (replacement));
  g_autofree char *backup = dup_name (id);
  /* Translators: the placeholders are the names of two files. */
  g_autofree char *sentence = g_strdup_printf (_ ("“%s” was replaced; what it was is in “%s”"), name, backup);
  g_autofree char *key = g_filename_to_uri (id, NULL, NULL);
  AdwToast *toast = cloche_toast_new (sentence);

  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_action_name (toast, "file.undo-replace");
  adw_toast_set_action_target_value (toast, g_variant_new_string (key));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);      /* The keys are for the newest: it is the one to be seen. */
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (undo_dismissed_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_replace (self->replacements, g_steal_pointer (&key), g_object_ref (replacement));
  g_set_object (&self->undo_toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/*
 * _cloche_window_watch_files:
 * @files: of @chat
 */
void
_cloche_window_watch_files (ClocheWindow *self,
                            ClocheFiles  *files,
                            ClocheChat   *chat)
{
  g_signal_connect_object (files, "replaced", G_CALLBACK (chat_replaced_cb), chat, G_CONNECT_SWAPPED);
  g_signal_connect_object (files, "replaced", G_CALLBACK (replaced_cb), self, G_CONNECT_SWAPPED);
}

void
_cloche_window_install_file_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "file.undo-replace", "s", undo_replace_cb);
}
