/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <adwaita.h>

#include "cloche-context.h"

G_BEGIN_DECLS

#define CLOCHE_TYPE_APPLICATION (cloche_application_get_type ())
G_DECLARE_FINAL_TYPE (ClocheApplication, cloche_application, CLOCHE, APPLICATION, AdwApplication)

ClocheApplication *cloche_application_new (ClocheContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
