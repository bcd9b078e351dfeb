/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-agent.h"
#include "cloche-json.h"
#include "cloche-keeper-followers.h"
#include "cloche-record.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

/* bytes: far more than the transport and a stream's window take while nobody reads. */
#define LARGE (2 * 1024 * 1024)

/* A client's session and the keeper's; every stream that the client opens follows at once. */
typedef struct
{
  ClocheWireSession *client;
  ClocheWireSession *keeper;
  ClocheKeeperFollowers *followers;
  guint n_added;
} Fixture;

static JsonObject *
new_status (const char *state)
{
  JsonObject *status = cloche_wire_answer_new_ok ();

  json_object_set_string_member (status, "state", state);

  return status;
}

static void
request_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (ClocheWireStream) stream = CLOCHE_WIRE_STREAM (source);
  g_autoptr (JsonObject) request = cloche_wire_read_json_finish (stream, result, NULL);
  g_autoptr (JsonObject) status = new_status ("starting");

  g_assert_nonnull (request);
  cloche_keeper_followers_add (fixture->followers, stream, status);
  fixture->n_added++;
}

static void
opened_cb (Fixture          *fixture,
           ClocheWireStream *stream)
{
  cloche_wire_read_json_async (g_object_ref (stream), NULL, request_cb, fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GIOStream) ours = NULL;
  g_autoptr (GIOStream) theirs = cloche_fake_pair (&ours);

  fixture->followers = cloche_keeper_followers_new ();
  fixture->client = cloche_wire_session_new (ours, CLOCHE_WIRE_ROLE_CLIENT);
  fixture->keeper = cloche_wire_session_new (theirs, CLOCHE_WIRE_ROLE_SERVER);
  g_signal_connect_swapped (fixture->keeper, "stream-opened", G_CALLBACK (opened_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  cloche_wire_session_close (fixture->client);
  while (!cloche_wire_session_is_over (fixture->keeper))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&fixture->followers));
  g_assert_finalize_object (g_steal_pointer (&fixture->client));
  g_assert_finalize_object (g_steal_pointer (&fixture->keeper));
}

/* Until the keeper has added it; its answer may still be under way. */
static ClocheWireStream *
follow (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) request = json_object_new ();
  ClocheWireStream *stream = cloche_wire_session_open_stream (fixture->client, &error);
  guint n_before = fixture->n_added;

  g_assert_no_error (error);
  json_object_set_string_member (request, "op", "status");
  cloche_wire_write_json_async (stream, request, NULL, cloche_fake_result_cb, &result);
  g_assert_true (cloche_wire_write_json_finish (stream, cloche_fake_wait (&result), NULL));
  while (fixture->n_added == n_before)
    g_main_context_iteration (NULL, TRUE);

  return stream;
}

static void
expect_answer (ClocheWireStream *stream)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) answer = NULL;

  cloche_wire_read_json_async (stream, NULL, cloche_fake_result_cb, &result);
  answer = cloche_wire_read_json_finish (stream, cloche_fake_wait (&result), NULL);
  g_assert_nonnull (answer);
  g_assert_cmpstr (cloche_json_get_string (answer, "state"), ==, "starting");
}

static void
expect_event (ClocheWireStream *stream,
              const char       *state)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheWireRecord) record = NULL;
  g_autoptr (JsonObject) event = NULL;

  cloche_wire_read_record_async (stream, NULL, cloche_fake_result_cb, &result);
  record = cloche_wire_read_record_finish (stream, cloche_fake_wait (&result), NULL);
  g_assert_nonnull (record);
  g_assert_cmpint (record->type, ==, CLOCHE_RECORD_EVENT);
  event = cloche_json_parse_object (g_bytes_get_data (record->payload, NULL), (gssize) g_bytes_get_size (record->payload), NULL);
  g_assert_nonnull (event);
  g_assert_cmpstr (cloche_json_get_string (event, "event"), ==, "status");
  g_assert_false (json_object_has_member (event, "ok"));
  g_assert_cmpstr (cloche_json_get_string (event, "state"), ==, state);
}

static void
test_all_are_told (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (ClocheWireStream) first = NULL;
  g_autoptr (ClocheWireStream) second = NULL;

  g_assert_cmpuint (cloche_keeper_followers_get_n (fixture->followers), ==, 0);
  cloche_keeper_followers_tell (fixture->followers, new_status ("nobody hears"));
  first = follow (fixture);
  second = follow (fixture);
  g_assert_cmpuint (cloche_keeper_followers_get_n (fixture->followers), ==, 2);
  expect_answer (first);
  expect_answer (second);
  cloche_keeper_followers_tell (fixture->followers, new_status ("ready"));
  expect_event (first, "ready");
  expect_event (second, "ready");
}

/* What changes while the answer is under way is not in it. */
static void
test_told_at_once (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (ClocheWireStream) stream = follow (fixture);

  cloche_keeper_followers_tell (fixture->followers, new_status ("ready"));
  expect_answer (stream);
  expect_event (stream, "ready");
}

/* One that does not read gets what it had begun to take, and then the last state, whatever came in between. */
static void
test_slow (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree char *large = g_strnfill (LARGE, 'x');
  g_autoptr (ClocheWireStream) slow = follow (fixture);
  g_autoptr (ClocheWireStream) quick = follow (fixture);

  expect_answer (slow);
  expect_answer (quick);
  cloche_keeper_followers_tell (fixture->followers, new_status (large));
  expect_event (quick, large);
  cloche_keeper_followers_tell (fixture->followers, new_status ("in between"));
  expect_event (quick, "in between");
  cloche_keeper_followers_tell (fixture->followers, new_status ("last"));
  expect_event (quick, "last");
  expect_event (slow, large);
  expect_event (slow, "last");
  cloche_keeper_followers_tell (fixture->followers, new_status ("next"));
  expect_event (slow, "next");
}

/* One that has gone is forgotten when it is next told; others do not notice. */
static void
test_gone (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (ClocheWireStream) gone = follow (fixture);
  g_autoptr (ClocheWireStream) stays = follow (fixture);

  expect_answer (gone);
  expect_answer (stays);
  cloche_wire_stream_reset (gone);
  for (int i = 0; cloche_keeper_followers_get_n (fixture->followers) == 2; i++) {
    g_autofree char *state = g_strdup_printf ("state %d", i);

    cloche_keeper_followers_tell (fixture->followers, new_status (state));
    expect_event (stays, state);
  }
  g_assert_cmpuint (cloche_keeper_followers_get_n (fixture->followers), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/keeper/followers/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("all-are-told", test_all_are_told);
  ADD ("told-at-once", test_told_at_once);
  ADD ("slow", test_slow);
  ADD ("gone", test_gone);

  return g_test_run ();
}
