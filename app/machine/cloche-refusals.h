/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine-network.h"

G_BEGIN_DECLS

/* hosts that are told at a time; the rest is counted. */
#define CLOCHE_REFUSALS_MAX 8

/**
 * ClocheRefusal:
 * @host: HOST or HOST:PORT as a rule would name it, printable
 * @reason: see cloche-egress-reason.h
 * @can_be_allowed: whether a rule would help
 */
typedef struct
{
  char *host;
  char *reason;
  gboolean can_be_allowed;
} ClocheRefusal;

/**
 * ClocheRefusals:
 *
 * Remembers what a machine's network refused, each host once, until somebody takes it.
 */
#define CLOCHE_TYPE_REFUSALS (cloche_refusals_get_type ())
G_DECLARE_FINAL_TYPE (ClocheRefusals, cloche_refusals, CLOCHE, REFUSALS, GObject)

ClocheRefusals *cloche_refusals_new       (ClocheMachineNetwork *network) G_GNUC_WARN_UNUSED_RESULT;

/* (element-type ClocheRefusal): at most CLOCHE_REFUSALS_MAX; @ret_n_more: further hosts. */
GPtrArray      *cloche_refusals_take      (ClocheRefusals *self,
                                           guint          *ret_n_more) G_GNUC_WARN_UNUSED_RESULT;
char           *cloche_refusals_take_line (ClocheRefusals *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
