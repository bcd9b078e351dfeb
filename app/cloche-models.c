/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-models.h"

#include "cloche-llm-error.h"
#include "cloche-ollama.h"
#include "cloche-openai.h"

#include <glib/gi18n.h>

struct _ClocheModelChoice
{
  GObject parent_instance;

  ClocheProvider *provider;
  ClocheModelInfo *info;
  char *endpoint_name;
  char *problem;
};

G_DEFINE_FINAL_TYPE (ClocheModelChoice, cloche_model_choice, G_TYPE_OBJECT)

struct _ClocheModels
{
  GObject parent_instance;

  ClocheLlmHttp *http;
  GPtrArray *choices;          /* of ClocheModelChoice */
  GCancellable *cancellable;   /* of the questions that are under way */
  guint n_pending;
  char *problem;
  GHashTable *states;          /* from endpoint id to a sentence */
};

typedef struct
{
  ClocheModels *models;        /* borrowed; valid unless cancelled */
  ClocheEndpoint *endpoint;
} Question;

enum {
  PROP_0,
  PROP_LOADING,
  PROP_PROBLEM,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

enum {
  SIGNAL_STATE_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void cloche_models_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheModels, cloche_models, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, cloche_models_list_model_init))

static void
cloche_model_choice_finalize (GObject *object)
{
  ClocheModelChoice *self = CLOCHE_MODEL_CHOICE (object);

  g_clear_object (&self->provider);
  g_clear_pointer (&self->info, cloche_model_info_unref);
  g_clear_pointer (&self->endpoint_name, g_free);
  g_clear_pointer (&self->problem, g_free);

  G_OBJECT_CLASS (cloche_model_choice_parent_class)->finalize (object);
}

static void
cloche_model_choice_class_init (ClocheModelChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_model_choice_finalize;
}

static void
cloche_model_choice_init (ClocheModelChoice *self)
{
}

static char *
describe_problem (ClocheModelInfo *info)
{
  const char *detail = cloche_model_info_get_problem_detail (info);

  switch (cloche_model_info_get_problem (info)) {
  case CLOCHE_MODEL_PROBLEM_NONE:
    return NULL;
  case CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT:
    return g_strdup (_ ("It does not hold conversations"));
  case CLOCHE_MODEL_PROBLEM_NEEDS_SIGN_IN:
    return g_strdup (_ ("It needs a key: see Preferences"));
  case CLOCHE_MODEL_PROBLEM_NOT_INSTALLED:
    return g_strdup (_ ("It has to be downloaded first"));
  case CLOCHE_MODEL_PROBLEM_OTHER:
    return g_strdup (detail != NULL ? detail : _ ("It cannot be used"));
  }
  g_return_val_if_reached (NULL);
}

static char *
describe_failure (ClocheEndpoint *endpoint,
                  const GError   *error)
{
  const char *name = cloche_endpoint_get_name (endpoint);

  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REFUSED))
    /* Translators: %s is the name of a server */
    return g_strdup_printf (_ ("%s does not answer. Is it running?"), name);
  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_HOST_NOT_FOUND))
    return g_strdup_printf (_ ("%s was not found. Is its address right?"), name);
  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED))
    return g_strdup_printf (_ ("%s wants a key, or another one."), name);
  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_NOT_FOUND))
    return g_strdup_printf (_ ("%s has no list of models at its address. Are its address and its kind right?"), name);

  /* Translators: the first %s is the name of a server, the second says what failed, in English */
  return g_strdup_printf (_ ("%s cannot be asked for its models: %s"), name, error->message);
}

static void
question_free (Question *question)
{
  cloche_endpoint_unref (question->endpoint);
  g_free (question);
}

static void
take_problem (ClocheModels *self,
              char         *problem)
{
  g_free (self->problem);
  self->problem = problem;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PROBLEM]);
}

static void
take_state (ClocheModels   *self,
            ClocheEndpoint *endpoint,
            char           *state)
{
  g_hash_table_replace (self->states, g_strdup (cloche_endpoint_get_id (endpoint)), state);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

static gboolean
is_ollama (ClocheEndpoint *endpoint)
{
  return g_str_equal (cloche_endpoint_get_kind (endpoint), CLOCHE_ENDPOINT_OLLAMA);
}

/* What stands beside the endpoint's name and address. */
static char *
describe_failed_state (ClocheEndpoint *endpoint,
                       const GError   *error)
{
  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REFUSED))
    return g_strdup (is_ollama (endpoint) ? _ ("It does not answer. Start it there with “ollama serve”, then ask again.")
                     : _ ("It does not answer. Start it there, then ask again."));
  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_HOST_NOT_FOUND))
    return g_strdup (_ ("There is no computer of that name. Remove it and add it with its right address."));
  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED))
    return g_strdup (_ ("It wants a key, or another one. Remove it and add it with its key."));

  /* Translators: %s says what failed, in English */
  return g_strdup_printf (_ ("It cannot be asked for its models: %s"), error->message);
}

