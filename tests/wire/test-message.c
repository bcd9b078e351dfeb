/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "session-pair.h"

#include "cloche-base-error.h"
#include "cloche-json.h"
#include "cloche-limits.h"
#include "cloche-record.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

#include <string.h>

static JsonObject *
read_json (ClocheWireStream *stream,
           GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_wire_read_json_async (stream, NULL, keep_result_cb, &result);

  return cloche_wire_read_json_finish (stream, wait_for (&result), error);
}

/* A line takes nothing of what follows it, in whatever pieces it comes. */
static void
test_lines (SessionPair  *pair,
            gconstpointer data)
{
  static const char TEXT[] = "{\"n\":1}\n{\"n\":2}\nrest";
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GError) error = NULL;

  for (gsize split = 0; split < sizeof TEXT; split++) {
    g_autofree char *first = g_strndup (TEXT, split);
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (JsonObject) one = NULL;
    g_autoptr (JsonObject) two = NULL;

    cloche_wire_read_json_async (there, NULL, keep_result_cb, &result);
    write_text (here, first);
    write_text (here, TEXT + split);
    one = cloche_wire_read_json_finish (there, wait_for (&result), &error);
    g_assert_no_error (error);
    two = read_json (there, &error);
    g_assert_no_error (error);
    g_assert_cmpint (cloche_json_get_int (one, "n", 0), ==, 1);
    g_assert_cmpint (cloche_json_get_int (two, "n", 0), ==, 2);
    assert_reads (there, "rest");
  }

  cloche_wire_stream_finish (here);
  g_assert_null (read_json (there, &error));
  g_assert_no_error (error);
}

