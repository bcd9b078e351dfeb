/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-run.h"

#include <string.h>

struct _ClocheToolRun
{
  GObject parent_instance;

  ClocheToolCall *call;
  ClocheToolRunState state;
  GString *text;                /* the newest of what was printed, up to CLOCHE_TOOL_RUN_MAX_TEXT_BYTES */
  GPtrArray *outputs;           /* of ClocheOutput */
  ClocheToolResult *result;     /* once done */
};

enum {
  PROP_0,
  PROP_STATE,
  N_PROPS
};

enum {
  TEXT_ADDED,
  OUTPUTS_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheToolRun, cloche_tool_run, G_TYPE_OBJECT)

static void
set_state (ClocheToolRun     *self,
           ClocheToolRunState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static void
cloche_tool_run_finalize (GObject *object)
{
  ClocheToolRun *self = CLOCHE_TOOL_RUN (object);

  g_clear_pointer (&self->call, cloche_tool_call_unref);
  g_clear_pointer (&self->result, cloche_tool_result_unref);
  g_ptr_array_unref (self->outputs);
  g_string_free (self->text, TRUE);

  G_OBJECT_CLASS (cloche_tool_run_parent_class)->finalize (object);
}

static void
cloche_tool_run_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  ClocheToolRun *self = CLOCHE_TOOL_RUN (object);

  switch (prop_id) {
  case PROP_STATE:
    g_value_set_uint (value, self->state);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_tool_run_class_init (ClocheToolRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = cloche_tool_run_finalize;
  object_class->get_property = cloche_tool_run_get_property;

  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, CLOCHE_TOOL_RUN_DONE, CLOCHE_TOOL_RUN_WAITING,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[TEXT_ADDED] = g_signal_new ("text-added", CLOCHE_TYPE_TOOL_RUN, G_SIGNAL_RUN_LAST,
                                      0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_STRING);
  signals[OUTPUTS_CHANGED] = g_signal_new ("outputs-changed", CLOCHE_TYPE_TOOL_RUN, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cloche_tool_run_init (ClocheToolRun *self)
{
  self->text = g_string_new (NULL);
  self->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_output_unref);
}

ClocheToolRun *
cloche_tool_run_new (ClocheToolCall *call)
{
  ClocheToolRun *self = g_object_new (CLOCHE_TYPE_TOOL_RUN, NULL);

  self->call = cloche_tool_call_ref (call);

  return self;
}

/**
 * cloche_tool_run_new_done:
 * @result: (nullable): how it ended, or that nobody knows
 *
 * Makes the run of a call of an earlier day.
 */
ClocheToolRun *
cloche_tool_run_new_done (ClocheToolCall   *call,
                          ClocheToolResult *result)
{
  ClocheToolRun *self = cloche_tool_run_new (call);

  self->state = CLOCHE_TOOL_RUN_DONE;
  if (result == NULL)
    return self;

  self->result = cloche_tool_result_ref (result);
  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++)
    g_ptr_array_add (self->outputs, cloche_output_ref (cloche_tool_result_get_output (result, i)));

  return self;
}

ClocheToolCall *
cloche_tool_run_get_call (ClocheToolRun *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_RUN (self), NULL);

  return self->call;
}

ClocheToolRunState
cloche_tool_run_get_state (ClocheToolRun *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_RUN (self), CLOCHE_TOOL_RUN_WAITING);

  return self->state;
}

/**
 * cloche_tool_run_get_result:
 *
 * Returns: (nullable): once it is done; %NULL also for a call whose end nobody saw
 */
ClocheToolResult *
cloche_tool_run_get_result (ClocheToolRun *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_RUN (self), NULL);

  return self->result;
}

/**
 * cloche_tool_run_get_text:
 *
 * What was printed so far, standard output and error as they came; of much only the newest.
 */
const char *
cloche_tool_run_get_text (ClocheToolRun *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_RUN (self), NULL);

  return self->text->str;
}

