/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include "cloche-egress-reason.h"

G_BEGIN_DECLS

/*
 * Keeper ↔ gate: one SOCK_SEQPACKET socket, one frame per packet, every frame CLOCHE_GATE_FRAME_BYTES long. Numbers are
 * little endian; what a kind does not use is zero. Neither side trusts the other: a packet of another size, another
 * magic, an unknown kind, a field that must be zero and is not, or a text that does not end in NUL or has bytes after
 * its NUL ends the link.
 *
 *   offset  bytes  field
 *        0      4  magic "CGF1"
 *        4      4  kind
 *        8      8  id       the keeper's choice, from 1, each greater than the one before
 *       16      2  port     OPEN: 1…65535
 *       18      2  reason   REFUSED, RESET: a ClocheEgressReason that is not LISTED
 *       20      4  zero
 *       24    256  name     OPEN: DNS name or literal address, as the guest gave it; up to 255 bytes and NUL
 *      280     64  program  OPEN: which program asks, a claim of the guest, any bytes; up to 63 bytes and NUL
 *
 *   keeper → gate   OPEN     asks for a connection
 *   gate → keeper   GUARD    OPENED follows: exactly one descriptor comes along, the gate's own end of what that one brings.
 *                            The keeper keeps it as long as the connection and does nothing with it: what the gate has not
 *                            shut down does not end when the gate dies, which is told by the end of this socket
 *   gate → keeper   OPENED   here it is: exactly one descriptor comes along, a connected unix stream socket
 *   gate → keeper   REFUSED  it will not be; the id is done
 *   gate → keeper   RESET    an opened connection was broken off; the gate keeps its end of the socket open, silent,
 *                            until CLOSE comes, so that the keeper never sees the end of the stream before it knows that
 *                            it was a reset
 *   keeper → gate   CLOSE    breaks off what OPEN asked for, in any state, and acknowledges RESET. An id that the gate
 *                            no longer knows is no error: it may have ended meanwhile
 *
 * The orderly end needs no frame: both sides shut down their writing and close.
 */
#define CLOCHE_GATE_FRAME_BYTES   344
#define CLOCHE_GATE_NAME_BYTES    256   /* with the NUL */
#define CLOCHE_GATE_PROGRAM_BYTES 64    /* with the NUL */

typedef enum {
  CLOCHE_GATE_FRAME_OPEN = 1,
  CLOCHE_GATE_FRAME_CLOSE = 2,
  CLOCHE_GATE_FRAME_OPENED = 3,
  CLOCHE_GATE_FRAME_REFUSED = 4,
  CLOCHE_GATE_FRAME_RESET = 5,
  CLOCHE_GATE_FRAME_GUARD = 6,
} ClocheGateFrameKind;

typedef struct {
  ClocheGateFrameKind kind;
  guint64 id;
  guint16 port;
  ClocheEgressReason reason;
  char name[CLOCHE_GATE_NAME_BYTES];
  char program[CLOCHE_GATE_PROGRAM_BYTES];
} ClocheGateFrame;

void     cloche_gate_frame_write (const ClocheGateFrame *frame,
                                  guint8                *bytes);
gboolean cloche_gate_frame_read  (const guint8          *bytes,
                                  gsize                  length,
                                  ClocheGateFrame       *ret_frame,
                                  GError               **error);

G_END_DECLS
