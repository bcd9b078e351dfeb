/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-egress-row.h"

G_BEGIN_DECLS

/**
 * ClocheEgressLog:
 *
 * The log of attempts: numbers rows, appends them in batches, each synced to the disk, off the main thread.
 *
 * Signals: "row" (GBytes *line): that row is on the disk; without its newline. "settled": nothing is being written any
 * more: either nothing waits, or the last write failed.
 */
#define CLOCHE_TYPE_EGRESS_LOG (cloche_egress_log_get_type ())
G_DECLARE_FINAL_TYPE (ClocheEgressLog, cloche_egress_log, CLOCHE, EGRESS_LOG, GObject)

ClocheEgressLog *cloche_egress_log_new (int      fd,
                                        gint64   first_seq,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

gint64   cloche_egress_log_get_seq     (ClocheEgressLog       *self);
gboolean cloche_egress_log_is_healthy  (ClocheEgressLog       *self);
guint    cloche_egress_log_get_waiting (ClocheEgressLog       *self);

gboolean cloche_egress_log_make_room   (ClocheEgressLog       *self,
                                        guint                  n_rows);
void     cloche_egress_log_add         (ClocheEgressLog       *self,
                                        const ClocheEgressRow *row);

G_END_DECLS
