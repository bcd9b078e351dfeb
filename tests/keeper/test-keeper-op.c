/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-keeper-op.h"
#include "cloche-wire-error.h"

static const ClocheKeeperOp *
find (const char *request,
      GError    **error)
{
  g_autoptr (JsonObject) object = cloche_json_parse_object (request, -1, NULL);

  g_assert_nonnull (object);

  return cloche_keeper_op_find (object, error);
}

static void
test_known (void)
{
  const ClocheKeeperOp *put = find ("{\"op\":\"put\"}", NULL);
  const ClocheKeeperOp *watch = find ("{\"op\":\"watch\"}", NULL);

  g_assert_true (put->is_bulk);
  g_assert_cmpint (put->flow, ==, CLOCHE_KEEPER_FLOW_RAW_IN);
  g_assert_true (watch->is_passive);
}

/* What forge and keeper alone may ask of an agent, and what is no request at all. */
static void
test_refused (void)
{
  static const struct
  {
    const char *request;
    ClocheWireError code;
  } CASES[] = {
    { "{\"op\":\"revive\"}", CLOCHE_WIRE_ERROR_UNSUPPORTED },
    { "{\"op\":\"warm\"}", CLOCHE_WIRE_ERROR_UNSUPPORTED },
    { "{\"op\":\"settle\"}", CLOCHE_WIRE_ERROR_UNSUPPORTED },
    { "{\"op\":\"clock\"}", CLOCHE_WIRE_ERROR_UNSUPPORTED },
    { "{\"op\":\"EXEC\"}", CLOCHE_WIRE_ERROR_UNSUPPORTED },
    { "{\"op\":\"\"}", CLOCHE_WIRE_ERROR_UNSUPPORTED },
    { "{\"op\":7}", CLOCHE_WIRE_ERROR_INVALID },
    { "{}", CLOCHE_WIRE_ERROR_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (find (CASES[i].request, &error));
    g_assert_error (error, CLOCHE_WIRE_ERROR, (int) CASES[i].code);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keeper/op/known", test_known);
  g_test_add_func ("/keeper/op/refused", test_refused);

  return g_test_run ();
}
