/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* bytes: one NDJSON line. Ollama puts all tool calls, and so whole programs, into one; its own client stops at 8 MiB. */
#define CLOCHE_LINE_SPLITTER_NDJSON_MAX_BYTES (64 * 1024 * 1024)

/**
 * ClocheLineSplitter:
 *
 * Cuts a byte stream into lines, wherever the stream's reads begin and end. Works on bytes, never on characters, so a
 * UTF-8 sequence may be split too. LF, CR and CR LF end a line; a byte order mark at the start is dropped.
 */
typedef struct _ClocheLineSplitter ClocheLineSplitter;

ClocheLineSplitter *cloche_line_splitter_new  (gsize               max_line_bytes) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_line_splitter_free (ClocheLineSplitter *self);

gboolean            cloche_line_splitter_push     (ClocheLineSplitter  *self,
                                                   const void          *bytes,
                                                   gsize                length,
                                                   GError             **error);
const char         *cloche_line_splitter_pop      (ClocheLineSplitter  *self,
                                                   gsize               *ret_length);
const char         *cloche_line_splitter_pop_last (ClocheLineSplitter  *self,
                                                   gsize               *ret_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheLineSplitter, cloche_line_splitter_free)

G_END_DECLS
