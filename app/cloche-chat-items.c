/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat-items.h"

#include "cloche-notice.h"

struct _ClocheChatItems
{
  GObject parent_instance;

  GPtrArray *items;             /* of ClocheItem */
  ClocheItem *open;             /* borrowed: the item that the coming answer adds to, or NULL */
  guint answer_start;           /* index of the coming answer's first item */
  gboolean is_answering;
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheChatItems, cloche_chat_items, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GType
cloche_chat_items_get_item_type (GListModel *list)
{
  return CLOCHE_TYPE_ITEM;
}

static guint
cloche_chat_items_get_n_items (GListModel *list)
{
  return CLOCHE_CHAT_ITEMS (list)->items->len;
}

static gpointer
cloche_chat_items_get_item (GListModel *list,
                            guint       position)
{
  GPtrArray *items = CLOCHE_CHAT_ITEMS (list)->items;

  return position < items->len ? g_object_ref (g_ptr_array_index (items, position)) : NULL;
}

static void
cloche_chat_items_finalize (GObject *object)
{
  g_ptr_array_unref (CLOCHE_CHAT_ITEMS (object)->items);

  G_OBJECT_CLASS (cloche_chat_items_parent_class)->finalize (object);
}

static void
cloche_chat_items_class_init (ClocheChatItemsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_chat_items_finalize;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = cloche_chat_items_get_item_type;
  iface->get_n_items = cloche_chat_items_get_n_items;
  iface->get_item = cloche_chat_items_get_item;
}

static void
cloche_chat_items_init (ClocheChatItems *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

ClocheChatItems *
cloche_chat_items_new (void)
{
  return g_object_new (CLOCHE_TYPE_CHAT_ITEMS, NULL);
}

static void
append (ClocheChatItems *self,
        ClocheItem      *item)
{
  g_ptr_array_add (self->items, item);
}

static void
tell_appended (ClocheChatItems *self,
               guint            before)
{
  if (self->items->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->items->len - before);
}

static void
append_notice (ClocheChatItems *self,
               const char      *code,
               const char      *detail)
{
  ClocheItem *item = cloche_item_new (CLOCHE_ITEM_NOTICE, cloche_notice_get_words (code));

  cloche_item_set_detail (item, detail);
  append (self, item);
}

static void
append_question (ClocheChatItems *self,
                 ClocheMessage   *message)
{
  g_autofree char *text = cloche_message_dup_text (message);
  ClocheItem *item = cloche_item_new (CLOCHE_ITEM_QUESTION, text);

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_FILE)
      cloche_item_add_file (item, cloche_message_part_get_file (part));
  }
  append (self, item);
}

static void
append_notices (ClocheChatItems *self,
                ClocheMessage   *message)
{
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_NOTICE)
      append_notice (self, cloche_message_part_get_notice_code (part), cloche_message_part_get_text (part));
  }
}

/* @results: (nullable): the message that answers the calls of @message */
static void
append_answer (ClocheChatItems *self,
               ClocheMessage   *message,
               ClocheMessage   *results)
{
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheMessagePartKind kind = cloche_message_part_get_kind (part);

    if (kind == CLOCHE_MESSAGE_PART_TEXT) {
      append (self, cloche_item_new (CLOCHE_ITEM_ANSWER, cloche_message_part_get_text (part)));
    } else if (kind == CLOCHE_MESSAGE_PART_THINKING) {
      append (self, cloche_item_new (CLOCHE_ITEM_THINKING, cloche_message_part_get_text (part)));
    } else if (kind == CLOCHE_MESSAGE_PART_TOOL_CALL) {
      ClocheToolCall *call = cloche_message_part_get_tool_call (part);
      ClocheToolResult *result = results != NULL
        ? cloche_message_find_result (results, cloche_tool_call_get_id (call)) : NULL;
      g_autoptr (ClocheToolRun) run = cloche_tool_run_new_done (call, result);

      append (self, cloche_item_new_tool (run));
    }
  }
}

/* What became of @message, if that is worth a word. */
static void
append_error (ClocheChatItems *self,
              ClocheMessage   *message)
{
  if (cloche_message_get_error_code (message) != NULL)
    append_notice (self, cloche_message_get_error_code (message), cloche_message_get_error_text (message));
  else if (cloche_message_get_status (message) == CLOCHE_MESSAGE_INTERRUPTED)
    append_notice (self, "stopped", NULL);
}

/**
 * cloche_chat_items_add_history:
 * @messages: (element-type ClocheMessage): one branch, oldest first
 */
