/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-link.h"

#include "cloche-string.h"

#include <glib/gi18n.h>

/* bytes: a tooltip that is longer covers the window. */
#define SHOWN_BYTES_MAX 300

/**
 * cloche_link_is_allowed:
 * @uri: from a model or a guest
 *
 * Whether a click may hand @uri to the desktop. Only addresses of the web and of mail: any other scheme might start a
 * program with it, and "file:" would open what is on this computer.
 */
gboolean
cloche_link_is_allowed (const char *uri)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);

  return scheme != NULL && (g_ascii_strcasecmp (scheme, "https") == 0 || g_ascii_strcasecmp (scheme, "http") == 0 ||
                            g_ascii_strcasecmp (scheme, "mailto") == 0);
}

/**
 * cloche_link_describe:
 *
 * A line that says where a link leads, deceptive characters made visible.
 */
char *
cloche_link_describe (const char *uri)
{
  g_autofree char *printable = cloche_text_make_printable (uri, -1);

  if (strlen (printable) > SHOWN_BYTES_MAX) {
    char *end = g_utf8_find_prev_char (printable, printable + SHOWN_BYTES_MAX);

    *end = '\0';
  }

  if (!cloche_link_is_allowed (uri))
    /* Translators: %s is an address such as "file:///etc/passwd" that a click will not open. */
    return g_strdup_printf (_ ("%s (not opened)"), printable);

  return g_steal_pointer (&printable);
}

/**
 * cloche_link_open:
 * @widget: what was clicked
 *
 * Opens @uri in the person's browser, if that is allowed.
 */
void
cloche_link_open (GtkWidget  *widget,
                  const char *uri)
{
  if (cloche_link_is_allowed (uri))
    gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (widget)), uri, GDK_CURRENT_TIME);
}
