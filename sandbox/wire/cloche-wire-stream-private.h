/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-line-reader.h"
#include "cloche-record.h"
#include "cloche-wire-channel.h"
#include "cloche-wire-stream.h"

G_BEGIN_DECLS

ClocheWireStream      *_cloche_wire_stream_new                (ClocheWireChannel *channel) G_GNUC_WARN_UNUSED_RESULT;
ClocheWireChannel     *_cloche_wire_stream_get_channel        (ClocheWireStream  *self);
cloche_line_reader    *_cloche_wire_stream_get_line_reader    (ClocheWireStream  *self);
cloche_record_decoder *_cloche_wire_stream_get_record_decoder (ClocheWireStream  *self);

G_END_DECLS
