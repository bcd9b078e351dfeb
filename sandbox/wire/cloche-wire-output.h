/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-wire-channel.h"

G_BEGIN_DECLS

/* The writing side of a ClocheWireStream: private to this folder. */
#define CLOCHE_TYPE_WIRE_OUTPUT (cloche_wire_output_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWireOutput, cloche_wire_output, CLOCHE, WIRE_OUTPUT, GOutputStream)

GOutputStream *cloche_wire_output_new (ClocheWireChannel *channel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
