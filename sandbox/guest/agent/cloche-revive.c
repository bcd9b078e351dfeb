/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * revive, kind "new": makes a fork of the template a machine of its own. Randomness comes first, before anything that
 * could draw from it; then the clock, so that files get right times. From there on Python takes its own share of it, on
 * another processor. The conversation's disk follows with the op "disk"; the same serves one that lost its memory.
 */
#include "cloche-cgroup.h"
#include "cloche-code.h"
#include "cloche-identity.h"
#include "cloche-kernel-state.h"
#include "cloche-ops.h"
#include "cloche-reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* bytes: as many as the key of the kernel's generator. */
#define ENTROPY_BYTES 32

/* What a size may be limited to, in MiB and processors. */
#define MAX_MEMORY_MIB (1024 * 1024)
#define MAX_CPUS 1024

static bool
parse_hex (const char *text,
           uint8_t     bytes[ENTROPY_BYTES])
{
  if (strlen (text) != 2 * ENTROPY_BYTES || strspn (text, "0123456789abcdef") != 2 * ENTROPY_BYTES)
    return false;
  for (size_t i = 0; i < ENTROPY_BYTES; i++) {
    unsigned value = 0;

    (void) sscanf (text + 2 * i, "%2x", &value); /* Two hex digits stand there. */
    bytes[i] = (uint8_t) value;
  }
  return true;
}

static int
check_limits (json_t *request)
{
  int64_t memory_mib = cloche_request_number (request, "memory_mib", 0);
  int64_t cpus = cloche_request_number (request, "cpus", 0);

  return memory_mib < 0 || memory_mib > MAX_MEMORY_MIB || cpus < 0 || cpus > MAX_CPUS ? -EINVAL : 0;
}

/* Limits are set in the template already; a smaller machine gets its own. */
static int
apply_limits (json_t *request)
{
  int64_t memory_mib = cloche_request_number (request, "memory_mib", 0);
  int64_t cpus = cloche_request_number (request, "cpus", 0);

  return memory_mib == 0 && cpus == 0 ? 0
         : cloche_cgroup_limit ((uint64_t) memory_mib * 1024 * 1024, (unsigned) cpus);
}

/* The step that failed in *ret_step. */
static int
apply (cloche_agent          *agent,
       json_t                *request,
       const cloche_identity *identity,
       const uint8_t          entropy[ENTROPY_BYTES],
       const char           **ret_step)
{
  int result;

  *ret_step = "entropy";
  result = cloche_kernel_state_stir (entropy, ENTROPY_BYTES);
  if (result < 0)
    return result;
  *ret_step = "clock";
  result = cloche_kernel_state_set_clock_us (cloche_request_number (request, "realtime_us", 0));
  if (result < 0)
    return result;
  cloche_code_reseed (agent);
  *ret_step = "names";
  result = cloche_identity_apply (identity);
  if (result < 0)
    return result;
  *ret_step = "limits";
  return apply_limits (request);
}

void
cloche_op_revive (cloche_agent  *agent,
                  cloche_stream *stream,
                  json_t        *request)
{
  const cloche_identity identity = {
    .hostname = cloche_request_text (request, "hostname", ""),
    .machine_id = cloche_request_text (request, "machine_id", ""),
  };
  uint8_t entropy[ENTROPY_BYTES];
  const char *step;
  int result;

  if (agent->is_revived || !agent->is_init) {
    cloche_reply_error (stream, "denied", "Only a template's fork is revived, and once");
    return;
  }
  if (strcmp (cloche_request_text (request, "kind", ""), "new") != 0 || !cloche_identity_is_valid (&identity) ||
      !parse_hex (cloche_request_text (request, "entropy", ""), entropy) || check_limits (request) < 0) {
    cloche_reply_error (stream, "invalid", "revive takes kind new, 32 bytes of entropy, and proper names and limits");
    return;
  }
  agent->is_revived = true;     /* Also if it fails half-way: such a machine is good for nothing. */
  result = apply (agent, request, &identity, entropy, &step);
  explicit_bzero (entropy, sizeof entropy);
  if (result < 0)
    cloche_reply_errno (stream, -result, step);
  else
    cloche_reply_end (stream, NULL);
}
