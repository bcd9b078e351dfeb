/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-completion.h"

#include "cloche-id.h"

#include <string.h>

typedef struct
{
  GString *text;                /* of text and thinking; NULL for a call */
  ClocheToolCall *call;
  gboolean is_thinking;
} Piece;

struct _ClocheCompletion
{
  GObject parent_instance;

  GPtrArray *pieces;            /* of Piece, in the order in which they came */
  GPtrArray *calls;             /* of ClocheToolCall */
  GPtrArray *raw_items;
  ClocheFinish finish;
  ClocheUsage usage;
  gsize size;                   /* bytes of text, thinking and arguments */
  gboolean has_text;
};

enum {
  TEXT_ADDED,
  THINKING_ADDED,
  TOOL_CALL_ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheCompletion, cloche_completion, G_TYPE_OBJECT)

static void
piece_free (Piece *piece)
{
  if (piece->text != NULL)
    g_string_free (piece->text, TRUE);
  g_clear_pointer (&piece->call, cloche_tool_call_unref);
  g_free (piece);
}

static Piece *
add_piece (ClocheCompletion *self)
{
  Piece *piece = g_new0 (Piece, 1);

  g_ptr_array_add (self->pieces, piece);

  return piece;
}

static void
cloche_completion_finalize (GObject *object)
{
  ClocheCompletion *self = CLOCHE_COMPLETION (object);

  g_ptr_array_unref (self->pieces);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->raw_items);

  G_OBJECT_CLASS (cloche_completion_parent_class)->finalize (object);
}

static void
cloche_completion_class_init (ClocheCompletionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_completion_finalize;

  signals[TEXT_ADDED] = g_signal_new ("text-added", CLOCHE_TYPE_COMPLETION, G_SIGNAL_RUN_LAST,
                                      0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[THINKING_ADDED] = g_signal_new ("thinking-added", CLOCHE_TYPE_COMPLETION, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[TOOL_CALL_ADDED] = g_signal_new ("tool-call-added", CLOCHE_TYPE_COMPLETION, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_TOOL_CALL);
}

static void
cloche_completion_init (ClocheCompletion *self)
{
  static const ClocheUsage UNKNOWN = CLOCHE_USAGE_INIT;

  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_tool_call_unref);
  self->raw_items = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_raw_item_unref);
  self->usage = UNKNOWN;
}

ClocheCompletion *
cloche_completion_new (void)
{
  return g_object_new (CLOCHE_TYPE_COMPLETION, NULL);
}

static void
add_words (ClocheCompletion *self,
           const char       *words,
           gboolean          is_thinking,
           guint             signal_id)
{
  Piece *last = NULL;

  if (*words == '\0')
    return;

  if (self->pieces->len > 0)
    last = g_ptr_array_index (self->pieces, self->pieces->len - 1);
  if (last == NULL || last->text == NULL || last->is_thinking != is_thinking) {
    last = add_piece (self);
    last->text = g_string_new (NULL);
    last->is_thinking = is_thinking;
  }

  g_string_append (last->text, words);
  self->size += strlen (words);
  self->has_text |= !is_thinking;
  g_signal_emit (self, signal_id, 0, words);
}

/**
 * cloche_completion_add_text:
 * @text: valid UTF-8; empty text is no text
 */
void
cloche_completion_add_text (ClocheCompletion *self,
                            const char       *text)
{
  g_return_if_fail (CLOCHE_IS_COMPLETION (self));
  g_return_if_fail (text != NULL);

  add_words (self, text, FALSE, signals[TEXT_ADDED]);
}

void
cloche_completion_add_thinking (ClocheCompletion *self,
                                const char       *text)
{
  g_return_if_fail (CLOCHE_IS_COMPLETION (self));
  g_return_if_fail (text != NULL);

  add_words (self, text, TRUE, signals[THINKING_ADDED]);
}

static ClocheToolCall *
find_call (ClocheCompletion *self,
           const char       *id)
{
  for (guint i = 0; i < self->calls->len; i++) {
    ClocheToolCall *call = g_ptr_array_index (self->calls, i);

    if (g_str_equal (cloche_tool_call_get_id (call), id))
      return call;
  }

  return NULL;
}

/**
 * cloche_completion_add_tool_call:
 * @id: (nullable): as the provider gave it; without one, or with one that another call has, it gets one of ours
 * @name: as the model wrote it
 * @arguments_text: as the model wrote them; read by #ClocheToolCall
 *
 * Adds a whole call. The very same call under the same id is the provider repeating itself and not a second one.
 */
