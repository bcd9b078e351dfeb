/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

AdwToast *cloche_toast_new (const char *sentence) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
