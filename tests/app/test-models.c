/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-models.h"

#include <libsoup/soup.h>

static void
answer_cb (SoupServer        *server,
           SoupServerMessage *message,
           const char        *path,
           GHashTable        *query,
           gpointer           user_data)
{
  const char *body = user_data;

  soup_server_message_set_status (message, body != NULL ? 200 : 401, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body != NULL ? body : "{}",
                                    body != NULL ? strlen (body) : 2);
}

/* A server whose list of models is @tags; %NULL: it wants a key. */
static SoupServer *
start_server (const char *tags,
              char      **ret_address)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  soup_server_add_handler (server, "/api/tags", answer_cb, (gpointer) tags, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  *ret_address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return server;
}

/* Somewhere nobody listens. */
static char *
dup_dead_address (void)
{
  char *address;
  SoupServer *server = start_server ("", &address);

  soup_server_disconnect (server);
  g_object_unref (server);

  return address;
}

static void
count_cb (guint *n)
{
  ++*n;
}

static void
assert_state (const char *address,
              gboolean    is_enabled,
              const char *expected)
{
  g_autoptr (ClocheModels) models = cloche_models_new ();
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_endpoint_unref);
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_changes = 0;

  g_signal_connect_swapped (models, "state-changed", G_CALLBACK (count_cb), &n_changes);
  g_ptr_array_add (endpoints, cloche_endpoint_new ("id", "ollama", "Name", address, is_enabled));
  g_assert_null (cloche_models_get_state (models, "id"));
  cloche_models_refresh (models, endpoints, keys);
  while (cloche_models_is_loading (models))
    g_main_context_iteration (NULL, TRUE);

  if (expected == NULL)
    g_assert_null (cloche_models_get_state (models, "id"));
  else if (strstr (cloche_models_get_state (models, "id"), expected) == NULL)
    g_error ("expected “%s” of %s, got “%s”", expected, address, cloche_models_get_state (models, "id"));
  /* That it is being asked, and what came. */
  g_assert_cmpuint (n_changes, ==, is_enabled ? 2 : 0);
}

static void
test_states (void)
{
  static const char NONE[] = "{\"models\":[]}";
  static const char EMPTY[] = "";
  g_autofree char *dead = dup_dead_address ();
  g_autofree char *bare = NULL;
  g_autofree char *strict = NULL;
  g_autofree char *mute = NULL;
  g_autoptr (SoupServer) bare_server = start_server (NONE, &bare);
  g_autoptr (SoupServer) strict_server = start_server (NULL, &strict);
  g_autoptr (SoupServer) mute_server = start_server (EMPTY, &mute);

  assert_state (dead, TRUE, "ollama serve");
  assert_state (dead, FALSE, NULL);
  assert_state (bare, TRUE, "ollama pull");
  assert_state (strict, TRUE, "with its key");
  assert_state (mute, TRUE, "cannot be asked");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/models/states", test_states);

  return g_test_run ();
}
