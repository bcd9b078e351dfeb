/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-provider.h"

#include "cloche-llm-error.h"

struct _ClocheFakeProvider
{
  GObject parent_instance;

  const ClocheFakeAnswer *answers;      /* borrowed; the last one is said again and again */
  gsize n_answers;
  GPtrArray *requests;
};

static void provider_iface_init (ClocheProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheFakeProvider, cloche_fake_provider, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_PROVIDER, provider_iface_init))

static const char *
cloche_fake_provider_get_endpoint (ClocheProvider *provider)
{
  return "fake";
}

static void
say_calls (ClocheCompletion *completion,
           const char       *calls)
{
  g_auto (GStrv) lines = g_strsplit (calls, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (lines[i], " ", 3);

    cloche_completion_add_tool_call (completion, words[0], words[1], words[2]);
  }
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_task_return_error_if_cancelled (G_TASK (user_data));

  return G_SOURCE_REMOVE;
}

static void
hold (GTask *task)
{
  g_autoptr (GSource) source = g_cancellable_source_new (g_task_get_cancellable (task));

  g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), g_object_ref (task), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
cloche_fake_provider_chat_async (ClocheProvider     *provider,
                                 ClocheChatRequest  *request,
                                 ClocheCompletion   *completion,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  ClocheFakeProvider *self = CLOCHE_FAKE_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const ClocheFakeAnswer *answer = &self->answers[MIN (self->requests->len, self->n_answers - 1)];

  g_ptr_array_add (self->requests, cloche_chat_request_ref (request));
  if (answer->thinking != NULL)
    cloche_completion_add_thinking (completion, answer->thinking);
  if (answer->text != NULL)
    cloche_completion_add_text (completion, answer->text);
  if (answer->calls != NULL)
    say_calls (completion, answer->calls);

  if (answer->is_held) {
    hold (task);
    return;
  }
  if (answer->code != 0) {
    g_task_return_new_error (task, CLOCHE_LLM_ERROR, answer->code - 1, "told to");
    return;
  }

  if (answer->finish != CLOCHE_FINISH_UNKNOWN)
    cloche_completion_set_finish (completion, answer->finish);
  else
    cloche_completion_set_finish (completion, answer->calls != NULL ? CLOCHE_FINISH_TOOL_CALLS : CLOCHE_FINISH_STOP);
  g_task_return_boolean (task, TRUE);
}

static gboolean
cloche_fake_provider_chat_finish (ClocheProvider *provider,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cloche_fake_provider_finalize (GObject *object)
{
  g_ptr_array_unref (CLOCHE_FAKE_PROVIDER (object)->requests);

  G_OBJECT_CLASS (cloche_fake_provider_parent_class)->finalize (object);
}

static void
cloche_fake_provider_class_init (ClocheFakeProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_fake_provider_finalize;
}

static void
provider_iface_init (ClocheProviderInterface *iface)
{
  iface->get_endpoint = cloche_fake_provider_get_endpoint;
  iface->chat_async = cloche_fake_provider_chat_async;
  iface->chat_finish = cloche_fake_provider_chat_finish;
}

static void
cloche_fake_provider_init (ClocheFakeProvider *self)
{
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_chat_request_unref);
}

ClocheFakeProvider *
cloche_fake_provider_new (const ClocheFakeAnswer *answers,
                          gsize                   n_answers)
{
  ClocheFakeProvider *self = g_object_new (CLOCHE_TYPE_FAKE_PROVIDER, NULL);

  self->answers = answers;
  self->n_answers = n_answers;

  return self;
}

guint
cloche_fake_provider_get_n_requests (ClocheFakeProvider *self)
{
  return self->requests->len;
}

ClocheChatRequest *
cloche_fake_provider_get_request (ClocheFakeProvider *self,
                                  guint               index)
{
  g_assert_cmpuint (index, <, self->requests->len);

  return g_ptr_array_index (self->requests, index);
}
