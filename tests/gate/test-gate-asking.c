/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "gate-fixture.h"

#include "cloche-json.h"

#include "test-network.h"

#include <string.h>

/*
 * The modes of the real cloche-gate that need no list: a person is asked, or everything but the floor is allowed. In the
 * network of test-gate-daemon.c.
 */

/* What "question" said last. */
static void
question_cb (ClocheGateControl *control,
             JsonObject        *event,
             JsonObject       **ret_question)
{
  g_clear_pointer (ret_question, json_object_unref);
  *ret_question = json_object_ref (event);
}

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
be_asked (Gate        *gate,
          JsonObject **ret_question)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_signal_connect (gate->control, "question", G_CALLBACK (question_cb), ret_question);
  cloche_gate_control_ask_async (gate->control, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (cloche_gate_control_request_finish (gate->control, result, NULL));
}

/* Opens a connection and answers the question that it makes: with a yes or a no, or, if there is a policy, with that. */
static GIOStream *
open_and_answer (Gate       *gate,
                 const char *name,
                 guint16     port,
                 gboolean    is_yes,
                 const char *rules,
                 GError    **error)
{
  g_autoptr (JsonObject) question = NULL;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GAsyncResult) answered = NULL;
  gulong id = g_signal_connect (gate->control, "question", G_CALLBACK (question_cb), &question);
  GIOStream *stream;

  cloche_gate_link_open_async (gate->link, name, port, "test", NULL, result_cb, &opened);
  while (question == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (cloche_json_get_string (question, "name"), ==, name);
  g_assert_cmpint (cloche_json_get_int (question, "port", 0), ==, port);
  g_assert_null (opened);
  if (rules != NULL) {
    gate_set_policy (gate, "ask", rules);
  } else {
    cloche_gate_control_answer_async (gate->control, cloche_json_get_int (question, "id", 0), is_yes, NULL, result_cb,
                                      &answered);
    while (answered == NULL)
      g_main_context_iteration (NULL, TRUE);
    g_assert_true (cloche_gate_control_request_finish (gate->control, answered, NULL));
  }
  while (opened == NULL)
    g_main_context_iteration (NULL, TRUE);
  stream = cloche_gate_link_open_finish (gate->link, opened, error);
  g_signal_handler_disconnect (gate->control, id);

  return stream;
}

#define assert_refusal(error, reason_text) \
  g_assert_cmpstr (cloche_egress_reason_to_string ((ClocheEgressReason) (error)->code), ==, reason_text)

static void
test_ask (Gate         *gate,
          gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (JsonObject) last = NULL;
  g_autoptr (GError) denied = NULL;
  g_autoptr (GError) private = NULL;
  g_autoptr (GIOStream) once = NULL;
  g_autoptr (GIOStream) again = NULL;
  g_autoptr (GIOStream) always = NULL;

  gate_set_policy (gate, "ask", "");
  gate_assert_refused (gate, "good.example", 80, "not-asked");
  be_asked (gate, &last);

  g_assert_null (open_and_answer (gate, "good.example", 443, FALSE, NULL, &denied));
  assert_refusal (denied, "denied");
  once = open_and_answer (gate, "good.example", 80, TRUE, NULL, NULL);
  stream_assert_echo (once, GET ("good.example"), strlen (GET ("good.example")));
  again = gate_open_good (gate, "good.example", 80);
  stream_write (again, GET ("good.example"), strlen (GET ("good.example")));
  always = open_and_answer (gate, "203.0.113.5", 80, TRUE, "203.0.113.5", NULL);
  g_assert_nonnull (always);

  /* A yes is for that host and port, spoken to as it must be, and lifts the floor for no name. */
  g_assert_null (open_and_answer (gate, "inside.example", 80, TRUE, NULL, &private));
  assert_refusal (private, "private-address");

  /* It outlives a policy that would still ask, and no other. */
  gate_set_policy (gate, "ask", "other.example");
  gate_wait_reset (gate, "policy-changed");
  g_assert_true (gate->reset_stream == always);
  gate_set_policy (gate, "listed", "other.example");
  gate_wait_reset (gate, "policy-changed");
  g_assert_true (gate->reset_stream == again);
}

/* A yes to an address of the local network is for that very address. */
static void
test_ask_floor (Gate         *gate,
                gconstpointer data)
{
  g_autoptr (TestServer) inside = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (JsonObject) last = NULL;
  g_autoptr (GIOStream) stream = NULL;

  be_asked (gate, &last);
  gate_set_policy (gate, "ask", "");
  stream = open_and_answer (gate, "10.9.8.7", 80, TRUE, NULL, NULL);
  stream_assert_echo (stream, GET ("10.9.8.7"), strlen (GET ("10.9.8.7")));
  gate_set_policy (gate, "open", "");
  gate_assert_refused (gate, "10.9.8.7", 80, "private-address");
  gate_assert_refused (gate, "inside.example", 80, "private-address");
  g_assert_cmpuint (inside->n_connections, ==, 1);
}

static void
test_open (Gate         *gate,
           gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 2222, NULL);
  g_autoptr (GIOStream) stream = NULL;

  gate_set_policy (gate, "open", "!bad.example");
  stream = gate_open_good (gate, "good.example", 2222);
  stream_assert_echo (stream, "SSH-2.0-x\r\n", 11);
  gate_assert_refused (gate, "bad.example", 443, "denied");
}

int
main (int    argc,
      char **argv)
{
  if (!gate_test_init (&argc, &argv))
    return 0;

  g_test_add ("/gate/asking/ask", Gate, NULL, gate_set_up, test_ask, gate_tear_down);
  g_test_add ("/gate/asking/floor", Gate, NULL, gate_set_up, test_ask_floor, gate_tear_down);
  g_test_add ("/gate/asking/open", Gate, NULL, gate_set_up, test_open, gate_tear_down);

  return g_test_run ();
}
