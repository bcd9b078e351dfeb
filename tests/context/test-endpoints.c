/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-endpoints.h"

#include "cloche-byte-server.h"
#include "store-fixture.h"

#include <string.h>

static void
count_cb (int *n)
{
  ++*n;
}

/* Writes that are under way hold a reference. */
static void
release (ClocheEndpoints *endpoints)
{
  gpointer alive = endpoints;

  g_object_add_weak_pointer (G_OBJECT (endpoints), &alive);
  g_object_unref (endpoints);
  cloche_test_wait_until (alive == NULL);
}

static void
load (ClocheEndpoints *endpoints)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_endpoints_load_async (endpoints, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_endpoints_load_finish (endpoints, result, &error));
  g_assert_no_error (error);
}

static void
wait_for_models (ClocheModels *models)
{
  while (cloche_models_is_loading (models))
    g_main_context_iteration (NULL, TRUE);
}

/* A first start finds Ollama where it usually is, and what is there survives the program. */
static void
test_first_start (StoreFixture *fixture,
                  gconstpointer data)
{
  g_autoptr (ClocheModels) models = cloche_models_new ();
  ClocheEndpoints *first = cloche_endpoints_new (fixture->store, models);
  ClocheEndpoints *second = cloche_endpoints_new (fixture->store, models);

  load (first);
  g_assert_cmpuint (cloche_endpoints_get_all (first)->len, ==, 1);
  g_assert_cmpstr (cloche_endpoint_get_base_url (cloche_endpoints_get_all (first)->pdata[0]), ==,
                   "http://127.0.0.1:11434");
  release (first);
  load (second);
  g_assert_cmpuint (cloche_endpoints_get_all (second)->len, ==, 1);
  release (second);
}

/* The variable of Ollama's own programs counts for this run, and is not written down. */
static void
test_environment (StoreFixture *fixture,
                  gconstpointer data)
{
  g_autoptr (ClocheModels) models = cloche_models_new ();
  ClocheEndpoints *first = cloche_endpoints_new (fixture->store, models);
  ClocheEndpoints *wrong = cloche_endpoints_new (fixture->store, models);
  ClocheEndpoints *without = cloche_endpoints_new (fixture->store, models);
  int n_problems = 0;

  g_setenv ("OLLAMA_HOST", "192.0.2.1:99", TRUE);
  load (first);
  g_assert_cmpstr (cloche_endpoint_get_base_url (cloche_endpoints_get_all (first)->pdata[0]), ==, "http://192.0.2.1:99");
  release (first);

  g_setenv ("OLLAMA_HOST", "ftp://elsewhere", TRUE);
  g_signal_connect_swapped (wrong, "problem", G_CALLBACK (count_cb), &n_problems);
  load (wrong);
  g_assert_cmpint (n_problems, ==, 1);
  release (wrong);

  g_unsetenv ("OLLAMA_HOST");
  load (without);
  g_assert_cmpstr (cloche_endpoint_get_base_url (cloche_endpoints_get_all (without)->pdata[0]), ==,
                   "http://127.0.0.1:11434");
  while (!cloche_endpoints_are_keys_known (without))
    g_main_context_iteration (NULL, TRUE);
  release (without);
}

static ClocheByteServer *
make_server (void)
{
  ClocheByteServer *server = cloche_byte_server_new ();
  ClocheByteScript *tags = cloche_byte_script_new ();

  cloche_byte_script_answer (tags, 200, "application/json",
                             "{\"models\":[{\"name\":\"a\",\"capabilities\":[\"completion\",\"tools\"]},"
                             "{\"name\":\"b\",\"capabilities\":[\"embedding\"]}]}");
  cloche_byte_server_add (server, "/api/tags", tags);

  return server;
}

