/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a client says, with the RAM file of a base, open for reading; what it is answered, with the sealed copy or not. */
#define CLOCHE_HOLDER_ASK    'h'
#define CLOCHE_HOLDER_HERE   'y'
#define CLOCHE_HOLDER_FAILED 'n'

/* seconds: how long a template that nobody uses stays in memory: until the next conversation, often. */
#define CLOCHE_HOLDER_IDLE_SECONDS 180

/**
 * ClocheTemplateHolder:
 *
 * Serves sealed copies of templates' RAM on a listening socket, each made once and kept while a client that asked for it
 * stays connected, and some time after.
 *
 * Signals: "idle": nobody has been connected for the idle time.
 */
#define CLOCHE_TYPE_TEMPLATE_HOLDER (cloche_template_holder_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTemplateHolder, cloche_template_holder, CLOCHE, TEMPLATE_HOLDER, GObject)

ClocheTemplateHolder *cloche_template_holder_new             (GSocket               *listener,
                                                              guint                  idle_ms) G_GNUC_WARN_UNUSED_RESULT;

void                  cloche_template_holder_set_idle_ms     (ClocheTemplateHolder  *self,
                                                              guint                  idle_ms);

guint                 cloche_template_holder_get_n_templates (ClocheTemplateHolder  *self);
guint                 cloche_template_holder_get_n_clients   (ClocheTemplateHolder  *self);

G_END_DECLS
