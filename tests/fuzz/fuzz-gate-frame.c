/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-gate-frame.h"

#include <string.h>

/* A frame has one form only: what can be read is written as the same bytes. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  ClocheGateFrame frame;
  guint8 again[CLOCHE_GATE_FRAME_BYTES];

  if (!cloche_gate_frame_read (bytes, length, &frame, NULL))
    return 0;

  cloche_gate_frame_write (&frame, again);
  g_assert_cmpmem (again, sizeof again, bytes, length);

  return 0;
}