void
cloche_completion_add_tool_call (ClocheCompletion *self,
                                 const char       *id,
                                 const char       *name,
                                 const char       *arguments_text)
{
  g_autofree char *new_id = NULL;
  ClocheToolCall *twin = NULL;
  ClocheToolCall *call;

  g_return_if_fail (CLOCHE_IS_COMPLETION (self));
  g_return_if_fail (name != NULL && arguments_text != NULL);

  if (id != NULL && *id != '\0')
    twin = find_call (self, id);
  if (twin != NULL &&
      g_str_equal (cloche_tool_call_get_name (twin), name) &&
      g_str_equal (cloche_tool_call_get_arguments_text (twin), arguments_text))
    return;

  if (id == NULL || *id == '\0' || twin != NULL) {
    g_autofree char *random = cloche_id_new ();

    new_id = g_strconcat ("call_", random, NULL);
    id = new_id;
  }

  call = cloche_tool_call_new (id, name, arguments_text);
  add_piece (self)->call = cloche_tool_call_ref (call);
  g_ptr_array_add (self->calls, call);
  self->size += strlen (name) + strlen (arguments_text);
  g_signal_emit (self, signals[TOOL_CALL_ADDED], 0, call);
}

/**
 * cloche_completion_take_raw_item:
 * @item: (transfer full): what has to be sent back unchanged with this answer
 */
void
cloche_completion_take_raw_item (ClocheCompletion *self,
                                 ClocheRawItem    *item)
{
  g_return_if_fail (CLOCHE_IS_COMPLETION (self));

  g_ptr_array_add (self->raw_items, item);
}

void
cloche_completion_set_finish (ClocheCompletion *self,
                              ClocheFinish      finish)
{
  g_return_if_fail (CLOCHE_IS_COMPLETION (self));

  self->finish = finish;
}

void
cloche_completion_set_usage (ClocheCompletion  *self,
                             const ClocheUsage *usage)
{
  g_return_if_fail (CLOCHE_IS_COMPLETION (self));

  self->usage = *usage;
}

/**
 * cloche_completion_is_too_large:
 *
 * Whether a cap of this file was passed; a provider then ends the exchange with %CLOCHE_LLM_ERROR_TOO_LARGE.
 */
gboolean
cloche_completion_is_too_large (ClocheCompletion *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPLETION (self), FALSE);

  return self->size > CLOCHE_COMPLETION_MAX_BYTES || self->calls->len > CLOCHE_COMPLETION_MAX_CALLS;
}

guint
cloche_completion_get_n_calls (ClocheCompletion *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPLETION (self), 0);

  return self->calls->len;
}

ClocheToolCall *
cloche_completion_get_call (ClocheCompletion *self,
                            guint             index)
{
  g_return_val_if_fail (CLOCHE_IS_COMPLETION (self) && index < self->calls->len, NULL);

  return g_ptr_array_index (self->calls, index);
}

/**
 * cloche_completion_has_text:
 *
 * Whether there is text besides thinking and calls.
 */
gboolean
cloche_completion_has_text (ClocheCompletion *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPLETION (self), FALSE);

  return self->has_text;
}

ClocheFinish
cloche_completion_get_finish (ClocheCompletion *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPLETION (self), CLOCHE_FINISH_UNKNOWN);

  return self->finish;
}

const ClocheUsage *
cloche_completion_get_usage (ClocheCompletion *self)
{
  g_return_val_if_fail (CLOCHE_IS_COMPLETION (self), NULL);

  return &self->usage;
}

static ClocheMessagePart *
piece_to_part (Piece *piece)
{
  if (piece->call != NULL)
    return cloche_message_part_new_tool_call (piece->call);
  if (piece->is_thinking)
    return cloche_message_part_new_thinking (piece->text->str);

  return cloche_message_part_new_text (piece->text->str);
}

/**
 * cloche_completion_fill_message:
 * @message: a new one of the assistant
 *
 * Gives @message all that has come so far: parts in order, raw items, finish and usage.
 */
void
cloche_completion_fill_message (ClocheCompletion *self,
                                ClocheMessage    *message)
{
  g_return_if_fail (CLOCHE_IS_COMPLETION (self));

  for (guint i = 0; i < self->pieces->len; i++)
    cloche_message_take_part (message, piece_to_part (g_ptr_array_index (self->pieces, i)));
  for (guint i = 0; i < self->raw_items->len; i++)
    cloche_message_take_raw_item (message, cloche_raw_item_ref (g_ptr_array_index (self->raw_items, i)));
  cloche_message_set_finish (message, self->finish);
  cloche_message_set_usage (message, &self->usage);
}
