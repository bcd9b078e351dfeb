/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-endpoints.h"

#include "cloche-ollama-wire.h"
#include "cloche-secrets.h"

#include <glib/gi18n.h>

/* Where Ollama listens unless it was told otherwise, which this variable tells its own programs, and so us. */
#define LOCAL_VARIABLE "OLLAMA_HOST"
#define LOCAL_ID "ollama"
#define LOCAL_ADDRESS "http://127.0.0.1:11434"

/* Keys for one run. Each goes to one server only: OpenAI's to OpenAI, and the other where there is one other to go to. */
#define OPENAI_HOST "api.openai.com"
#define OPENAI_KEY_VARIABLE "OPENAI_API_KEY"
#define OTHER_KEY_VARIABLE "CLOCHE_API_KEY"

struct _ClocheEndpoints
{
  GObject parent_instance;

  ClocheStore *store;
  ClocheModels *models;
  ClocheSecrets *secrets;
  GPtrArray *all;        /* of ClocheEndpoint */
  GHashTable *keys;      /* endpoint id → key; only those that are known */
  guint n_lookups;       /* of keys, under way */
  guint n_writes;        /* of endpoints and keys, under way */
  gboolean reads_keys;   /* from the environment */
};

G_DEFINE_FINAL_TYPE (ClocheEndpoints, cloche_endpoints, G_TYPE_OBJECT)

enum {
  SIGNAL_CHANGED,
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* A key that is looked up or saved. */
typedef struct
{
  ClocheEndpoints *endpoints;   /* owned */
  char *id;
} KeyRequest;

static void
key_request_free (KeyRequest *request)
{
  g_object_unref (request->endpoints);
  g_free (request->id);
  g_free (request);
}

static void
report (ClocheEndpoints *self,
        const GError    *error)
{
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, error->message);
}

static int
find (ClocheEndpoints *self,
      const char      *id)
{
  for (guint i = 0; i < self->all->len; i++)
    if (g_str_equal (cloche_endpoint_get_id (self->all->pdata[i]), id))
      return i;

  return -1;
}

static void
looked_up_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  KeyRequest *request = user_data;
  g_autoptr (GError) error = NULL;
  char *key = cloche_secrets_lookup_finish (CLOCHE_SECRETS (object), result, &error);

  request->endpoints->n_lookups--;
  if (error != NULL)
    report (request->endpoints, error);
  if (key != NULL) {
    g_hash_table_replace (request->endpoints->keys, g_strdup (request->id), key);
    cloche_endpoints_refresh (request->endpoints);
  }
  key_request_free (request);
}

static void
look_keys_up (ClocheEndpoints *self)
{
  for (guint i = 0; i < self->all->len; i++) {
    const char *id = cloche_endpoint_get_id (self->all->pdata[i]);
    KeyRequest *request;

    if (g_hash_table_contains (self->keys, id))
      continue;
    request = g_new0 (KeyRequest, 1);
    request->endpoints = g_object_ref (self);
    request->id = g_strdup (id);
    self->n_lookups++;
    cloche_secrets_lookup_async (self->secrets, request->id, NULL, looked_up_cb, request);
  }
}

static void
add_local (ClocheEndpoints *self)
{
  g_autoptr (ClocheEndpoint) local = cloche_endpoint_new (LOCAL_ID, "ollama", _ ("Ollama on This Computer"),
                                                          LOCAL_ADDRESS, TRUE);

  cloche_endpoints_save (self, local, NULL);
}

/* For this run only: what is in the store stays, for a person who starts the program from elsewhere. */
static void
use_environment (ClocheEndpoints *self)
{
  const char *host = g_getenv (LOCAL_VARIABLE);
  int index = find (self, LOCAL_ID);
  ClocheEndpoint *stored = index >= 0 ? self->all->pdata[index] : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;

  if (stored == NULL || host == NULL || *host == '\0')
    return;

  address = cloche_ollama_parse_host (host, &error);
  if (address == NULL) {
    /* Translators: the placeholders are the name of a variable and its value. */
    g_autofree char *sentence = g_strdup_printf (_ ("The variable %s is “%s”, which is no address; it is not used."),
                                                 LOCAL_VARIABLE, host);

    g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
    return;
  }

  self->all->pdata[index] = cloche_endpoint_new (LOCAL_ID, cloche_endpoint_get_kind (stored),
                                                 cloche_endpoint_get_name (stored), address,
                                                 cloche_endpoint_is_enabled (stored));
  cloche_endpoint_unref (stored);
}