static void
test_bad_lines (SessionPair  *pair,
                gconstpointer data)
{
  g_autofree char *long_line = g_strnfill (CLOCHE_LIMIT_LINE_BYTES + 1, ' ');
  const struct { const char *text; GQuark domain; int code; } LINES[] = {
    { "[]\n", CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID },
    { "{\"a\":\n", CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID },
    { "{\"a\":1}", CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL },
    { long_line, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_TOO_LARGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (LINES); i++) {
    g_autoptr (ClocheWireStream) there = NULL;
    g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    cloche_wire_read_json_async (there, NULL, keep_result_cb, &result);
    write_text (here, LINES[i].text);
    cloche_wire_stream_finish (here);
    g_assert_null (cloche_wire_read_json_finish (there, wait_for (&result), &error));
    g_assert_error (error, LINES[i].domain, LINES[i].code);
  }
}

/* What a cancelled reader had of a line is there for the next one. */
static void
test_cancelled_line (SessionPair  *pair,
                     gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;

  write_text (here, "{\"n\"");
  cloche_wire_read_json_async (there, cancellable, keep_result_cb, &result);
  cloche_wire_read_json_async (there, NULL, keep_result_cb, &second);
  g_assert_null (cloche_wire_read_json_finish (there, wait_for (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_cancellable_cancel (cancellable);
  g_assert_null (cloche_wire_read_json_finish (there, wait_for (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  write_text (here, ":7}\n");
  object = read_json (there, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cloche_json_get_int (object, "n", 0), ==, 7);
}

static void
test_records (SessionPair  *pair,
              gconstpointer data)
{
  static const gsize SIZES[] = { 0, 1, 64 * 1024, 64 * 1024 + 1, 3 * 1024 * 1024 };
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) end_result = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++) {
    g_autofree char *text = g_strnfill (SIZES[i], 'a' + (char) i);
    g_autoptr (GBytes) payload = g_bytes_new (text, SIZES[i]);
    g_autoptr (GAsyncResult) written = NULL;
    g_autoptr (GAsyncResult) read = NULL;
    g_autoptr (ClocheWireRecord) record = NULL;

    cloche_wire_write_record_async (here, CLOCHE_RECORD_OUTPUT, payload, NULL, keep_result_cb, &written);
    cloche_wire_read_record_async (there, NULL, keep_result_cb, &read);
    record = cloche_wire_read_record_finish (there, wait_for (&read), &error);
    g_assert_no_error (error);
    g_assert_cmpint (record->type, ==, CLOCHE_RECORD_OUTPUT);
    g_assert_true (g_bytes_equal (record->payload, payload));
    g_assert_true (cloche_wire_write_record_finish (here, wait_for (&written), &error));
  }

  cloche_wire_stream_finish (here);
  cloche_wire_read_record_async (there, NULL, keep_result_cb, &end_result);
  g_assert_null (cloche_wire_read_record_finish (there, wait_for (&end_result), &error));
  g_assert_no_error (error);
}

static void
test_bad_records (SessionPair  *pair,
                  gconstpointer data)
{
  static const struct { const char *text; int code; } RECORDS[] = {
    { "x", CLOCHE_WIRE_ERROR_PROTOCOL },
    { "o", CLOCHE_WIRE_ERROR_PROTOCOL },
    { "o\xff\xff\xff\xff", CLOCHE_WIRE_ERROR_TOO_LARGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (RECORDS); i++) {
    g_autoptr (ClocheWireStream) there = NULL;
    g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    cloche_wire_read_record_async (there, NULL, keep_result_cb, &result);
    write_text (here, RECORDS[i].text);
    cloche_wire_stream_finish (here);
    g_assert_null (cloche_wire_read_record_finish (there, wait_for (&result), &error));
    g_assert_error (error, CLOCHE_WIRE_ERROR, RECORDS[i].code);
  }
}

static void
test_too_large_to_send (SessionPair  *pair,
                        gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autofree char *text = g_strnfill (CLOCHE_LIMIT_RECORD_BYTES + 1, 'x');
  g_autoptr (GBytes) payload = g_bytes_new_static (text, CLOCHE_LIMIT_RECORD_BYTES + 1);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GAsyncResult) line_result = NULL;
  g_autoptr (GAsyncResult) record_result = NULL;
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (object, "text", text + CLOCHE_LIMIT_RECORD_BYTES - CLOCHE_LIMIT_LINE_BYTES);
  cloche_wire_write_json_async (here, object, NULL, keep_result_cb, &line_result);
  g_assert_false (cloche_wire_write_json_finish (here, wait_for (&line_result), &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  cloche_wire_write_record_async (here, CLOCHE_RECORD_EVENT, payload, NULL, keep_result_cb, &record_result);
  g_assert_false (cloche_wire_write_record_finish (here, wait_for (&record_result), &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_TOO_LARGE);
  write_text (here, "nothing before");
  assert_reads (there, "nothing before");
}

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = cloche_json_parse_object (text, -1, &error);

  g_assert_no_error (error);

  return object;
}

static void
test_request (SessionPair  *pair,
              gconstpointer data)
{
  g_autoptr (JsonObject) request = parse ("{\"op\":\"exec\"}");
  g_autoptr (JsonObject) seen = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (ClocheWireStream) here = NULL;
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_wire_request_async (pair->client, request, NULL, keep_result_cb, &result);
  there = session_pair_pop (pair);
  seen = read_json (there, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (seen, "op"), ==, "exec");
  write_text (there, "{\"ok\":true,\"job\":\"j1\"}\noutput");
  answer = cloche_wire_request_finish (pair->client, wait_for (&result), &here, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (answer, "job"), ==, "j1");
  assert_reads (here, "output");
  write_text (here, "input");
  assert_reads (there, "input");
}

static void
test_refused_request (SessionPair  *pair,
                      gconstpointer data)
{
  g_autoptr (JsonObject) request = parse ("{\"op\":\"get\"}");

  for (int code = CLOCHE_WIRE_ERROR_INVALID; code <= CLOCHE_WIRE_ERROR_PROTOCOL; code++) {
    g_autoptr (GError) reason = g_error_new_literal (CLOCHE_WIRE_ERROR, code, "line\nbreak");
    int expected = code <= CLOCHE_WIRE_ERROR_BROKEN ? code : CLOCHE_WIRE_ERROR_GONE;
    g_autoptr (ClocheWireStream) there = NULL;
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    cloche_wire_request_async (pair->client, request, NULL, keep_result_cb, &result);
    there = session_pair_pop (pair);
    cloche_wire_stream_refuse (there, reason);
    g_clear_object (&there);
    g_assert_null (cloche_wire_request_finish (pair->client, wait_for (&result), NULL, &error));
    g_assert_error (error, CLOCHE_WIRE_ERROR, expected);
    g_assert_cmpstr (error->message, ==, "line\xef\xbf\xbd" "break");
  }
}

static void
test_bad_answers (SessionPair  *pair,
                  gconstpointer data)
{
  const struct { const char *text; GQuark domain; int code; } ANSWERS[] = {
    { "", CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL },
    { "{}\n", CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_FAILED },
    { "{\"ok\":1,\"error\":7}\n", CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_FAILED },
    { "{\"ok\":false,\"error\":\"closed\"}\n", CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_FAILED },
    { "ok\n", CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID },
  };
  g_autoptr (JsonObject) request = parse ("{}");

  for (gsize i = 0; i < G_N_ELEMENTS (ANSWERS); i++) {
    g_autoptr (ClocheWireStream) there = NULL;
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;
    char byte;

    cloche_wire_request_async (pair->client, request, NULL, keep_result_cb, &result);
    there = session_pair_pop (pair);
    write_text (there, ANSWERS[i].text);
    if (*ANSWERS[i].text == '\0')
      cloche_wire_stream_finish (there);
    g_assert_null (cloche_wire_request_finish (pair->client, wait_for (&result), NULL, &error));
    g_assert_error (error, ANSWERS[i].domain, ANSWERS[i].code);
    g_clear_error (&error);
    g_clear_object (&result);

    /* The request itself is there to be read; then the reset. */
    assert_reads (there, "{}\n");
    g_assert_cmpint (read_some (there, &byte, 1, &error), <, 0);
    g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
  }
}

static void
test_cancelled_request (SessionPair  *pair,
                        gconstpointer data)
{
  g_autoptr (JsonObject) request = parse ("{\"op\":\"exec\"}");
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char byte;

  cloche_wire_request_async (pair->client, request, cancellable, keep_result_cb, &result);
  there = session_pair_pop (pair);
  assert_reads (there, "{\"op\":\"exec\"}\n");
  g_cancellable_cancel (cancellable);
  g_assert_null (cloche_wire_request_finish (pair->client, wait_for (&result), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_clear_object (&result);
  g_assert_cmpint (read_some (there, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *path; void (*test) (SessionPair *,
                                                        gconstpointer); } TESTS[] = {
    { "/wire/message/lines", test_lines },
    { "/wire/message/bad-lines", test_bad_lines },
    { "/wire/message/cancelled-line", test_cancelled_line },
    { "/wire/message/records", test_records },
    { "/wire/message/bad-records", test_bad_records },
    { "/wire/message/too-large-to-send", test_too_large_to_send },
    { "/wire/request/answered", test_request },
    { "/wire/request/refused", test_refused_request },
    { "/wire/request/bad-answers", test_bad_answers },
    { "/wire/request/cancelled", test_cancelled_request },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (TESTS); i++)
    g_test_add (TESTS[i].path, SessionPair, NULL, session_pair_set_up, TESTS[i].test, session_pair_tear_down);

  return g_test_run ();
}
