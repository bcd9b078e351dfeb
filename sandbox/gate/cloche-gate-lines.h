/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* bytes: one line on gate.sock, a whole policy among them. */
#define CLOCHE_GATE_LINE_BYTES (64 * 1024)

/**
 * ClocheGateLines:
 *
 * One end of a connection on gate.sock: JSON lines in, JSON lines out. "op" below is the request's; every request is
 * answered by one line, in order: {"ok":true,…}, or {"ok":false,"error":CODE,"message":…} with a CODE of the wire
 * ("invalid", "denied", "gone", "unsupported").
 *
 *   {"op":"hello","token":32 hex digits}   has to be the first line; answered, or the connection ends
 *   {"op":"policy","mode":"off"|"ask"|"listed"|"open","allow":[RULE,…]}   replaces the policy whole, see
 *       cloche-egress-rule.c
 *   {"op":"status"}   answered with mode, allow, connections (number), seq (of the newest row), log ("ok"|"failed")
 *   {"op":"follow"}   from its answer on, the rows of the log come as they are written; a row has no "ok". Also
 *       {"event":"refused","name","port","program","reason"} at once, before whoever was refused can know of it, and
 *       {"event":"policy","mode","allow"}: what holds, now and when anybody changes it
 *   {"op":"ask"}   from its answer on, the client can be asked: {"event":"question","id","name","port","program","rule"};
 *       all that can be asked are, the first answer counts. {"event":"cleared","id"}: that question is no more
 *   {"op":"answer","id":N,"answer":"once"|"no"}   "gone" if there is no such question. "This conversation" is a policy with
 *       the question's "rule"
 *
 * What a guest chose ("name" where it is none, "program") comes as printable text.
 *
 * A client that does not read its lines is dropped.
 *
 * Signals: "line" (JsonObject *object): one line. "closed": once, also after a line that is no JSON object or too long.
 */
#define CLOCHE_TYPE_GATE_LINES (cloche_gate_lines_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateLines, cloche_gate_lines, CLOCHE, GATE_LINES, GObject)

ClocheGateLines *cloche_gate_lines_new       (GSocketConnection *connection) G_GNUC_WARN_UNUSED_RESULT;

gboolean         cloche_gate_lines_is_closed (ClocheGateLines   *self);

void             cloche_gate_lines_start     (ClocheGateLines   *self);
void             cloche_gate_lines_send      (ClocheGateLines   *self,
                                              const char        *line);
void             cloche_gate_lines_close     (ClocheGateLines   *self);

G_END_DECLS
