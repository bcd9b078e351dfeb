/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-about.h"

#include <adwaita.h>

#include "cloche-config.h"

#include <glib/gi18n.h>

void
cloche_about_present (GtkWindow *parent)
{
  adw_show_about_window (parent,
                         "application-icon", "cloche-program",
                         "application-name", _ ("Cloche"),
                         "version", CLOCHE_VERSION,
                         "developer-name", _ ("The Cloche authors"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _ ("Talk with a model. What it wants to run, runs under glass."),
                         NULL);
}
