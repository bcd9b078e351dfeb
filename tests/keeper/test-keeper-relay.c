/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-agent.h"
#include "cloche-json.h"
#include "cloche-keeper-relay.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

/* A client and its session on both sides; the keeper's side hands each stream to the relay. */
typedef struct
{
  ClocheFakeAgent agent;
  ClocheWireSession *client;
  ClocheWireSession *keeper;
  GAsyncResult *relayed;
} Fixture;

static void
client_request_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Fixture *fixture = user_data;
  ClocheWireStream *stream = CLOCHE_WIRE_STREAM (source);
  g_autoptr (JsonObject) request = cloche_wire_read_json_finish (stream, result, NULL);
  const ClocheKeeperOp *op = cloche_keeper_op_find (request, NULL);

  g_assert_nonnull (op);
  cloche_keeper_relay_async (fixture->agent.guest, stream, request, op, cloche_fake_result_cb, &fixture->relayed);
}

static void
client_stream_cb (Fixture          *fixture,
                  ClocheWireStream *stream)
{
  cloche_wire_read_json_async (stream, NULL, client_request_cb, fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GIOStream) ours = NULL;
  g_autoptr (GIOStream) theirs = cloche_fake_pair (&ours);

  cloche_fake_agent_set_up (&fixture->agent, NULL);
  fixture->client = cloche_wire_session_new (ours, CLOCHE_WIRE_ROLE_CLIENT);
  fixture->keeper = cloche_wire_session_new (theirs, CLOCHE_WIRE_ROLE_SERVER);
  g_signal_connect_swapped (fixture->keeper, "stream-opened", G_CALLBACK (client_stream_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  (void) cloche_fake_wait (&fixture->relayed);
  g_clear_object (&fixture->relayed);
  cloche_wire_session_close (fixture->client);
  while (!cloche_wire_session_is_over (fixture->keeper))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&fixture->client));
  g_assert_finalize_object (g_steal_pointer (&fixture->keeper));
  cloche_fake_agent_tear_down (&fixture->agent, NULL);
}

