/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheJailForm:
 * @CLOCHE_JAIL_FORM_FULL: bubblewrap's namespaces around the launcher's filters
 * @CLOCHE_JAIL_FORM_LAUNCHER: the launcher's filters only (inside Flatpak, or where user namespaces are forbidden)
 */
typedef enum {
  CLOCHE_JAIL_FORM_FULL,
  CLOCHE_JAIL_FORM_LAUNCHER,
} ClocheJailForm;

G_END_DECLS
