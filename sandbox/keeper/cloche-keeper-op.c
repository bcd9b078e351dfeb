/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-op.h"

#include "cloche-json.h"
#include "cloche-wire-error.h"

/* What a client may ask of the agent. hello, furnish, warm, settle, revive, disk and clock are not here:
 * they are the keeper's own and the forge's. */
static const ClocheKeeperOp OPS[] = {
  { "attach", FALSE, FALSE, FALSE, CLOCHE_KEEPER_FLOW_RECORDS },
  { "code", FALSE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_RECORDS },
  { "exec", FALSE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_RECORDS },
  { "get", TRUE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_RAW_OUT },
  { "interrupt", FALSE, FALSE, FALSE, CLOCHE_KEEPER_FLOW_NONE },
  { "jobs", FALSE, FALSE, FALSE, CLOCHE_KEEPER_FLOW_NONE },
  { "list", FALSE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_NONE },
  { "put", TRUE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_RAW_IN },
  { "restart-kernel", FALSE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_NONE },
  { "signal", FALSE, FALSE, FALSE, CLOCHE_KEEPER_FLOW_NONE },
  { "stats", FALSE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_NONE },
  { "sync", FALSE, FALSE, TRUE, CLOCHE_KEEPER_FLOW_NONE },
  { "watch", FALSE, TRUE, TRUE, CLOCHE_KEEPER_FLOW_RECORDS },
};

/**
 * cloche_keeper_op_find:
 *
 * Errors: %CLOCHE_WIRE_ERROR_INVALID without an op, %CLOCHE_WIRE_ERROR_UNSUPPORTED for one that clients have not.
 */
const ClocheKeeperOp *
cloche_keeper_op_find (JsonObject *request,
                       GError    **error)
{
  const char *name = cloche_json_get_string (request, "op");

  if (name == NULL) {
    g_set_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_INVALID, "The request names no operation");
    return NULL;
  }

  for (gsize i = 0; i < G_N_ELEMENTS (OPS); i++)
    if (strcmp (OPS[i].name, name) == 0)
      return &OPS[i];

  g_set_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_UNSUPPORTED, "There is no operation “%.32s”", name);
  return NULL;
}