static gboolean
is_openai (ClocheEndpoint *endpoint)
{
  g_autoptr (GUri) uri = g_uri_parse (cloche_endpoint_get_base_url (endpoint), G_URI_FLAGS_NON_DNS, NULL);

  return uri != NULL && g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 &&
         g_strcmp0 (g_uri_get_host (uri), OPENAI_HOST) == 0;
}

static void
use_key (ClocheEndpoints *self,
         ClocheEndpoint  *endpoint,
         const char      *key)
{
  if (key != NULL && *key != '\0')
    g_hash_table_replace (self->keys, g_strdup (cloche_endpoint_get_id (endpoint)), g_strdup (key));
}

/* A key that was given to one server is never tried on another. */
static void
use_environment_keys (ClocheEndpoints *self)
{
  const char *key = g_getenv (OTHER_KEY_VARIABLE);
  ClocheEndpoint *other = NULL;
  guint n_others = 0;

  for (guint i = 0; i < self->all->len; i++) {
    ClocheEndpoint *endpoint = self->all->pdata[i];

    if (!cloche_endpoint_is_enabled (endpoint) ||
        !g_str_equal (cloche_endpoint_get_kind (endpoint), CLOCHE_ENDPOINT_OPENAI))
      continue;
    if (is_openai (endpoint)) {
      use_key (self, endpoint, g_getenv (OPENAI_KEY_VARIABLE));
    } else {
      other = endpoint;
      n_others++;
    }
  }

  if (n_others == 1) {
    use_key (self, other, key);
  } else if (n_others > 1 && key != NULL && *key != '\0') {
    /* Translators: the placeholder is the name of a variable. */
    g_autofree char *sentence = g_strdup_printf (_ ("The variable %s is not used: there are several servers that it "
                                                    "could be for."), OTHER_KEY_VARIABLE);

    g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
  }
}

static void
listed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheEndpoints *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) all = cloche_store_list_endpoints_finish (CLOCHE_STORE (object), result, &error);

  if (all == NULL) {
    g_task_return_error (task, error);
    return;
  }

  g_ptr_array_unref (self->all);
  self->all = g_steal_pointer (&all);
  if (self->all->len == 0)
    add_local (self);
  use_environment (self);
  if (self->reads_keys)
    use_environment_keys (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  look_keys_up (self);
  g_task_return_boolean (task, TRUE);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheEndpoints) self = user_data;
  g_autoptr (GError) error = NULL;

  self->n_writes--;
  if (!cloche_store_write_finish (CLOCHE_STORE (object), result, &error))
    report (self, error);
}

static void
key_saved_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheEndpoints) self = user_data;
  g_autoptr (GError) error = NULL;

  self->n_writes--;
  if (!cloche_secrets_save_finish (CLOCHE_SECRETS (object), result, &error))
    report (self, error);
}

static void
key_forgotten_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (ClocheEndpoints) self = user_data;
  g_autoptr (GError) error = NULL;

  self->n_writes--;
  if (!cloche_secrets_forget_finish (CLOCHE_SECRETS (object), result, &error))
    report (self, error);
}

static void
changed (ClocheEndpoints *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  cloche_endpoints_refresh (self);
}

static void
cloche_endpoints_finalize (GObject *object)
{
  ClocheEndpoints *self = CLOCHE_ENDPOINTS (object);

  g_clear_object (&self->store);
  g_clear_object (&self->models);
  g_clear_object (&self->secrets);
  g_clear_pointer (&self->all, g_ptr_array_unref);
  g_clear_pointer (&self->keys, g_hash_table_unref);

  G_OBJECT_CLASS (cloche_endpoints_parent_class)->finalize (object);
}

static void
cloche_endpoints_class_init (ClocheEndpointsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_endpoints_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", CLOCHE_TYPE_ENDPOINTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_ENDPOINTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cloche_endpoints_init (ClocheEndpoints *self)
{
  self->secrets = cloche_secrets_new ();
  self->all = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_endpoint_unref);
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * cloche_endpoints_new:
 * @models: asked again whenever something changes here
 */
ClocheEndpoints *
cloche_endpoints_new (ClocheStore  *store,
                      ClocheModels *models)
{
  ClocheEndpoints *self = g_object_new (CLOCHE_TYPE_ENDPOINTS, NULL);

  self->store = g_object_ref (store);
  self->models = g_object_ref (models);

  return self;
}

/**
 * cloche_endpoints_load_async:
 *
 * Reads them from the store; where there are none, Ollama on this computer is added. Keys come later.
 */
void
cloche_endpoints_load_async (ClocheEndpoints    *self,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_endpoints_load_async);
  cloche_store_list_endpoints_async (self->store, cancellable, listed_cb, g_steal_pointer (&task));
}

