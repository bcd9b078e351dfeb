/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-server.h"

#include "cloche-json.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

/*
 * cloche-model-server FILE [LOG]: speaks Ollama's and OpenAI's dialects on a free port of loopback and says a conversation
 * that is written down in a JSON file, for end-to-end tests of the real programs. Prints its address in one line, ends on
 * SIGTERM.
 *
 *   { "models": [ { "name": "script:latest", "capabilities": ["completion", "tools"], "context_length": 32768 } ],
 *     "turns": [ { "expect": "plot", "split": true, "lines": [ { "message": { "content": "Hi" } }, { "done": true } ] } ] }
 *
 * With a "key", /v1 answers 401 to who does not send it, and repeats what was sent.
 *
 * Each POST /api/chat or /v1/chat/completions takes the next turn, whose "lines" are sent as they are (as events to the
 * latter), one byte per write if "split"; then the connection is closed, or broken off if "reset", or kept if "endless".
 * A turn with an "error" answers with that text and the code "status" instead. If the request does not contain "expect", or
 * no turn is left, the answer is an error that says so. Each such request is appended to LOG as one line.
 */

typedef struct
{
  JsonObject *conversation;
  guint next_turn;
  const char *log_path;         /* or NULL */
} Server;

static ClocheByteScript *
answer_object (unsigned    status,
               JsonObject *object)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *line = cloche_json_object_to_line (object);

  cloche_byte_script_answer (script, status, "application/json", line);

  return script;
}

static ClocheByteScript *
answer_error (const char *format,
              const char *detail)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = g_strconcat (format, ": ", detail, NULL);

  json_object_set_string_member (object, "error", text);

  return answer_object (500, object);
}

static ClocheByteScript *
answer_tags (Server *server)
{
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_member (answer, "models", json_object_dup_member (server->conversation, "models"));

  return answer_object (200, answer);
}

static ClocheByteScript *
answer_show (Server                  *server,
             const ClocheByteRequest *request)
{
  JsonArray *models = cloche_json_get_array (server->conversation, "models");
  g_autoptr (JsonObject) body = cloche_json_parse_object (g_bytes_get_data (request->body, NULL),
                                                          (gssize) g_bytes_get_size (request->body), NULL);
  const char *wanted = cloche_json_get_string (body, "model");

  for (guint i = 0; models != NULL && i < json_array_get_length (models); i++) {
    JsonObject *model = cloche_json_array_get_object (models, i);
    g_autoptr (JsonObject) facts = NULL;
    g_autoptr (JsonObject) answer = NULL;

    if (g_strcmp0 (cloche_json_get_string (model, "name"), wanted) != 0)
      continue;

    facts = json_object_new ();
    answer = json_object_new ();
    json_object_set_string_member (facts, "general.architecture", "script");
    json_object_set_int_member (facts, "script.context_length", cloche_json_get_int (model, "context_length", 4096));
    json_object_set_object_member (answer, "model_info", json_object_ref (facts));
    if (json_object_has_member (model, "capabilities"))
      json_object_set_member (answer, "capabilities", json_object_dup_member (model, "capabilities"));

    return answer_object (200, answer);
  }

  {
    ClocheByteScript *script = cloche_byte_script_new ();

    cloche_byte_script_answer (script, 404, "application/json", "{\"error\":\"model not found\"}");
    return script;
  }
}

static ClocheByteScript *
answer_models (Server *server)
{
  JsonArray *models = cloche_json_get_array (server->conversation, "models");
  g_autoptr (JsonObject) answer = json_object_new ();
  JsonArray *data = json_array_new ();

  for (guint i = 0; models != NULL && i < json_array_get_length (models); i++) {
    JsonObject *model = json_object_new ();

    json_object_set_string_member (model, "id", cloche_json_get_string (cloche_json_array_get_object (models, i), "name"));
    json_array_add_object_element (data, model);
  }
  json_object_set_array_member (answer, "data", data);

  return answer_object (200, answer);
}

/* NULL: who asks may. */
static ClocheByteScript *
refuse_stranger (Server                  *server,
                 const ClocheByteRequest *request)
{
  const char *key = cloche_json_get_string (server->conversation, "key");
  g_autofree char *wanted = key != NULL ? g_strdup_printf ("Authorization: Bearer %s\r\n", key) : NULL;
  const char *sent = strstr (request->head, "Bearer ");
  g_autofree char *shown = g_strndup (sent != NULL ? sent : "", sent != NULL ? strcspn (sent, "\r") : 0);
  g_autoptr (JsonObject) answer = NULL;

  if (wanted == NULL || strstr (request->head, wanted) != NULL)
    return NULL;

  answer = json_object_new ();
  json_object_set_string_member (answer, "error", *shown != '\0' ? shown : "No key");

  return answer_object (401, answer);
}

