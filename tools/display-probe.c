/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include <gtk/gtk.h>

/* Says by its status whether a window could be opened: 0 = yes. */
int
main (void)
{
  return gtk_init_check () ? 0 : 1;
}
