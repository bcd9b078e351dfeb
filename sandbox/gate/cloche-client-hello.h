/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheParse:
 * @CLOCHE_PARSE_MORE: so far so good; feed more
 * @CLOCHE_PARSE_DONE: complete
 * @CLOCHE_PARSE_OTHER: this is another protocol
 * @CLOCHE_PARSE_BAD: this is the protocol, malformed or beyond a cap, or with more than one answer to the question
 *
 * Where a parser of a client's first bytes stands. All but the first are final.
 */
typedef enum {
  CLOCHE_PARSE_MORE,
  CLOCHE_PARSE_DONE,
  CLOCHE_PARSE_OTHER,
  CLOCHE_PARSE_BAD,
} ClocheParse;

/**
 * ClocheClientHello:
 *
 * Reads the server name out of a TLS ClientHello that comes in any number of records and segments.
 */
typedef struct _ClocheClientHello ClocheClientHello;

ClocheClientHello *cloche_client_hello_new      (void) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_client_hello_free     (ClocheClientHello *self);

ClocheParse        cloche_client_hello_feed     (ClocheClientHello *self,
                                                 const guint8      *bytes,
                                                 gsize              length);
const char        *cloche_client_hello_get_name (ClocheClientHello *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheClientHello, cloche_client_hello_free)

G_END_DECLS