static void
test_models (StoreFixture *fixture,
             gconstpointer data)
{
  g_autoptr (ClocheByteServer) server = make_server ();
  g_autofree char *address = cloche_byte_server_dup_uri (server, "");
  g_autoptr (ClocheEndpoint) here = cloche_endpoint_new ("here", "ollama", "Here", address, TRUE);
  g_autoptr (ClocheEndpoint) off = cloche_endpoint_new ("here", "ollama", "Here", address, FALSE);
  g_autoptr (ClocheModels) models = cloche_models_new ();
  ClocheEndpoints *endpoints = cloche_endpoints_new (fixture->store, models);
  g_autoptr (ClocheModelChoice) embedding = NULL;
  int n_changed = 0;

  g_signal_connect_swapped (endpoints, "changed", G_CALLBACK (count_cb), &n_changed);
  cloche_endpoints_save (endpoints, here, NULL);
  g_assert_cmpint (n_changed, ==, 1);
  wait_for_models (models);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (models)), ==, 2);
  g_assert_nonnull (cloche_models_find (models, "here", "a"));
  g_assert_cmpstr (cloche_model_choice_get_endpoint_name (cloche_models_find (models, "here", "a")), ==, "Here");
  g_assert_null (cloche_models_find (models, "here", "b"));
  g_assert_null (cloche_models_find (models, "elsewhere", "a"));
  embedding = g_list_model_get_item (G_LIST_MODEL (models), 1);
  g_assert_nonnull (cloche_model_choice_get_problem (embedding));
  g_assert_null (cloche_models_get_problem (models));

  /* Switched off it stays in the list of endpoints, and its models go. */
  cloche_endpoints_save (endpoints, off, NULL);
  g_assert_cmpuint (cloche_endpoints_get_all (endpoints)->len, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (models)), ==, 0);
  g_assert_false (cloche_models_is_loading (models));

  cloche_endpoints_delete (endpoints, "here");
  cloche_endpoints_delete (endpoints, "here");
  g_assert_cmpuint (cloche_endpoints_get_all (endpoints)->len, ==, 0);
  g_assert_cmpint (n_changed, ==, 3);
  release (endpoints);
}

static void
test_problems (StoreFixture *fixture,
               gconstpointer data)
{
  g_autoptr (ClocheByteServer) server = cloche_byte_server_new ();
  g_autofree char *refused = NULL;
  g_autoptr (ClocheEndpoint) silent = NULL;
  g_autoptr (ClocheEndpoint) odd = cloche_endpoint_new ("odd", "ollama", "Odd", "gopher://x", TRUE);
  g_autoptr (ClocheModels) models = cloche_models_new ();
  ClocheEndpoints *endpoints = cloche_endpoints_new (fixture->store, models);

  /* A port on which nobody listens any more. */
  refused = cloche_byte_server_dup_uri (server, "");
  g_clear_object (&server);
  silent = cloche_endpoint_new ("silent", "ollama", "Silent", refused, TRUE);
  cloche_endpoints_save (endpoints, silent, NULL);
  wait_for_models (models);
  g_assert_nonnull (strstr (cloche_models_get_problem (models), "Silent"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (models)), ==, 0);

  cloche_endpoints_delete (endpoints, "silent");
  cloche_endpoints_save (endpoints, odd, NULL);
  wait_for_models (models);
  g_assert_nonnull (strstr (cloche_models_get_problem (models), "Odd"));
  release (endpoints);
}

static void
test_openai (StoreFixture *fixture,
             gconstpointer data)
{
  g_autoptr (ClocheByteServer) server = cloche_byte_server_new ();
  ClocheByteScript *list = cloche_byte_script_new ();
  g_autofree char *address = cloche_byte_server_dup_uri (server, "/v1");
  g_autoptr (ClocheEndpoint) cloud = cloche_endpoint_new ("cloud", CLOCHE_ENDPOINT_OPENAI, "Cloud", address, TRUE);
  g_autoptr (ClocheEndpoint) newer = cloche_endpoint_new ("newer", "telepathy", "Newer", address, TRUE);
  g_autoptr (ClocheModels) models = cloche_models_new ();
  ClocheEndpoints *endpoints = cloche_endpoints_new (fixture->store, models);

  cloche_byte_script_answer (list, 200, "application/json", "{\"data\":[{\"id\":\"a\"}]}");
  cloche_byte_server_add (server, "/v1/models", list);
  cloche_endpoints_save (endpoints, cloud, "sk-topsecret");
  wait_for_models (models);
  g_assert_nonnull (cloche_models_find (models, "cloud", "a"));
  g_assert_nonnull (strstr (cloche_byte_server_get_request (server, 0)->head, "Authorization: Bearer sk-topsecret\r\n"));

  cloche_endpoints_delete (endpoints, "cloud");
  cloche_endpoints_save (endpoints, newer, NULL);
  wait_for_models (models);
  g_assert_nonnull (strstr (cloche_models_get_problem (models), "telepathy"));
  release (endpoints);
}

