/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheEgressReason:
 * @CLOCHE_EGRESS_REASON_LISTED: a rule or an answer allows it; the only one of an attempt that was let through and ended
 *   by itself
 * @CLOCHE_EGRESS_REASON_MODE_OFF: the conversation has no network
 * @CLOCHE_EGRESS_REASON_NOT_LISTED: no rule names this host and port
 * @CLOCHE_EGRESS_REASON_BAD_NAME: neither a DNS name nor an address in its plain form
 * @CLOCHE_EGRESS_REASON_PRIVATE_ADDRESS: every address of it lies in the floor, see cloche-address-floor.h
 * @CLOCHE_EGRESS_REASON_NAME_NOT_FOUND: allowed, but it does not resolve
 * @CLOCHE_EGRESS_REASON_UNREACHABLE: allowed, but no permitted address took the connection
 * @CLOCHE_EGRESS_REASON_TIMEOUT: connecting, or the client's first message, took too long
 * @CLOCHE_EGRESS_REASON_NO_SNI: TLS that does not say which host it wants
 * @CLOCHE_EGRESS_REASON_SNI_MISMATCH: TLS that wants another host than the one that was allowed
 * @CLOCHE_EGRESS_REASON_HOST_MISMATCH: HTTP that wants another host, or none, or several
 * @CLOCHE_EGRESS_REASON_BAD_REQUEST: begins like TLS or HTTP and is malformed, or is CONNECT or plain HTTP/2
 * @CLOCHE_EGRESS_REASON_UNKNOWN_PROTOCOL: neither TLS nor HTTP, and no rule names the port
 * @CLOCHE_EGRESS_REASON_TOO_MANY: too many connections at a time
 * @CLOCHE_EGRESS_REASON_LOG_FAILED: it could not have been logged
 * @CLOCHE_EGRESS_REASON_POLICY_CHANGED: was let through, and then a new policy forbade it
 * @CLOCHE_EGRESS_REASON_RESET: was let through, and then one of the two sides broke it off
 * @CLOCHE_EGRESS_REASON_STOPPED: was under way when the machine stopped
 * @CLOCHE_EGRESS_REASON_DENIED: a rule forbids it, or somebody was asked and said no
 * @CLOCHE_EGRESS_REASON_NOT_ASKED: no rule names it, and there is nobody who could be asked
 * @CLOCHE_EGRESS_REASON_NOT_ANSWERED: somebody was asked, and did not answer in time
 * @CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS: there are more questions already than a person can be asked
 *
 * Why an attempt to reach the network ended as it did. The values travel between gate and keeper: append only.
 */
typedef enum {
  CLOCHE_EGRESS_REASON_LISTED,
  CLOCHE_EGRESS_REASON_MODE_OFF,
  CLOCHE_EGRESS_REASON_NOT_LISTED,
  CLOCHE_EGRESS_REASON_BAD_NAME,
  CLOCHE_EGRESS_REASON_PRIVATE_ADDRESS,
  CLOCHE_EGRESS_REASON_NAME_NOT_FOUND,
  CLOCHE_EGRESS_REASON_UNREACHABLE,
  CLOCHE_EGRESS_REASON_TIMEOUT,
  CLOCHE_EGRESS_REASON_NO_SNI,
  CLOCHE_EGRESS_REASON_SNI_MISMATCH,
  CLOCHE_EGRESS_REASON_HOST_MISMATCH,
  CLOCHE_EGRESS_REASON_BAD_REQUEST,
  CLOCHE_EGRESS_REASON_UNKNOWN_PROTOCOL,
  CLOCHE_EGRESS_REASON_TOO_MANY,
  CLOCHE_EGRESS_REASON_LOG_FAILED,
  CLOCHE_EGRESS_REASON_POLICY_CHANGED,
  CLOCHE_EGRESS_REASON_RESET,
  CLOCHE_EGRESS_REASON_STOPPED,
  CLOCHE_EGRESS_REASON_DENIED,
  CLOCHE_EGRESS_REASON_NOT_ASKED,
  CLOCHE_EGRESS_REASON_NOT_ANSWERED,
  CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS,
} ClocheEgressReason;

#define CLOCHE_EGRESS_N_REASONS (CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS + 1)

const char *cloche_egress_reason_to_string (ClocheEgressReason reason);

/**
 * CLOCHE_EGRESS_REFUSAL:
 *
 * The error domain of an attempt that came to nothing; its code is the #ClocheEgressReason.
 */
#define CLOCHE_EGRESS_REFUSAL (cloche_egress_refusal_quark ())
GQuark      cloche_egress_refusal_quark    (void);

/**
 * ClocheGateError:
 * @CLOCHE_GATE_ERROR_PROTOCOL: the other side broke the rules; end the connection
 * @CLOCHE_GATE_ERROR_CLOSED: the connection to the gate has ended
 * @CLOCHE_GATE_ERROR_ENDED: the gate has, under a machine that goes on: nothing gets out until the machine starts again
 * @CLOCHE_GATE_ERROR_DENIED: the gate did not accept the token
 * @CLOCHE_GATE_ERROR_RULE: a rule of the policy is not understood; the message names it and says why
 * @CLOCHE_GATE_ERROR_GONE: the question has been answered, or nobody waits for its answer any more
 * @CLOCHE_GATE_ERROR_CONFINE: the system cannot confine the gate; it must not run
 *
 * Failures of the gate's libraries. Failures of the operating system keep their %G_IO_ERROR code.
 */
typedef enum {
  CLOCHE_GATE_ERROR_PROTOCOL,
  CLOCHE_GATE_ERROR_CLOSED,
  CLOCHE_GATE_ERROR_ENDED,
  CLOCHE_GATE_ERROR_DENIED,
  CLOCHE_GATE_ERROR_RULE,
  CLOCHE_GATE_ERROR_GONE,
  CLOCHE_GATE_ERROR_CONFINE,
} ClocheGateError;

#define CLOCHE_GATE_ERROR (cloche_gate_error_quark ())
GQuark      cloche_gate_error_quark        (void);

G_END_DECLS