static void
take_failure (ClocheModels   *self,
              ClocheEndpoint *endpoint,
              const GError   *error)
{
  take_state (self, endpoint, describe_failed_state (endpoint, error));
  take_problem (self, describe_failure (endpoint, error));
}

static char *
describe_answer (ClocheEndpoint *endpoint,
                 guint           n_models)
{
  if (n_models == 0)
    return g_strdup (is_ollama (endpoint) ? _ ("It answers but has no models. Fetch one there: ollama pull qwen3")
                     : _ ("It answers but has no models."));

  /* Translators: of a server that can be reached: how many models it offers */
  return g_strdup_printf (g_dngettext (NULL, "It answers and has %u model", "It answers and has %u models", n_models),
                          n_models);
}

static void
add_choice (ClocheModels    *self,
            ClocheProvider  *provider,
            ClocheEndpoint  *endpoint,
            ClocheModelInfo *info)
{
  ClocheModelChoice *choice = g_object_new (CLOCHE_TYPE_MODEL_CHOICE, NULL);

  choice->provider = g_object_ref (provider);
  choice->info = cloche_model_info_ref (info);
  choice->endpoint_name = g_strdup (cloche_endpoint_get_name (endpoint));
  choice->problem = describe_problem (info);
  g_ptr_array_add (self->choices, choice);
}

static void
listed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Question *question = user_data;
  ClocheModels *self = question->models;
  ClocheProvider *provider = CLOCHE_PROVIDER (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = cloche_provider_list_models_finish (provider, result, &error);
  guint n_before;

  /* Asked again in between, or gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    question_free (question);
    return;
  }

  n_before = self->choices->len;
  if (infos == NULL)
    take_failure (self, question->endpoint, error);
  else
    take_state (self, question->endpoint, describe_answer (question->endpoint, infos->len));
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    add_choice (self, provider, question->endpoint, infos->pdata[i]);
  question_free (question);
  if (self->choices->len > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->choices->len - n_before);

  if (--self->n_pending == 0)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static ClocheProvider *
provider_new (ClocheModels   *self,
              ClocheEndpoint *endpoint,
              const char     *key,
              GError        **error)
{
  const char *kind = cloche_endpoint_get_kind (endpoint);
  const char *id = cloche_endpoint_get_id (endpoint);
  const char *address = cloche_endpoint_get_base_url (endpoint);

  if (g_str_equal (kind, CLOCHE_ENDPOINT_OLLAMA))
    return (ClocheProvider *) cloche_ollama_new (self->http, id, address, key, error);
  if (g_str_equal (kind, CLOCHE_ENDPOINT_OPENAI))
    return (ClocheProvider *) cloche_openai_new (self->http, id, address, key, error);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("it is of a kind that this version does not know (%s)"), kind);
  return NULL;
}

static void
ask (ClocheModels   *self,
     ClocheEndpoint *endpoint,
     const char     *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheProvider) provider = provider_new (self, endpoint, key, &error);
  Question *question;

  if (provider == NULL) {
    take_failure (self, endpoint, error);
    return;
  }

  take_state (self, endpoint, g_strdup (_ ("Asking it for its models…")));

  question = g_new0 (Question, 1);
  question->models = self;
  question->endpoint = cloche_endpoint_ref (endpoint);
  self->n_pending++;
  cloche_provider_list_models_async (provider, self->cancellable, listed_cb, question);
}

static void
cloche_models_dispose (GObject *object)
{
  ClocheModels *self = CLOCHE_MODELS (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->http);

  G_OBJECT_CLASS (cloche_models_parent_class)->dispose (object);
}

static void
cloche_models_finalize (GObject *object)
{
  ClocheModels *self = CLOCHE_MODELS (object);

  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->states, g_hash_table_unref);
  g_clear_pointer (&self->problem, g_free);

  G_OBJECT_CLASS (cloche_models_parent_class)->finalize (object);
}

static void
cloche_models_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  ClocheModels *self = CLOCHE_MODELS (object);

  switch (prop_id) {
  case PROP_LOADING:
    g_value_set_boolean (value, cloche_models_is_loading (self));
    break;
  case PROP_PROBLEM:
    g_value_set_string (value, cloche_models_get_problem (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static GType
cloche_models_get_item_type (GListModel *model)
{
  return CLOCHE_TYPE_MODEL_CHOICE;
}

static guint
cloche_models_get_n_items (GListModel *model)
{
  return CLOCHE_MODELS (model)->choices->len;
}

static gpointer
cloche_models_get_item (GListModel *model,
                        guint       position)
{
  GPtrArray *choices = CLOCHE_MODELS (model)->choices;

  return position < choices->len ? g_object_ref (choices->pdata[position]) : NULL;
}

static void
cloche_models_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = cloche_models_get_item_type;
  iface->get_n_items = cloche_models_get_n_items;
  iface->get_item = cloche_models_get_item;
}

static void
cloche_models_class_init (ClocheModelsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_models_dispose;
  object_class->finalize = cloche_models_finalize;
  object_class->get_property = cloche_models_get_property;

  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", CLOCHE_TYPE_MODELS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                                NULL, G_TYPE_NONE, 0);

  /* Whether an endpoint has not answered yet. */
  props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /* A sentence for the person, or NULL. */
  props[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cloche_models_init (ClocheModels *self)
{
  self->http = cloche_llm_http_new (NULL);
  self->choices = g_ptr_array_new_with_free_func (g_object_unref);
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

ClocheModelInfo *
cloche_model_choice_get_info (ClocheModelChoice *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODEL_CHOICE (self), NULL);

  return self->info;
}

ClocheProvider *
cloche_model_choice_get_provider (ClocheModelChoice *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODEL_CHOICE (self), NULL);

  return self->provider;
}

const char *
cloche_model_choice_get_name (ClocheModelChoice *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODEL_CHOICE (self), "");

  return cloche_model_info_get_name (self->info);
}

