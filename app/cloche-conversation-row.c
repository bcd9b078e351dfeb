/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-conversation-row.h"

struct _ClocheConversationRow
{
  GObject parent_instance;

  ClocheConversation *conversation;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_TITLE,
  PROP_UPDATED_US,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ClocheConversationRow, cloche_conversation_row, G_TYPE_OBJECT)

static void
cloche_conversation_row_finalize (GObject *object)
{
  g_clear_pointer (&CLOCHE_CONVERSATION_ROW (object)->conversation, cloche_conversation_unref);

  G_OBJECT_CLASS (cloche_conversation_row_parent_class)->finalize (object);
}

static void
cloche_conversation_row_get_property (GObject    *object,
                                      guint       prop_id,
                                      GValue     *value,
                                      GParamSpec *pspec)
{
  ClocheConversation *conversation = CLOCHE_CONVERSATION_ROW (object)->conversation;

  switch (prop_id) {
  case PROP_ID:
    g_value_set_string (value, cloche_conversation_get_id (conversation));
    break;
  case PROP_TITLE:
    g_value_set_string (value, cloche_conversation_get_title (conversation));
    break;
  case PROP_UPDATED_US:
    g_value_set_int64 (value, cloche_conversation_get_updated_us (conversation));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_conversation_row_class_init (ClocheConversationRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = cloche_conversation_row_finalize;
  object_class->get_property = cloche_conversation_row_get_property;

  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_UPDATED_US] = g_param_spec_int64 ("updated-us", NULL, NULL, 0, G_MAXINT64, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cloche_conversation_row_init (ClocheConversationRow *self)
{
}

ClocheConversationRow *
cloche_conversation_row_new (ClocheConversation *conversation)
{
  ClocheConversationRow *self = g_object_new (CLOCHE_TYPE_CONVERSATION_ROW, NULL);

  self->conversation = cloche_conversation_ref (conversation);

  return self;
}

ClocheConversation *
cloche_conversation_row_get_conversation (ClocheConversationRow *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONVERSATION_ROW (self), NULL);

  return self->conversation;
}

const char *
cloche_conversation_row_get_title (ClocheConversationRow *self)
{
  g_return_val_if_fail (CLOCHE_IS_CONVERSATION_ROW (self), NULL);

  return cloche_conversation_get_title (self->conversation);
}

/**
 * cloche_conversation_row_update:
 * @conversation: the same one, as it is now
 *
 * Takes over what is new, so that a selected row stays the same object.
 */
void
cloche_conversation_row_update (ClocheConversationRow *self,
                                ClocheConversation    *conversation)
{
  g_autoptr (ClocheConversation) before = NULL;

  g_return_if_fail (CLOCHE_IS_CONVERSATION_ROW (self));

  before = self->conversation;
  self->conversation = cloche_conversation_ref (conversation);
  if (g_strcmp0 (cloche_conversation_get_title (before), cloche_conversation_get_title (conversation)) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
  if (cloche_conversation_get_updated_us (before) != cloche_conversation_get_updated_us (conversation))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_UPDATED_US]);
}
