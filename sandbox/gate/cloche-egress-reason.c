/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-reason.h"

G_DEFINE_QUARK (cloche-egress-refusal-quark, cloche_egress_refusal)
G_DEFINE_QUARK (cloche-gate-error-quark, cloche_gate_error)

static const char *const REASONS[] = {
  [CLOCHE_EGRESS_REASON_LISTED] = "listed",
  [CLOCHE_EGRESS_REASON_MODE_OFF] = "mode-off",
  [CLOCHE_EGRESS_REASON_NOT_LISTED] = "not-listed",
  [CLOCHE_EGRESS_REASON_BAD_NAME] = "bad-name",
  [CLOCHE_EGRESS_REASON_PRIVATE_ADDRESS] = "private-address",
  [CLOCHE_EGRESS_REASON_NAME_NOT_FOUND] = "name-not-found",
  [CLOCHE_EGRESS_REASON_UNREACHABLE] = "unreachable",
  [CLOCHE_EGRESS_REASON_TIMEOUT] = "timeout",
  [CLOCHE_EGRESS_REASON_NO_SNI] = "no-sni",
  [CLOCHE_EGRESS_REASON_SNI_MISMATCH] = "sni-mismatch",
  [CLOCHE_EGRESS_REASON_HOST_MISMATCH] = "host-mismatch",
  [CLOCHE_EGRESS_REASON_BAD_REQUEST] = "bad-request",
  [CLOCHE_EGRESS_REASON_UNKNOWN_PROTOCOL] = "unknown-protocol",
  [CLOCHE_EGRESS_REASON_TOO_MANY] = "too-many",
  [CLOCHE_EGRESS_REASON_LOG_FAILED] = "log-failed",
  [CLOCHE_EGRESS_REASON_POLICY_CHANGED] = "policy-changed",
  [CLOCHE_EGRESS_REASON_RESET] = "reset",
  [CLOCHE_EGRESS_REASON_STOPPED] = "stopped",
  [CLOCHE_EGRESS_REASON_DENIED] = "denied",
  [CLOCHE_EGRESS_REASON_NOT_ASKED] = "not-asked",
  [CLOCHE_EGRESS_REASON_NOT_ANSWERED] = "not-answered",
  [CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS] = "too-many-questions",
};

G_STATIC_ASSERT (G_N_ELEMENTS (REASONS) == CLOCHE_EGRESS_N_REASONS);

/**
 * cloche_egress_reason_to_string:
 *
 * The word for @reason in the log and between programs; never translated.
 */
const char *
cloche_egress_reason_to_string (ClocheEgressReason reason)
{
  g_return_val_if_fail ((guint) reason < CLOCHE_EGRESS_N_REASONS, NULL);

  return REASONS[reason];
}
