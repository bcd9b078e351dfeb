/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "ollama-fixture.h"

#include <string.h>

static void
add_answer (OllamaFixture *fixture,
            const char    *path,
            const char    *body)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_answer (script, 200, "application/json", body);
  cloche_byte_server_add (fixture->server, path, script);
}

/* A server whose list has no capabilities is asked for each model; one that cannot be described stays in the list. */
static void
test_list (OllamaFixture *fixture,
           gconstpointer  data)
{
  ClocheByteScript *gone = cloche_byte_script_new ();
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;

  add_answer (fixture, "/api/tags", "{\"models\":[{\"name\":\"a\"},{\"name\":\"b\",\"capabilities\":[\"completion\"]},"
              "{\"name\":\"c\",\"size\":5}]}");
  cloche_byte_script_answer (gone, 404, "application/json", "{\"error\":\"model 'a' not found\"}");
  cloche_byte_server_add (fixture->server, "/api/show", gone);
  add_answer (fixture, "/api/show", "{\"capabilities\":[\"completion\",\"tools\"],\"model_info\":{\"x.context_length\":8192}}");

  cloche_provider_list_models_async (fixture->ollama, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  models = cloche_provider_list_models_finish (fixture->ollama, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 3);
  g_assert_cmpint (cloche_model_info_get_tools (g_ptr_array_index (models, 0)), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpint (cloche_model_info_get_tools (g_ptr_array_index (models, 1)), ==, CLOCHE_CAPABILITY_NO);
  g_assert_cmpint (cloche_model_info_get_tools (g_ptr_array_index (models, 2)), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_context_length (g_ptr_array_index (models, 2)), ==, 8192);
  g_assert_cmpuint (cloche_model_info_get_size_bytes (g_ptr_array_index (models, 2)), ==, 5);
}

static void
test_describe_and_version (OllamaFixture *fixture,
                           gconstpointer  data)
{
  g_autoptr (ClocheModelInfo) info = NULL;
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;

  add_answer (fixture, "/api/show", "{\"capabilities\":[\"completion\",\"vision\"]}");
  cloche_provider_describe_model_async (fixture->ollama, "llava", NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  info = cloche_provider_describe_model_finish (fixture->ollama, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_model_info_get_id (info), ==, "llava");
  g_assert_cmpint (cloche_model_info_get_vision (info), ==, CLOCHE_CAPABILITY_YES);
  g_clear_object (&fixture->result);

  add_answer (fixture, "/api/version", "{\"version\":\"0.5.1\"}");
  cloche_ollama_get_version_async (CLOCHE_OLLAMA (fixture->ollama), NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  version = cloche_ollama_get_version_finish (CLOCHE_OLLAMA (fixture->ollama), fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (version, ==, "0.5.1");
}

static void
test_cut_list (OllamaFixture *fixture,
               gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "Transfer-Encoding: chunked\r\n");
  cloche_byte_script_chunk (script, "{\"models\":[");
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  cloche_provider_list_models_async (fixture->ollama, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  g_assert_null (cloche_provider_list_models_finish (fixture->ollama, fixture->result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_key (OllamaFixture *fixture,
          gconstpointer  data)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "");
  g_autoptr (ClocheOllama) keyed = cloche_ollama_new (fixture->http, "cloud", uri, "s3cret", NULL);
  g_autoptr (GError) error = NULL;
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_answer (script, 401, "application/json", "{\"error\":\"unauthorized\"}");
  cloche_byte_server_add (fixture->server, "/api/version", script);
  cloche_ollama_get_version_async (keyed, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  g_assert_null (cloche_ollama_get_version_finish (keyed, fixture->result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED);
  g_assert_null (strstr (error->message, "s3cret"));
  g_assert_nonnull (strstr (cloche_byte_server_get_request (fixture->server, 0)->head, "Authorization: Bearer s3cret\r\n"));
}

static void
test_not_running (OllamaFixture *fixture,
                  gconstpointer  data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (ClocheOllama) ollama = cloche_ollama_new (fixture->http, "local", address, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_socket_listener_close (listener);
  cloche_provider_list_models_async (CLOCHE_PROVIDER (ollama), NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  g_assert_null (cloche_provider_list_models_finish (CLOCHE_PROVIDER (ollama), fixture->result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REFUSED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  OLLAMA_ADD ("list", test_list, NULL);
  OLLAMA_ADD ("describe-and-version", test_describe_and_version, NULL);
  OLLAMA_ADD ("case-41-cut-list", test_cut_list, NULL);
  OLLAMA_ADD ("case-33-key", test_key, NULL);
  OLLAMA_ADD ("case-39-not-running", test_not_running, NULL);

  return g_test_run ();
}
