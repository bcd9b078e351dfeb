/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tour.h"

#include "cloche-paths.h"
#include "cloche-tour-script.h"

#include <glib/gi18n.h>

struct _ClocheTour
{
  GObject parent_instance;
};

/* One answer on its way: a word with each turn of the main loop, so that stop works in its middle. */
typedef struct
{
  ClocheTourLine line;
  ClocheCompletion *completion;
  const char *rest;             /* what is still to be said of line.text */
} Answer;

static void provider_iface_init (ClocheProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheTour, cloche_tour, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_PROVIDER, provider_iface_init))

static void
answer_free (Answer *answer)
{
  cloche_tour_line_clear (&answer->line);
  g_object_unref (answer->completion);
  g_free (answer);
}

static const char *
cloche_tour_get_endpoint (ClocheProvider *provider)
{
  return CLOCHE_TOUR_ENDPOINT;
}

static void
cloche_tour_list_models_async (ClocheProvider     *provider,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  GPtrArray *models = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_model_info_unref);

  g_ptr_array_add (models, cloche_tour_make_model_info ());
  g_task_return_pointer (task, models, (GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
cloche_tour_list_models_finish (ClocheProvider *provider,
                                GAsyncResult   *result,
                                GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_tour_describe_model_async (ClocheProvider     *provider,
                                  const char         *model_id,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);

  g_task_return_pointer (task, cloche_tour_make_model_info (), (GDestroyNotify) cloche_model_info_unref);
}

static ClocheModelInfo *
cloche_tour_describe_model_finish (ClocheProvider *provider,
                                   GAsyncResult   *result,
                                   GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gsize
length_of_word (const char *text)
{
  const char *p = text;

  while (*p != '\0' && *p != ' ')
    p++;
  while (*p == ' ')
    p++;

  return (gsize) (p - text);
}

static gboolean
say_next_cb (gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Answer *answer = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;

  if (*answer->rest != '\0') {
    g_autofree char *word = g_strndup (answer->rest, length_of_word (answer->rest));

    answer->rest += length_of_word (answer->rest);
    cloche_completion_add_text (answer->completion, word);
    return G_SOURCE_CONTINUE;
  }

  if (answer->line.tool != NULL)
    cloche_completion_add_tool_call (answer->completion, NULL, answer->line.tool, answer->line.arguments);
  cloche_completion_set_finish (answer->completion, answer->line.tool != NULL ? CLOCHE_FINISH_TOOL_CALLS
                                                                              : CLOCHE_FINISH_STOP);
  g_task_return_boolean (task, TRUE);

  return G_SOURCE_REMOVE;
}

static void
cloche_tour_chat_async (ClocheProvider     *provider,
                        ClocheChatRequest  *request,
                        ClocheCompletion   *completion,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  g_autoptr (GSource) source = g_idle_source_new ();
  Answer *answer = g_new0 (Answer, 1);

  g_task_set_source_tag (task, cloche_tour_chat_async);
  cloche_tour_script_read (request, &answer->line);
  answer->completion = g_object_ref (completion);
  answer->rest = answer->line.text;
  g_task_set_task_data (task, answer, (GDestroyNotify) answer_free);
  g_task_attach_source (task, source, say_next_cb);
}

static gboolean
cloche_tour_chat_finish (ClocheProvider *provider,
                         GAsyncResult   *result,
                         GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cloche_tour_class_init (ClocheTourClass *klass)
{
}

static void
provider_iface_init (ClocheProviderInterface *iface)
{
  iface->get_endpoint = cloche_tour_get_endpoint;
  iface->list_models_async = cloche_tour_list_models_async;
  iface->list_models_finish = cloche_tour_list_models_finish;
  iface->describe_model_async = cloche_tour_describe_model_async;
  iface->describe_model_finish = cloche_tour_describe_model_finish;
  iface->chat_async = cloche_tour_chat_async;
  iface->chat_finish = cloche_tour_chat_finish;
}

static void
cloche_tour_init (ClocheTour *self)
{
}

ClocheProvider *
cloche_tour_new (void)
{
  return g_object_new (CLOCHE_TYPE_TOUR, NULL);
}

/**
 * cloche_tour_make_model_info:
 *
 * Returns: (transfer full): the tour as a chat takes a model; it is never in a list of models
 */
ClocheModelInfo *
cloche_tour_make_model_info (void)
{
  ClocheModelInfo *info = cloche_model_info_new (CLOCHE_TOUR_ENDPOINT, "tour", _ ("Guided tour (not an AI)"));

  cloche_model_info_set_tools (info, CLOCHE_CAPABILITY_YES);
  cloche_model_info_set_vision (info, CLOCHE_CAPABILITY_NO);
  cloche_model_info_set_thinking (info, CLOCHE_CAPABILITY_NO);

  return info;
}

/**
 * cloche_tour_get_question:
 *
 * What the person says by choosing @stop, translated; to be sent together with its sample.
 */
const char *
cloche_tour_get_question (ClocheTourStop stop)
{
  switch (stop) {
  case CLOCHE_TOUR_PICTURE:
    return _ ("Make this picture small and grey");
  case CLOCHE_TOUR_VIDEO:
    return _ ("Cut two seconds out of this video");
  case CLOCHE_TOUR_PAGE:
    return _ ("Open this page and read the prices");
  case CLOCHE_TOUR_TABLE:
  default:
    return _ ("Show me what is in this table");
  }
}

/**
 * cloche_tour_dup_sample_path:
 *
 * Returns: (transfer full): the file of the host that @stop is shown with
 */
char *
cloche_tour_dup_sample_path (ClocheTourStop stop)
{
  static const char *const SAMPLES[CLOCHE_TOUR_N_STOPS] = {
    [CLOCHE_TOUR_TABLE] = "data/sales.csv",
    [CLOCHE_TOUR_PICTURE] = "data/picture.png",
    [CLOCHE_TOUR_VIDEO] = "data/video.mp4",
    [CLOCHE_TOUR_PAGE] = "data/garden.html",
  };

  g_return_val_if_fail ((guint) stop < CLOCHE_TOUR_N_STOPS, NULL);

  return cloche_paths_dup_data_file (SAMPLES[stop]);
}
