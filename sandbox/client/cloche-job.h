/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheJob:
 *
 * A command or a piece of code that runs in a machine. It runs on when nobody listens any more.
 *
 * Signals: "output" (gboolean is_error, GBytes *bytes); "event" (JsonObject *event), every event but the last one;
 * "ended" (JsonObject *end, GError *error), once: either what protocol.md calls the "end" event, or why nothing more is
 * known about the job (the machine is gone).
 */
#define CLOCHE_TYPE_JOB (cloche_job_get_type ())
G_DECLARE_FINAL_TYPE (ClocheJob, cloche_job, CLOCHE, JOB, GObject)

gint64    cloche_job_get_id   (ClocheJob *self);
gboolean  cloche_job_is_over  (ClocheJob *self);

/* Output comes only after this, so that no signal is missed between two turns of the main loop. From here until "ended"
 * the job keeps itself alive. */
void      cloche_job_listen   (ClocheJob *self);
void      cloche_job_detach   (ClocheJob *self);

/* An empty @bytes is the end of the input. */
void      cloche_job_write_async  (ClocheJob            *self,
                                   GBytes               *bytes,
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
gboolean  cloche_job_write_finish (ClocheJob     *self,
                                   GAsyncResult  *result,
                                   GError       **error);

G_END_DECLS
