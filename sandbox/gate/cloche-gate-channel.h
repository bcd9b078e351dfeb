/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-gate-frame.h"

G_BEGIN_DECLS

/**
 * ClocheGateChannel:
 *
 * One end of the socket between keeper and gate: frames in, frames out, in order, without blocking.
 *
 * Signals: "frame" (const ClocheGateFrame *frame, int fd): @fd came along, or is -1; whoever wants it duplicates it.
 * "drained": everything that was sent is with the other side. "closed" (GError *error): once; @error is %NULL if the
 * other side closed. Afterwards nothing is sent or received.
 */
#define CLOCHE_TYPE_GATE_CHANNEL (cloche_gate_channel_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateChannel, cloche_gate_channel, CLOCHE, GATE_CHANNEL, GObject)

ClocheGateChannel *cloche_gate_channel_new (int      fd,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean cloche_gate_channel_is_closed  (ClocheGateChannel     *self);
gsize    cloche_gate_channel_get_queued (ClocheGateChannel     *self);
void     cloche_gate_channel_set_paused (ClocheGateChannel     *self,
                                         gboolean               is_paused);

void     cloche_gate_channel_start      (ClocheGateChannel     *self);
void     cloche_gate_channel_send       (ClocheGateChannel     *self,
                                         const ClocheGateFrame *frame,
                                         int                    fd);
void     cloche_gate_channel_fail       (ClocheGateChannel     *self,
                                         const char            *why);

G_END_DECLS
