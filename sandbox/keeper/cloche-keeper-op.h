/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheKeeperFlow:
 * @CLOCHE_KEEPER_FLOW_NONE: nothing follows the answer
 * @CLOCHE_KEEPER_FLOW_RECORDS: records from the agent, input records to it, until the agent finishes
 * @CLOCHE_KEEPER_FLOW_RAW_IN: bytes to the agent until the client finishes, then a second answer
 * @CLOCHE_KEEPER_FLOW_RAW_OUT: bytes from the agent until it finishes
 *
 * What travels on a stream after the answer: protocol.md, column "then".
 */
typedef enum {
  CLOCHE_KEEPER_FLOW_NONE,
  CLOCHE_KEEPER_FLOW_RECORDS,
  CLOCHE_KEEPER_FLOW_RAW_IN,
  CLOCHE_KEEPER_FLOW_RAW_OUT,
} ClocheKeeperFlow;

/**
 * ClocheKeeperOp:
 * @name: its name on the wire
 * @is_bulk: whether it goes to the agent's bulk port
 * @is_passive: whether it keeps a machine awake: watching does not
 * @needs_disk: whether it waits until the machine is on its own disk: what touches files, or runs what may
 * @flow: what follows the answer
 *
 * One operation of the agent that a client may ask for.
 */
typedef struct
{
  const char *name;
  gboolean is_bulk;
  gboolean is_passive;
  gboolean needs_disk;
  ClocheKeeperFlow flow;
} ClocheKeeperOp;

const ClocheKeeperOp *cloche_keeper_op_find (JsonObject  *request,
                                             GError     **error);

G_END_DECLS