void
cloche_chat_items_add_history (ClocheChatItems *self,
                               GPtrArray       *messages)
{
  guint before = self->items->len;

  g_return_if_fail (CLOCHE_IS_CHAT_ITEMS (self));

  for (guint i = 0; i < messages->len; i++) {
    ClocheMessage *message = g_ptr_array_index (messages, i);
    ClocheMessage *next = i + 1 < messages->len ? g_ptr_array_index (messages, i + 1) : NULL;

    if (next != NULL && cloche_message_get_role (next) != CLOCHE_ROLE_TOOL)
      next = NULL;
    append_notices (self, message);
    if (cloche_message_get_role (message) == CLOCHE_ROLE_USER)
      append_question (self, message);
    else if (cloche_message_get_role (message) == CLOCHE_ROLE_ASSISTANT)
      append_answer (self, message, next);
    append_error (self, message);
  }
  tell_appended (self, before);
}

/**
 * cloche_chat_items_add_question:
 * @message: its notices have been shown when they came
 */
void
cloche_chat_items_add_question (ClocheChatItems *self,
                                ClocheMessage   *message)
{
  guint before = self->items->len;

  g_return_if_fail (CLOCHE_IS_CHAT_ITEMS (self));

  append_question (self, message);
  tell_appended (self, before);
}

void
cloche_chat_items_add_notice (ClocheChatItems *self,
                              const char      *code,
                              const char      *detail)
{
  guint before = self->items->len;

  g_return_if_fail (CLOCHE_IS_CHAT_ITEMS (self));

  append_notice (self, code, detail);
  tell_appended (self, before);
}

static void
close_item (ClocheChatItems *self)
{
  if (self->open != NULL)
    cloche_item_set_open (self->open, FALSE);
  self->open = NULL;
}

static void
add_words (ClocheChatItems *self,
           ClocheItemKind   kind,
           const char      *text)
{
  guint before = self->items->len;

  if (self->open != NULL && cloche_item_get_kind (self->open) == kind) {
    cloche_item_add_text (self->open, text);
    return;
  }

  close_item (self);
  self->open = cloche_item_new (kind, text);
  cloche_item_set_open (self->open, TRUE);
  append (self, self->open);
  tell_appended (self, before);
}

static void
text_added_cb (ClocheCompletion *completion,
               const char       *text,
               ClocheChatItems  *self)
{
  add_words (self, CLOCHE_ITEM_ANSWER, text);
}

static void
thinking_added_cb (ClocheCompletion *completion,
                   const char       *text,
                   ClocheChatItems  *self)
{
  add_words (self, CLOCHE_ITEM_THINKING, text);
}

/**
 * cloche_chat_items_begin_answer:
 *
 * Shows @completion while it fills. Takes back what an earlier one had brought that was not ended.
 */
void
cloche_chat_items_begin_answer (ClocheChatItems  *self,
                                ClocheCompletion *completion)
{
  guint n = self->items->len - self->answer_start;

  g_return_if_fail (CLOCHE_IS_CHAT_ITEMS (self));

  if (self->is_answering && n > 0) {
    self->open = NULL;
    g_ptr_array_set_size (self->items, (int) self->answer_start);
    g_list_model_items_changed (G_LIST_MODEL (self), self->answer_start, n, 0);
  }

  self->is_answering = TRUE;
  self->answer_start = self->items->len;
  g_signal_connect_object (completion, "text-added", G_CALLBACK (text_added_cb), self, 0);
  g_signal_connect_object (completion, "thinking-added", G_CALLBACK (thinking_added_cb), self, 0);
}

void
cloche_chat_items_add_run (ClocheChatItems *self,
                           ClocheToolRun   *run)
{
  guint before = self->items->len;

  g_return_if_fail (CLOCHE_IS_CHAT_ITEMS (self));

  close_item (self);
  append (self, cloche_item_new_tool (run));
  tell_appended (self, before);
}

/**
 * cloche_chat_items_end_answer:
 * @answer: what the coming answer has become
 */
void
cloche_chat_items_end_answer (ClocheChatItems *self,
                              ClocheMessage   *answer)
{
  guint before = self->items->len;

  g_return_if_fail (CLOCHE_IS_CHAT_ITEMS (self));

  close_item (self);
  self->is_answering = FALSE;
  if (cloche_message_get_error_code (answer) != NULL)
    append_error (self, answer);
  tell_appended (self, before);
}
