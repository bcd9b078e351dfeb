/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include "cloche-egress-policy.h"

G_BEGIN_DECLS

/* bytes: what is held of a client until it is checked; TLS or HTTP that needs more is refused. */
#define CLOCHE_FIRST_BYTES_MAX (64 * 1024)

/**
 * ClocheFirstBytesVerdict:
 * @CLOCHE_FIRST_BYTES_HOLD: not known yet; keep what came and feed more
 * @CLOCHE_FIRST_BYTES_PASS: it asks for the host that was allowed
 * @CLOCHE_FIRST_BYTES_PASS_UNNAMED: it names no host, and a rule allows any protocol on this port
 * @CLOCHE_FIRST_BYTES_REFUSE: break it off
 */
typedef enum {
  CLOCHE_FIRST_BYTES_HOLD,
  CLOCHE_FIRST_BYTES_PASS,
  CLOCHE_FIRST_BYTES_PASS_UNNAMED,
  CLOCHE_FIRST_BYTES_REFUSE,
} ClocheFirstBytesVerdict;

/**
 * ClocheFirstBytes:
 *
 * Checks that what a client sends first is for the host that it was allowed to reach.
 */
typedef struct _ClocheFirstBytes ClocheFirstBytes;

ClocheFirstBytes        *cloche_first_bytes_new  (const char         *name,
                                                  guint16             port,
                                                  ClocheEgressGrant   grant) G_GNUC_WARN_UNUSED_RESULT;
void                     cloche_first_bytes_free (ClocheFirstBytes   *self);

ClocheFirstBytesVerdict  cloche_first_bytes_feed (ClocheFirstBytes   *self,
                                                  const guint8       *bytes,
                                                  gsize               length,
                                                  ClocheEgressReason *ret_reason);
ClocheFirstBytesVerdict  cloche_first_bytes_end  (ClocheFirstBytes   *self,
                                                  ClocheEgressReason *ret_reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheFirstBytes, cloche_first_bytes_free)

G_END_DECLS
