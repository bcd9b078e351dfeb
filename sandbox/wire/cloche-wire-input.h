/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-wire-channel.h"

G_BEGIN_DECLS

/* The reading side of a ClocheWireStream: private to this folder. */
#define CLOCHE_TYPE_WIRE_INPUT (cloche_wire_input_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWireInput, cloche_wire_input, CLOCHE, WIRE_INPUT, GInputStream)

GInputStream *cloche_wire_input_new (ClocheWireChannel *channel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