/* Adds endpoints at @addresses and reads them again with keys in the environment; which one got which key is told by its
 * place: "-" none, "o" OpenAI's, "c" the other one. */
static void
check_keys (StoreFixture      *fixture,
            const char *const *addresses,
            const char        *expected,
            int                n_expected_problems)
{
  g_autoptr (ClocheModels) models = cloche_models_new ();
  ClocheEndpoints *writer = cloche_endpoints_new (fixture->store, models);
  ClocheEndpoints *reader = cloche_endpoints_new (fixture->store, models);
  g_autoptr (GString) keys = g_string_new (NULL);
  int n_problems = 0;

  for (guint i = 0; addresses[i] != NULL; i++) {
    g_autofree char *id = g_strdup_printf ("e%u", i);
    g_autoptr (ClocheEndpoint) endpoint = cloche_endpoint_new (id, CLOCHE_ENDPOINT_OPENAI, id, addresses[i], TRUE);

    cloche_endpoints_save (writer, endpoint, NULL);
  }
  g_assert_true (cloche_endpoints_is_saving (writer));
  cloche_test_wait_until (!cloche_endpoints_is_saving (writer));

  g_signal_connect_swapped (reader, "problem", G_CALLBACK (count_cb), &n_problems);
  cloche_endpoints_read_keys_from_environment (reader);
  load (reader);
  for (guint i = 0; addresses[i] != NULL; i++) {
    g_autofree char *id = g_strdup_printf ("e%u", i);
    const char *key = cloche_endpoints_get_key (reader, id);

    g_string_append_c (keys, key == NULL ? '-' : g_str_equal (key, "sk-openai") ? 'o' : 'c');
    cloche_endpoints_delete (writer, id);
  }
  g_assert_cmpstr (keys->str, ==, expected);
  g_assert_cmpint (n_problems, ==, n_expected_problems);
  cloche_test_wait_until (!cloche_endpoints_is_saving (writer) && cloche_endpoints_are_keys_known (reader));
  release (writer);
  release (reader);
}

/* A key goes to the one server that it is for. */
static void
test_environment_keys (StoreFixture *fixture,
                       gconstpointer data)
{
  const char *const both[] = { "https://api.openai.com/v1", "http://127.0.0.1:1/v1", NULL };
  const char *const several[] = { "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1", NULL };
  const char *const alike[] = { "http://api.openai.com/v1", "https://api.openai.com.example.org/v1", NULL };

  g_setenv ("OPENAI_API_KEY", "sk-openai", TRUE);
  g_setenv ("CLOCHE_API_KEY", "sk-other", TRUE);
  check_keys (fixture, both, "oc", 0);
  check_keys (fixture, several, "--", 1);
  check_keys (fixture, alike, "--", 1);
  g_unsetenv ("OPENAI_API_KEY");
  g_unsetenv ("CLOCHE_API_KEY");
}

#define ADD(name, func) \
  g_test_add ("/app/endpoints/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_unsetenv ("OLLAMA_HOST");   /* whoever runs this may have a server of their own */
  g_test_init (&argc, &argv, NULL);
  ADD ("first-start", test_first_start);
  ADD ("environment", test_environment);
  ADD ("models", test_models);
  ADD ("openai", test_openai);
  ADD ("environment-keys", test_environment_keys);
  ADD ("problems", test_problems);

  return g_test_run ();
}
