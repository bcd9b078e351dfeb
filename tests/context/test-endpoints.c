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
  ADD ("problems", test_problems);

  return g_test_run ();
}
