/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* bytes: the data of one event. A tool call's whole program or one picture may come in one; more is no answer. */
#define CLOCHE_SSE_PARSER_MAX_BYTES (16 * 1024 * 1024)

/**
 * ClocheSseEvent:
 * @type: "message" unless the stream named another
 * @data: NUL-terminated, but not checked to be UTF-8 and free of NUL; never empty
 * @length: bytes of @data
 */
typedef struct
{
  const char *type;
  const char *data;
  gsize length;
} ClocheSseEvent;

/**
 * ClocheSseParser:
 *
 * Cuts a byte stream into server-sent events, wherever the stream's reads begin and end. "id" and "retry" are for
 * clients that connect again by themselves, which ours never do: they are skipped like comments and unknown fields.
 */
typedef struct _ClocheSseParser ClocheSseParser;

ClocheSseParser      *cloche_sse_parser_new  (gsize            max_bytes) G_GNUC_WARN_UNUSED_RESULT;
void                  cloche_sse_parser_free (ClocheSseParser *self);

gboolean              cloche_sse_parser_push     (ClocheSseParser  *self,
                                                  const void       *bytes,
                                                  gsize             length,
                                                  GError          **error);
const ClocheSseEvent *cloche_sse_parser_pop      (ClocheSseParser  *self,
                                                  GError          **error);
const ClocheSseEvent *cloche_sse_parser_pop_last (ClocheSseParser  *self,
                                                  GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheSseParser, cloche_sse_parser_free)

G_END_DECLS
