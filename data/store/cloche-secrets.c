/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-secrets.h"

#include "cloche-config.h"

#include <libsecret/secret.h>

/*
 * Keys of endpoints, in the desktop's Secret Service. Where there is none, they are kept in memory for this run, and
 * "is-persistent" says so; they are never written to a file of ours. What the service itself refuses, because the person
 * left it locked for instance, is an error and not a reason to keep the key elsewhere.
 */

struct _ClocheSecrets
{
  GObject parent_instance;

  GHashTable *remembered;       /* endpoint id → key, both owned */
  gboolean is_persistent;
};

enum {
  PROP_0,
  PROP_IS_PERSISTENT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ClocheSecrets, cloche_secrets, G_TYPE_OBJECT)

static const SecretSchema SCHEMA = {
  CLOCHE_APPLICATION_ID, SECRET_SCHEMA_NONE, { { "endpoint", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

typedef struct
{
  char *endpoint_id;
  char *key;
} Request;

static void
request_free (Request *request)
{
  g_clear_pointer (&request->endpoint_id, g_free);
  g_clear_pointer (&request->key, secret_password_free);
  g_free (request);
}

static void
cloche_secrets_finalize (GObject *object)
{
  ClocheSecrets *self = CLOCHE_SECRETS (object);

  g_clear_pointer (&self->remembered, g_hash_table_unref);

  G_OBJECT_CLASS (cloche_secrets_parent_class)->finalize (object);
}

static void
cloche_secrets_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  ClocheSecrets *self = CLOCHE_SECRETS (object);

  switch (prop_id) {
  case PROP_IS_PERSISTENT:
    g_value_set_boolean (value, cloche_secrets_is_persistent (self));
    break;

  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_secrets_class_init (ClocheSecretsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = cloche_secrets_finalize;
  object_class->get_property = cloche_secrets_get_property;

  /**
   * ClocheSecrets:is-persistent:
   *
   * Whether keys outlive the program, as far as is known: %TRUE until a call has met no Secret Service.
   */
  props[PROP_IS_PERSISTENT] =
    g_param_spec_boolean ("is-persistent", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cloche_secrets_init (ClocheSecrets *self)
{
  self->is_persistent = TRUE;
  self->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) secret_password_free);
}

ClocheSecrets *
cloche_secrets_new (void)
{
  return g_object_new (CLOCHE_TYPE_SECRETS, NULL);
}

gboolean
cloche_secrets_is_persistent (ClocheSecrets *self)
{
  g_return_val_if_fail (CLOCHE_IS_SECRETS (self), FALSE);

  return self->is_persistent;
}

/* Without a bus libsecret fails with an error of GIO's, without the service on the bus with one of GDBus's. */
static gboolean
is_no_service (const GError *error)
{
  return error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
         (error->domain == G_IO_ERROR || error->domain == G_DBUS_ERROR);
}

static void
note_service (ClocheSecrets *self,
              gboolean       is_there)
{
  if (self->is_persistent == is_there)
    return;

  self->is_persistent = is_there;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_PERSISTENT]);
}

static GTask *
task_new (ClocheSecrets      *self,
          gpointer            source_tag,
          const char         *endpoint_id,
          const char         *key,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->endpoint_id = g_strdup (endpoint_id);
  request->key = g_strdup (key);
  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);

  return task;
}

static void
looked_up_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheSecrets *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  char *key = secret_password_lookup_finish (result, &error);

  if (error != NULL && !is_no_service (error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  note_service (self, error == NULL);
  if (key == NULL)
    key = g_strdup (g_hash_table_lookup (self->remembered, request->endpoint_id));
  g_task_return_pointer (task, key, (GDestroyNotify) secret_password_free);
}

/**
 * cloche_secrets_lookup_async:
 * @endpoint_id: whose key
 */
void
cloche_secrets_lookup_async (ClocheSecrets      *self,
                             const char         *endpoint_id,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_SECRETS (self));

  task = task_new (self, cloche_secrets_lookup_async, endpoint_id, NULL, cancellable, callback, user_data);
  secret_password_lookup (&SCHEMA, cancellable, looked_up_cb, task, "endpoint", endpoint_id, NULL);
}

/**
 * cloche_secrets_lookup_finish:
 *
 * Returns: (nullable): the key, to be freed with secret_password_free() or g_free(); %NULL without an error if there is none
 */
char *
cloche_secrets_lookup_finish (ClocheSecrets *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_secrets_lookup_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheSecrets *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error)) {
    g_hash_table_remove (self->remembered, request->endpoint_id);
  } else if (is_no_service (error)) {
    g_hash_table_replace (self->remembered, g_steal_pointer (&request->endpoint_id), g_steal_pointer (&request->key));
  } else {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  note_service (self, error == NULL);
  g_task_return_boolean (task, TRUE);
}

/**
 * cloche_secrets_save_async:
 * @label: what the person sees in a list of secrets
 * @key: replaces the one that is there
 *
 * Keeps a key. See #ClocheSecrets:is-persistent for whether it outlives the program.
 */
void
cloche_secrets_save_async (ClocheSecrets      *self,
                           const char         *endpoint_id,
                           const char         *label,
                           const char         *key,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_SECRETS (self));

  task = task_new (self, cloche_secrets_save_async, endpoint_id, key, cancellable, callback, user_data);
  secret_password_store (&SCHEMA, SECRET_COLLECTION_DEFAULT, label, key, cancellable, saved_cb, task,
                         "endpoint", endpoint_id, NULL);
}

gboolean
cloche_secrets_save_finish (ClocheSecrets *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_secrets_save_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
forgotten_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheSecrets *self = g_task_get_source_object (task);
  Request *request = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  (void) secret_password_clear_finish (result, &error);         /* FALSE without an error: there was none. */
  if (error != NULL && !is_no_service (error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  g_hash_table_remove (self->remembered, request->endpoint_id);
  note_service (self, error == NULL);
  g_task_return_boolean (task, TRUE);
}

/**
 * cloche_secrets_forget_async:
 *
 * Removes the key of an endpoint, if there is one.
 */
void
cloche_secrets_forget_async (ClocheSecrets      *self,
                             const char         *endpoint_id,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_SECRETS (self));

  task = task_new (self, cloche_secrets_forget_async, endpoint_id, NULL, cancellable, callback, user_data);
  secret_password_clear (&SCHEMA, cancellable, forgotten_cb, task, "endpoint", endpoint_id, NULL);
}

gboolean
cloche_secrets_forget_finish (ClocheSecrets *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_secrets_forget_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