static void
log_request (Server     *server,
             const char *body)
{
  FILE *file;

  if (server->log_path == NULL)
    return;

  file = fopen (server->log_path, "ae");
  g_assert_nonnull (file);
  fprintf (file, "%s%s", body, g_str_has_suffix (body, "\n") ? "" : "\n");
  g_assert_cmpint (fclose (file), ==, 0);
}

static ClocheByteScript *
answer_chat (Server                  *server,
             const ClocheByteRequest *request,
             gboolean                 is_sse)
{
  JsonArray *turns = cloche_json_get_array (server->conversation, "turns");
  g_autofree char *body = g_strndup (g_bytes_get_data (request->body, NULL), g_bytes_get_size (request->body));
  JsonObject *turn = NULL;
  JsonArray *lines;
  const char *expected;
  ClocheByteScript *script;

  log_request (server, body);
  if (turns != NULL && server->next_turn < json_array_get_length (turns))
    turn = cloche_json_array_get_object (turns, server->next_turn++);
  if (turn == NULL)
    return answer_error ("No turn is left", body);

  if (cloche_json_get_string (turn, "error") != NULL)
    return answer_object ((unsigned) cloche_json_get_int (turn, "status", 500), turn);

  expected = cloche_json_get_string (turn, "expect");
  if (expected != NULL && strstr (body, expected) == NULL)
    return answer_error ("The request does not contain", expected);

  script = cloche_byte_script_new ();
  cloche_byte_script_head (script, 200, is_sse ? "Content-Type: text/event-stream\r\nConnection: close\r\n"
                           : "Content-Type: application/x-ndjson\r\nConnection: close\r\n");
  lines = cloche_json_get_array (turn, "lines");
  for (guint i = 0; lines != NULL && i < json_array_get_length (lines); i++) {
    g_autofree char *json = cloche_json_to_line (json_array_get_element (lines, i));
    g_autofree char *line = g_strconcat (is_sse ? "data: " : "", json, is_sse ? "\n\n" : "\n", NULL);

    if (cloche_json_get_bool (turn, "split", FALSE))
      cloche_byte_script_send_split (script, line);
    else
      cloche_byte_script_send (script, line);
  }
  if (cloche_json_get_bool (turn, "reset", FALSE))
    cloche_byte_script_reset (script);
  else if (cloche_json_get_bool (turn, "endless", FALSE))
    cloche_byte_script_wait (script, "never");
  else
    cloche_byte_script_close (script);

  return script;
}

static ClocheByteScript *
answer (const ClocheByteRequest *request,
        gpointer                 user_data)
{
  Server *server = user_data;
  ClocheByteScript *script;

  if (g_str_equal (request->target, "/api/chat"))
    return answer_chat (server, request, FALSE);
  if (g_str_equal (request->target, "/api/show"))
    return answer_show (server, request);
  if (g_str_equal (request->target, "/api/tags"))
    return answer_tags (server);

  if (g_str_has_prefix (request->target, "/v1/") && (script = refuse_stranger (server, request)) != NULL)
    return script;
  if (g_str_equal (request->target, "/v1/chat/completions"))
    return answer_chat (server, request, TRUE);
  if (g_str_equal (request->target, "/v1/models"))
    return answer_models (server);

  script = cloche_byte_script_new ();
  if (g_str_equal (request->target, "/api/version"))
    cloche_byte_script_answer (script, 200, "application/json", "{\"version\":\"0.0.0-script\"}");
  else
    cloche_byte_script_answer (script, 404, "text/plain", "404 page not found");

  return script;
}

static gboolean
terminated_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_CONTINUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (ClocheByteServer) byte_server = NULL;
  g_autoptr (JsonObject) conversation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *uri = NULL;
  Server server = { 0 };
  gsize length;

  if (argc < 2 || argc > 3) {
    fprintf (stderr, "Usage: %s FILE [LOG]\n", argv[0]);
    return 2;
  }

  if (!g_file_get_contents (argv[1], &text, &length, &error) ||
      (conversation = cloche_json_parse_object (text, (gssize) length, &error)) == NULL) {
    fprintf (stderr, "%s: %s\n", argv[1], error->message);
    return 1;
  }

  server.conversation = conversation;
  server.log_path = argv[2];
  byte_server = cloche_byte_server_new ();
  cloche_byte_server_set_answerer (byte_server, answer, &server);
  uri = cloche_byte_server_dup_uri (byte_server, "");
  printf ("%s\n", uri);
  fflush (stdout);

  g_unix_signal_add (SIGTERM, terminated_cb, loop);
  g_unix_signal_add (SIGINT, terminated_cb, loop);
  g_main_loop_run (loop);

  return 0;
}