guint
cloche_tool_run_get_n_outputs (ClocheToolRun *self)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_RUN (self), 0);

  return self->outputs->len;
}

ClocheOutput *
cloche_tool_run_get_output (ClocheToolRun *self,
                            guint          index)
{
  g_return_val_if_fail (CLOCHE_IS_TOOL_RUN (self) && index < self->outputs->len, NULL);

  return g_ptr_array_index (self->outputs, index);
}

void
cloche_tool_run_start (ClocheToolRun *self)
{
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));
  g_return_if_fail (self->state == CLOCHE_TOOL_RUN_WAITING);

  set_state (self, CLOCHE_TOOL_RUN_RUNNING);
}

/* Drops whole characters at the front. */
static void
forget_oldest (GString *text)
{
  gsize surplus;

  if (text->len <= CLOCHE_TOOL_RUN_MAX_TEXT_BYTES)
    return;

  /* A quarter more, so that not every little piece moves all the text. */
  surplus = text->len - CLOCHE_TOOL_RUN_MAX_TEXT_BYTES * 3 / 4;
  while ((text->str[surplus] & 0xc0) == 0x80)
    surplus++;
  g_string_erase (text, 0, (gssize) surplus);
}

/**
 * cloche_tool_run_add_text:
 * @text: valid UTF-8
 */
void
cloche_tool_run_add_text (ClocheToolRun *self,
                          gboolean       is_error,
                          const char    *text)
{
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));

  if (*text == '\0' || self->state == CLOCHE_TOOL_RUN_DONE)
    return;

  g_string_append (self->text, text);
  forget_oldest (self->text);
  g_signal_emit (self, signals[TEXT_ADDED], 0, is_error, text);
}

void
cloche_tool_run_add_output (ClocheToolRun *self,
                            ClocheOutput  *output)
{
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));

  g_ptr_array_add (self->outputs, cloche_output_ref (output));
  g_signal_emit (self, signals[OUTPUTS_CHANGED], 0);
}

/**
 * cloche_tool_run_replace_output:
 * @output: takes the place of every output with its display id, if there is one
 */
void
cloche_tool_run_replace_output (ClocheToolRun *self,
                                ClocheOutput  *output)
{
  const char *id = cloche_output_get_display_id (output);

  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));

  for (guint i = 0; id != NULL && i < self->outputs->len; i++) {
    if (g_strcmp0 (cloche_output_get_display_id (g_ptr_array_index (self->outputs, i)), id) != 0)
      continue;
    cloche_output_unref (self->outputs->pdata[i]);
    self->outputs->pdata[i] = cloche_output_ref (output);
  }
  g_signal_emit (self, signals[OUTPUTS_CHANGED], 0);
}

void
cloche_tool_run_clear_outputs (ClocheToolRun *self)
{
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));

  if (self->outputs->len == 0)
    return;

  g_ptr_array_set_size (self->outputs, 0);
  g_signal_emit (self, signals[OUTPUTS_CHANGED], 0);
}

/**
 * cloche_tool_run_finish:
 *
 * Ends it, once. What comes later is not shown.
 */
void
cloche_tool_run_finish (ClocheToolRun    *self,
                        ClocheToolResult *result)
{
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));
  g_return_if_fail (self->state != CLOCHE_TOOL_RUN_DONE);

  self->result = cloche_tool_result_ref (result);
  set_state (self, CLOCHE_TOOL_RUN_DONE);
}

/**
 * cloche_tool_run_replace_result:
 * @result: the same one, with its contents elsewhere: in the store instead of in memory
 */
void
cloche_tool_run_replace_result (ClocheToolRun    *self,
                                ClocheToolResult *result)
{
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (self));
  g_return_if_fail (self->result != NULL);

  cloche_tool_result_ref (result);
  cloche_tool_result_unref (self->result);
  self->result = result;
}
