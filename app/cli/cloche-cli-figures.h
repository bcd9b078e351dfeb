/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheCliFigures:
 *
 * Measurements of one thing, all in one unit.
 */
typedef struct _ClocheCliFigures ClocheCliFigures;

ClocheCliFigures *cloche_cli_figures_new        (const char       *name,
                                                 const char       *unit) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_cli_figures_free       (ClocheCliFigures *self);

void              cloche_cli_figures_add        (ClocheCliFigures *self,
                                                 double            value);
guint             cloche_cli_figures_get_n      (ClocheCliFigures *self);
double            cloche_cli_figures_get_median (ClocheCliFigures *self);
double            cloche_cli_figures_get_p95    (ClocheCliFigures *self);

void              cloche_cli_figures_print      (ClocheCliFigures *self,
                                                 ClocheCliFigures *beside);
JsonObject       *cloche_cli_figures_to_json    (ClocheCliFigures *self,
                                                 ClocheCliFigures *beside) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliFigures, cloche_cli_figures_free)

G_END_DECLS
