/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-model.h"

#include "cloche-settings.h"
#include "cloche-string.h"

#include <glib/gi18n.h>
#include <string.h>

/* names that a sentence lists. */
#define MAX_LISTED 20

/* Ollama means the tag "latest" where none is said. */
#define DEFAULT_TAG ":latest"

static gboolean
has_id (ClocheModelChoice *choice,
        const char        *name)
{
  const char *id = cloche_model_info_get_id (cloche_model_choice_get_info (choice));
  gsize length = strlen (name);

  return g_str_equal (id, name) || (g_str_has_prefix (id, name) && g_str_equal (id + length, DEFAULT_TAG));
}

/* As MODEL or as ENDPOINT/MODEL; the name of a model may hold a "/" itself. */
static gboolean
is_named (ClocheModelChoice *choice,
          const char        *name)
{
  const char *endpoint = cloche_model_choice_get_endpoint_name (choice);
  gsize length = strlen (endpoint);

  return has_id (choice, name) ||
         (g_ascii_strncasecmp (name, endpoint, length) == 0 && name[length] == '/' && has_id (choice, name + length + 1));
}

static ClocheModelChoice *
get_choice (ClocheModels *models,
            guint         index)
{
  ClocheModelChoice *choice = g_list_model_get_item (G_LIST_MODEL (models), index);

  g_object_unref (choice);      /* The list holds it. */

  return choice;
}

/* "a, b": what could be chosen. */
static char *
list_names (ClocheModels *models,
            guint        *ret_n)
{
  GString *names = g_string_new (NULL);

  *ret_n = 0;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (models)); i++) {
    ClocheModelChoice *choice = get_choice (models, i);
    g_autofree char *id = cloche_text_make_printable (cloche_model_info_get_id (cloche_model_choice_get_info (choice)), -1);

    if (cloche_model_choice_get_problem (choice) != NULL)
      continue;
    if (*ret_n < MAX_LISTED)
      g_string_append_printf (names, "%s%s", *ret_n > 0 ? ", " : "", id);
    else if (*ret_n == MAX_LISTED)
      g_string_append (names, ", …");
    ++*ret_n;
  }

  return g_string_free (names, FALSE);
}

static char *
describe_none (ClocheModels *models)
{
  const char *problem = cloche_models_get_problem (models);

  if (problem != NULL)
    /* Translators: %s is a sentence such as “Ollama on This Computer does not answer. Is it running?” */
    return g_strdup_printf (_ ("There is no model. %s Start Ollama, or say where it is: OLLAMA_HOST=ADDRESS clochectl ask …; "
                               "give the key of another server: CLOCHE_API_KEY=KEY clochectl ask …"), problem);

  return g_strdup (_ ("There is no model yet. Download one, such as: ollama pull qwen3"));
}

static ClocheModelChoice *
find_wanted (ClocheModels *models,
             const char   *wanted,
             char        **ret_problem)
{
  g_autofree char *printable = cloche_text_make_printable (wanted, -1);
  g_autofree char *names = NULL;
  guint n;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (models)); i++) {
    ClocheModelChoice *choice = get_choice (models, i);

    if (!is_named (choice, wanted))
      continue;
    if (cloche_model_choice_get_problem (choice) == NULL)
      return choice;
    /* Translators: the name of a model, and why it cannot be used. */
    *ret_problem = g_strdup_printf (_ ("The model “%s” cannot be used. %s."), printable,
                                    cloche_model_choice_get_problem (choice));
    return NULL;
  }

  names = list_names (models, &n);
  if (n == 0)
    *ret_problem = describe_none (models);
  else
    /* Translators: the name of a model, and a list of names. */
    *ret_problem = g_strdup_printf (_ ("There is no model “%s”. There are: %s."), printable, names);

  return NULL;
}

/**
 * cloche_cli_model_choose:
 * @models: all of them known
 * @wanted: (nullable): what the person named
 * @ret_problem: a sentence if there is none to choose
 *
 * The model that was named; else the conversation's, the one that was chosen last, the only one that there is.
 *
 * Returns: (transfer none) (nullable): the choice
 */
ClocheModelChoice *
cloche_cli_model_choose (ClocheModels       *models,
                         GSettings          *settings,
                         ClocheConversation *conversation,
                         const char         *wanted,
                         char              **ret_problem)
{
  g_autofree char *endpoint = g_settings_get_string (settings, CLOCHE_SETTING_ENDPOINT);
  g_autofree char *model = g_settings_get_string (settings, CLOCHE_SETTING_MODEL);
  g_autofree char *names = NULL;
  ClocheModelChoice *choice;
  guint n;

  *ret_problem = NULL;
  if (wanted != NULL)
    return find_wanted (models, wanted, ret_problem);

  choice = cloche_models_find (models, cloche_conversation_get_endpoint (conversation),
                               cloche_conversation_get_model (conversation));
  if (choice == NULL)
    choice = cloche_models_find (models, endpoint, model);
  if (choice != NULL)
    return choice;

  names = list_names (models, &n);
  for (guint i = 0; n == 1 && i < g_list_model_get_n_items (G_LIST_MODEL (models)); i++)
    if (cloche_model_choice_get_problem (get_choice (models, i)) == NULL)
      return get_choice (models, i);

  if (n == 0)
    *ret_problem = describe_none (models);
  else
    /* Translators: the placeholder is a list of names. */
    *ret_problem = g_strdup_printf (_ ("There are several models: %s. Name one with --model."), names);

  return NULL;
}
