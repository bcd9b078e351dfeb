/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-egress-reason.h"

G_BEGIN_DECLS

/* bytes: a row of the log is never longer. */
#define CLOCHE_EGRESS_ROW_BYTES 2048

/**
 * ClocheEgressVerdict:
 * @CLOCHE_EGRESS_VERDICT_ALLOWED: it was let through
 * @CLOCHE_EGRESS_VERDICT_REFUSED: it was not, or was stopped at its first bytes
 * @CLOCHE_EGRESS_VERDICT_FAILED: it was allowed, but the network did not do it
 */
typedef enum {
  CLOCHE_EGRESS_VERDICT_ALLOWED,
  CLOCHE_EGRESS_VERDICT_REFUSED,
  CLOCHE_EGRESS_VERDICT_FAILED,
} ClocheEgressVerdict;

/**
 * ClocheEgressRow:
 *
 * One finished attempt, in borrowed strings.
 */
typedef struct {
  gint64 time_us;               /* µs since 1970 UTC: when it began */
  const char *name;             /* any bytes */
  guint16 port;
  const char *address;          /* where it was connected to, or NULL */
  const char *program;          /* a claim of the guest: any bytes */
  ClocheEgressVerdict verdict;
  ClocheEgressReason reason;
  guint64 bytes_in;             /* from the network to the guest */
  guint64 bytes_out;            /* from the guest to the network */
  gint64 duration_us;
} ClocheEgressRow;

char *cloche_egress_row_to_line (const ClocheEgressRow *row,
                                 gint64                 seq) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