static JsonObject *
ask (Fixture           *fixture,
     const char        *request_text,
     const char        *script,
     gsize              script_length,
     ClocheWireStream **ret_stream,
     GError           **error)
{
  g_autoptr (JsonObject) request = cloche_json_parse_object (request_text, -1, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (script, script_length);
  g_autoptr (GAsyncResult) result = NULL;

  cloche_fake_agent_say (&fixture->agent, bytes);
  cloche_wire_request_async (fixture->client, request, NULL, cloche_fake_result_cb, &result);

  return cloche_wire_request_finish (fixture->client, cloche_fake_wait (&result), ret_stream, error);
}

static ClocheWireRecord *
read_record (ClocheWireStream *stream,
             GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_wire_read_record_async (stream, NULL, cloche_fake_result_cb, &result);

  return cloche_wire_read_record_finish (stream, cloche_fake_wait (&result), error);
}

static void
test_records (Fixture      *fixture,
              gconstpointer data)
{
  static const char SCRIPT[] = "{\"ok\":true,\"job\":3}\n"
                               "o\0\0\0\2hi"
                               "j\0\0\0\x10{ \"event\":\"end\"}";
  g_autoptr (ClocheWireStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer =
    ask (fixture, "{\"op\":\"exec\",\"script\":\"x\"}", SCRIPT, sizeof SCRIPT - 1, &stream, &error);
  g_autoptr (ClocheWireRecord) output = NULL;
  g_autoptr (ClocheWireRecord) event = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (cloche_json_get_int (answer, "job", 0), ==, 3);
  output = read_record (stream, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (output->payload, NULL), g_bytes_get_size (output->payload), "hi", 2);
  event = read_record (stream, &error);
  g_assert_no_error (error);
  /* Written anew: without the space. */
  g_assert_cmpmem (g_bytes_get_data (event->payload, NULL), g_bytes_get_size (event->payload), "{\"event\":\"end\"}", 15);
  g_assert_null (read_record (stream, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (fixture->agent.request, "script"), ==, "x");
}

typedef struct
{
  const char *bytes;
  gsize length;
} Hostile;

#define HOSTILE(text) { text, sizeof text - 1 }

static const Hostile UNKNOWN_TYPE = HOSTILE ("x\0\0\0\1a");
static const Hostile INPUT_FROM_AGENT = HOSTILE ("i\0\0\0\1a");
static const Hostile TOO_LARGE = HOSTILE ("o\xff\xff\xff\xff");
static const Hostile BAD_JSON = HOSTILE ("j\0\0\0\2{]");
static const Hostile NOT_AN_OBJECT = HOSTILE ("j\0\0\0\2[]");
static const Hostile TRUNCATED = HOSTILE ("o\0\0\0\5ab");

/* threats.md section 3.2: whatever the guest sends after its answer, the client sees the stream broken off, no bytes. */
static void
test_hostile (Fixture      *fixture,
              gconstpointer data)
{
  const Hostile *hostile = data;
  g_autoptr (GString) script = g_string_new ("{\"ok\":true,\"job\":1}\n");
  g_autoptr (ClocheWireStream) stream = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (ClocheWireRecord) record = NULL;
  g_autoptr (GError) error = NULL;

  g_string_append_len (script, hostile->bytes, (gssize) hostile->length);
  answer = ask (fixture, "{\"op\":\"exec\",\"script\":\"x\"}", script->str, script->len, &stream, NULL);
  /* The reset may overtake the answer. */
  if (answer == NULL)
    return;
  record = read_record (stream, &error);
  g_assert_null (record);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
}

static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  static const char SCRIPT[] = "{\"ok\":false,\"error\":\"not-found\",\"message\":\"no \\u001b[31mfile\"}\n";
  g_autoptr (GError) error = NULL;

  g_assert_null (ask (fixture, "{\"op\":\"get\",\"path\":\"/x\"}", SCRIPT, sizeof SCRIPT - 1, NULL, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_NOT_FOUND);
  g_assert_null (strchr (error->message, '\033'));
}

static void
test_raw_out (Fixture      *fixture,
              gconstpointer data)
{
  static const char SCRIPT[] = "{\"ok\":true,\"size\":5}\nh\0llo";
  g_autoptr (ClocheWireStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer =
    ask (fixture, "{\"op\":\"get\",\"path\":\"/x\"}", SCRIPT, sizeof SCRIPT - 1, &stream, &error);
  g_autoptr (GAsyncResult) result = NULL;
  char bytes[16];
  gsize length;

  g_assert_no_error (error);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (G_IO_STREAM (stream)), bytes, sizeof bytes,
                                 G_PRIORITY_DEFAULT, NULL, cloche_fake_result_cb, &result);
  g_assert_true (g_input_stream_read_all_finish (g_io_stream_get_input_stream (G_IO_STREAM (stream)),
                                                 cloche_fake_wait (&result), &length, &error));
  g_assert_cmpmem (bytes, length, "h\0llo", 5);
}

/* The agent says no before it has all the bytes: the client hears it although it has not finished. */
static void
test_raw_in_refused (Fixture      *fixture,
                     gconstpointer data)
{
  static const char SCRIPT[] = "{\"ok\":true}\n{\"ok\":false,\"error\":\"no-space\",\"message\":\"full\"}\n";
  g_autoptr (ClocheWireStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer =
    ask (fixture, "{\"op\":\"put\",\"path\":\"/x\",\"size\":9}", SCRIPT, sizeof SCRIPT - 1, &stream, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) second = NULL;

  g_assert_no_error (error);
  cloche_wire_read_json_async (stream, NULL, cloche_fake_result_cb, &result);
  second = cloche_wire_read_json_finish (stream, cloche_fake_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_false (cloche_wire_answer_check (second, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_NO_SPACE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, data, function) g_test_add ("/keeper/relay/" name, Fixture, data, set_up, function, tear_down)
  ADD ("records", NULL, test_records);
  ADD ("unknown-type", &UNKNOWN_TYPE, test_hostile);
  ADD ("input-from-agent", &INPUT_FROM_AGENT, test_hostile);
  ADD ("too-large", &TOO_LARGE, test_hostile);
  ADD ("bad-json", &BAD_JSON, test_hostile);
  ADD ("not-an-object", &NOT_AN_OBJECT, test_hostile);
  ADD ("truncated", &TRUNCATED, test_hostile);
  ADD ("refused", NULL, test_refused);
  ADD ("raw-out", NULL, test_raw_out);
  ADD ("raw-in-refused", NULL, test_raw_in_refused);

  return g_test_run ();
}