gboolean
cloche_endpoints_load_finish (ClocheEndpoints *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_endpoints_get_all:
 *
 * Returns: (transfer none) (element-type ClocheEndpoint): valid until the next change
 */
GPtrArray *
cloche_endpoints_get_all (ClocheEndpoints *self)
{
  g_return_val_if_fail (CLOCHE_IS_ENDPOINTS (self), NULL);

  return self->all;
}

/**
 * cloche_endpoints_are_keys_known:
 *
 * Whether all keys that there are have been looked up since the endpoints were loaded.
 */
gboolean
cloche_endpoints_are_keys_known (ClocheEndpoints *self)
{
  g_return_val_if_fail (CLOCHE_IS_ENDPOINTS (self), FALSE);

  return self->n_lookups == 0;
}

/**
 * cloche_endpoints_are_keys_kept:
 *
 * Whether a keyring keeps the keys; if not, they last as long as the program.
 */
gboolean
cloche_endpoints_are_keys_kept (ClocheEndpoints *self)
{
  g_return_val_if_fail (CLOCHE_IS_ENDPOINTS (self), FALSE);

  return cloche_secrets_is_persistent (self->secrets);
}

/**
 * cloche_endpoints_read_keys_from_environment:
 *
 * To be called before the endpoints are loaded: keys in variables count for this run, before those that are kept.
 */
void
cloche_endpoints_read_keys_from_environment (ClocheEndpoints *self)
{
  g_return_if_fail (CLOCHE_IS_ENDPOINTS (self));

  self->reads_keys = TRUE;
}

/**
 * cloche_endpoints_get_key:
 *
 * Returns: (nullable): the key that models are asked with; never to be shown
 */
const char *
cloche_endpoints_get_key (ClocheEndpoints *self,
                          const char      *id)
{
  g_return_val_if_fail (CLOCHE_IS_ENDPOINTS (self), NULL);

  return g_hash_table_lookup (self->keys, id);
}

/**
 * cloche_endpoints_is_saving:
 *
 * Whether a change has not been written yet.
 */
gboolean
cloche_endpoints_is_saving (ClocheEndpoints *self)
{
  g_return_val_if_fail (CLOCHE_IS_ENDPOINTS (self), FALSE);

  return self->n_writes > 0;
}

/**
 * cloche_endpoints_save:
 * @key: (nullable): %NULL leaves the key that it has
 *
 * Adds @endpoint, or replaces the one of the same id.
 */
void
cloche_endpoints_save (ClocheEndpoints *self,
                       ClocheEndpoint  *endpoint,
                       const char      *key)
{
  const char *id = cloche_endpoint_get_id (endpoint);
  int index = find (self, id);

  if (index >= 0)
    g_ptr_array_remove_index (self->all, index);
  g_ptr_array_insert (self->all, index, cloche_endpoint_ref (endpoint));
  self->n_writes++;
  cloche_store_save_endpoint_async (self->store, endpoint, NULL, written_cb, g_object_ref (self));
  if (key != NULL) {
    g_hash_table_replace (self->keys, g_strdup (id), g_strdup (key));
    self->n_writes++;
    cloche_secrets_save_async (self->secrets, id, cloche_endpoint_get_name (endpoint), key, NULL, key_saved_cb,
                               g_object_ref (self));
  }
  changed (self);
}

/**
 * cloche_endpoints_delete:
 *
 * Forgets an endpoint and its key.
 */
void
cloche_endpoints_delete (ClocheEndpoints *self,
                         const char      *id)
{
  int index = find (self, id);
  g_autofree char *copy = g_strdup (id);

  if (index < 0)
    return;

  g_ptr_array_remove_index (self->all, index);
  g_hash_table_remove (self->keys, copy);
  self->n_writes += 2;
  cloche_store_delete_endpoint_async (self->store, copy, NULL, written_cb, g_object_ref (self));
  cloche_secrets_forget_async (self->secrets, copy, NULL, key_forgotten_cb, g_object_ref (self));
  changed (self);
}

/**
 * cloche_endpoints_refresh:
 *
 * Asks every endpoint for its models again.
 */
void
cloche_endpoints_refresh (ClocheEndpoints *self)
{
  g_return_if_fail (CLOCHE_IS_ENDPOINTS (self));

  cloche_models_refresh (self->models, self->all, self->keys);
}
