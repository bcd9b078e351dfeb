/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-frame.h"

#include <string.h>

#define MAGIC          0x31464743u      /* "CGF1", little endian */
#define OFFSET_KIND    4
#define OFFSET_ID      8
#define OFFSET_PORT    16
#define OFFSET_REASON  18
#define OFFSET_ZERO    20
#define OFFSET_NAME    24
#define OFFSET_PROGRAM (OFFSET_NAME + CLOCHE_GATE_NAME_BYTES)

G_STATIC_ASSERT (OFFSET_PROGRAM + CLOCHE_GATE_PROGRAM_BYTES == CLOCHE_GATE_FRAME_BYTES);

static void
put (guint8 *bytes,
     guint64 value,
     guint   n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    bytes[i] = (guint8) (value >> (8 * i));
}

static guint64
get (const guint8 *bytes,
     guint         n_bytes)
{
  guint64 value = 0;

  for (guint i = 0; i < n_bytes; i++)
    value |= (guint64) bytes[i] << (8 * i);

  return value;
}

static gboolean
is_zero (const guint8 *bytes,
         gsize         length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != 0)
      return FALSE;

  return TRUE;
}

/* Whether the text ends in its field and nothing hides behind its NUL. */
static gboolean
is_padded_text (const guint8 *bytes,
                gsize         length)
{
  gsize used = strnlen ((const char *) bytes, length);

  return used < length && is_zero (bytes + used, length - used);
}

static const char *
find_fault (const guint8 *bytes)
{
  guint64 kind = get (bytes + OFFSET_KIND, 4);
  guint64 reason = get (bytes + OFFSET_REASON, 2);
  gboolean is_open = kind == CLOCHE_GATE_FRAME_OPEN;
  gboolean has_reason = kind == CLOCHE_GATE_FRAME_REFUSED || kind == CLOCHE_GATE_FRAME_RESET;

  if (get (bytes, 4) != MAGIC)
    return "wrong magic";
  if (kind < CLOCHE_GATE_FRAME_OPEN || kind > CLOCHE_GATE_FRAME_GUARD)
    return "unknown kind";
  if (get (bytes + OFFSET_ZERO, 4) != 0)
    return "reserved field is set";
  if (has_reason ? reason == CLOCHE_EGRESS_REASON_LISTED || reason >= CLOCHE_EGRESS_N_REASONS : reason != 0)
    return "wrong reason";
  if (is_open != (get (bytes + OFFSET_PORT, 2) != 0))
    return "wrong port";
  if (!is_open && !is_zero (bytes + OFFSET_NAME, CLOCHE_GATE_NAME_BYTES + CLOCHE_GATE_PROGRAM_BYTES))
    return "text where none belongs";
  if (is_open && (!is_padded_text (bytes + OFFSET_NAME, CLOCHE_GATE_NAME_BYTES) || bytes[OFFSET_NAME] == 0))
    return "wrong name";
  if (is_open && !is_padded_text (bytes + OFFSET_PROGRAM, CLOCHE_GATE_PROGRAM_BYTES))
    return "wrong program";

  return NULL;
}

/**
 * cloche_gate_frame_write:
 * @bytes: (out caller-allocates): room for %CLOCHE_GATE_FRAME_BYTES
 *
 * The texts of @frame end in NUL; what follows it does not matter.
 */
void
cloche_gate_frame_write (const ClocheGateFrame *frame,
                         guint8                *bytes)
{
  memset (bytes, 0, CLOCHE_GATE_FRAME_BYTES);
  put (bytes, MAGIC, 4);
  put (bytes + OFFSET_KIND, frame->kind, 4);
  put (bytes + OFFSET_ID, frame->id, 8);
  put (bytes + OFFSET_PORT, frame->port, 2);
  put (bytes + OFFSET_REASON, frame->reason, 2);
  memcpy (bytes + OFFSET_NAME, frame->name, strnlen (frame->name, CLOCHE_GATE_NAME_BYTES - 1));
  memcpy (bytes + OFFSET_PROGRAM, frame->program, strnlen (frame->program, CLOCHE_GATE_PROGRAM_BYTES - 1));
}

/**
 * cloche_gate_frame_read:
 * @bytes: one packet from the other side
 * @length: its true length in bytes
 *
 * Errors: %CLOCHE_GATE_ERROR_PROTOCOL if anything is not as the header says.
 */
gboolean
cloche_gate_frame_read (const guint8    *bytes,
                        gsize            length,
                        ClocheGateFrame *ret_frame,
                        GError         **error)
{
  const char *fault = length == CLOCHE_GATE_FRAME_BYTES ? find_fault (bytes) : "wrong size";

  if (fault != NULL) {
    g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_PROTOCOL, "Frame with %s", fault);
    return FALSE;
  }

  ret_frame->kind = (ClocheGateFrameKind) get (bytes + OFFSET_KIND, 4);
  ret_frame->id = get (bytes + OFFSET_ID, 8);
  ret_frame->port = (guint16) get (bytes + OFFSET_PORT, 2);
  ret_frame->reason = (ClocheEgressReason) get (bytes + OFFSET_REASON, 2);
  memcpy (ret_frame->name, bytes + OFFSET_NAME, CLOCHE_GATE_NAME_BYTES);
  memcpy (ret_frame->program, bytes + OFFSET_PROGRAM, CLOCHE_GATE_PROGRAM_BYTES);

  return TRUE;
}