const char *
cloche_model_choice_get_endpoint_name (ClocheModelChoice *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODEL_CHOICE (self), "");

  return self->endpoint_name;
}

/**
 * cloche_model_choice_get_problem:
 *
 * Returns: (nullable): why it cannot be chosen, a sentence for the person
 */
const char *
cloche_model_choice_get_problem (ClocheModelChoice *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODEL_CHOICE (self), NULL);

  return self->problem;
}

ClocheModels *
cloche_models_new (void)
{
  return g_object_new (CLOCHE_TYPE_MODELS, NULL);
}

gboolean
cloche_models_is_loading (ClocheModels *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODELS (self), FALSE);

  return self->n_pending > 0;
}

const char *
cloche_models_get_problem (ClocheModels *self)
{
  g_return_val_if_fail (CLOCHE_IS_MODELS (self), NULL);

  return self->problem;
}

/**
 * cloche_models_get_state:
 * @endpoint: the id of an endpoint
 *
 * Returns: (nullable): whether it answers and what to do if not, a sentence for the person; %NULL if it was not asked
 */
const char *
cloche_models_get_state (ClocheModels *self,
                         const char   *endpoint)
{
  g_return_val_if_fail (CLOCHE_IS_MODELS (self), NULL);

  return g_hash_table_lookup (self->states, endpoint);
}

/**
 * cloche_models_find:
 *
 * Returns: (transfer none) (nullable): the model of that endpoint and id, if it can be chosen
 */
ClocheModelChoice *
cloche_models_find (ClocheModels *self,
                    const char   *endpoint,
                    const char   *model)
{
  g_return_val_if_fail (CLOCHE_IS_MODELS (self), NULL);

  for (guint i = 0; i < self->choices->len; i++) {
    ClocheModelChoice *choice = self->choices->pdata[i];

    if (choice->problem == NULL && g_strcmp0 (cloche_model_info_get_endpoint (choice->info), endpoint) == 0 &&
        g_strcmp0 (cloche_model_info_get_id (choice->info), model) == 0)
      return choice;
  }

  return NULL;
}

/**
 * cloche_models_refresh:
 * @endpoints: (element-type ClocheEndpoint): those that are switched off are not asked
 * @keys: (element-type utf8 utf8): from endpoint id to key
 *
 * Empties the list and fills it again as the endpoints answer.
 */
void
cloche_models_refresh (ClocheModels *self,
                       GPtrArray    *endpoints,
                       GHashTable   *keys)
{
  guint n_old;

  g_return_if_fail (CLOCHE_IS_MODELS (self));

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->n_pending = 0;
  take_problem (self, NULL);
  g_hash_table_remove_all (self->states);
  n_old = self->choices->len;
  g_ptr_array_set_size (self->choices, 0);
  if (n_old > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_old, 0);

  for (guint i = 0; i < endpoints->len; i++) {
    ClocheEndpoint *endpoint = endpoints->pdata[i];

    if (cloche_endpoint_is_enabled (endpoint))
      ask (self, endpoint, g_hash_table_lookup (keys, cloche_endpoint_get_id (endpoint)));
  }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}
