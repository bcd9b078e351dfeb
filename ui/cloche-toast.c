/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-toast.h"

/* characters: more are hard to read in one line. */
#define LINE_CHARS_MAX 60

/**
 * cloche_toast_new:
 * @sentence: plain text
 *
 * A toast that shows all of @sentence, in several lines if it must. Titles of libadwaita's own are cut off where the window
 * ends, and parsed as markup.
 */
AdwToast *
cloche_toast_new (const char *sentence)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (sentence);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), LINE_CHARS_MAX);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  adw_toast_set_custom_title (toast, label);

  return toast;
}
