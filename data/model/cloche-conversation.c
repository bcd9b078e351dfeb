/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-conversation.h"

#include "cloche-nick.h"
#include "cloche-string.h"

struct _ClocheConversation
{
  gatomicrefcount ref_count;
  gint64 created_us;            /* µs since 1970 */
  gint64 updated_us;
  ClocheNetworkMode network_mode;

  char *id;
  char *title;
  char *head_id;
  char *endpoint;
  char *model;
  char *machine_id;
  char **allowed_hosts;
};

G_DEFINE_BOXED_TYPE (ClocheConversation, cloche_conversation, cloche_conversation_ref, cloche_conversation_unref)

static const char *const NETWORK_MODES[] = { "off", "ask", "listed", "open", NULL };

static void
clear (ClocheConversation *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->head_id, g_free);
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->machine_id, g_free);
  g_clear_pointer (&self->allowed_hosts, g_strfreev);
}

static gboolean
is_mine_alone (ClocheConversation *self)
{
  return g_atomic_ref_count_compare (&self->ref_count, 1);
}

/**
 * cloche_network_mode_to_nick:
 *
 * Returns: a word that never changes: "off", "ask", "listed" or "open"
 */
const char *
cloche_network_mode_to_nick (ClocheNetworkMode mode)
{
  g_return_val_if_fail (mode < G_N_ELEMENTS (NETWORK_MODES) - 1, NULL);

  return NETWORK_MODES[mode];
}

/**
 * cloche_network_mode_from_nick:
 * @nick: (nullable): a word from anywhere
 */
ClocheNetworkMode
cloche_network_mode_from_nick (const char       *nick,
                               ClocheNetworkMode fallback)
{
  guint mode = fallback;

  (void) cloche_nick_find (NETWORK_MODES, nick, &mode);         /* Else it stays the fallback. */

  return mode;
}

/**
 * cloche_conversation_new:
 * @id: see cloche_id_new()
 * @created_us: µs since 1970
 *
 * Makes a conversation without messages, model or machine, in network mode "ask".
 */
ClocheConversation *
cloche_conversation_new (const char *id,
                         const char *title,
                         gint64      created_us)
{
  ClocheConversation *self = g_new0 (ClocheConversation, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->title = g_utf8_make_valid (title, -1);
  self->created_us = created_us;
  self->updated_us = created_us;
  self->network_mode = CLOCHE_NETWORK_ASK;
  self->allowed_hosts = g_new0 (char *, 1);

  return self;
}

/**
 * cloche_conversation_copy:
 *
 * Returns: (transfer full): one equal to @self that may be changed
 */
ClocheConversation *
cloche_conversation_copy (ClocheConversation *self)
{
  ClocheConversation *copy = cloche_conversation_new (self->id, self->title, self->created_us);

  copy->updated_us = self->updated_us;
  copy->network_mode = self->network_mode;
  copy->head_id = g_strdup (self->head_id);
  copy->endpoint = g_strdup (self->endpoint);
  copy->model = g_strdup (self->model);
  copy->machine_id = g_strdup (self->machine_id);
  cloche_conversation_set_allowed_hosts (copy, (const char *const *) self->allowed_hosts);

  return copy;
}

/**
 * cloche_conversation_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheConversation *
cloche_conversation_ref (ClocheConversation *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
cloche_conversation_unref (ClocheConversation *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  clear (self);
  g_free (self);
}

const char *
cloche_conversation_get_id (ClocheConversation *self)
{
  return self->id;
}

/**
 * cloche_conversation_get_created_us:
 *
 * Returns: µs since 1970
 */
gint64
cloche_conversation_get_created_us (ClocheConversation *self)
{
  return self->created_us;
}

const char *
cloche_conversation_get_title (ClocheConversation *self)
{
  return self->title;
}

void
cloche_conversation_set_title (ClocheConversation *self,
                               const char         *title)
{
  g_autofree char *valid = g_utf8_make_valid (title, -1);

  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->title, valid);
}

/**
 * cloche_conversation_get_updated_us:
 *
 * Returns: µs since 1970 of the last message
 */
gint64
cloche_conversation_get_updated_us (ClocheConversation *self)
{
  return self->updated_us;
}

void
cloche_conversation_set_updated_us (ClocheConversation *self,
                                    gint64              updated_us)
{
  g_return_if_fail (is_mine_alone (self));

  self->updated_us = updated_us;
}

/**
 * cloche_conversation_get_head_id:
 *
 * Returns: (nullable): the newest message of the active branch
 */
const char *
cloche_conversation_get_head_id (ClocheConversation *self)
{
  return self->head_id;
}

void
cloche_conversation_set_head_id (ClocheConversation *self,
                                 const char         *message_id)
{
  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->head_id, message_id);
}

/**
 * cloche_conversation_get_endpoint:
 *
 * Returns: (nullable): id of the endpoint that answers
 */
const char *
cloche_conversation_get_endpoint (ClocheConversation *self)
{
  return self->endpoint;
}

/**
 * cloche_conversation_get_model:
 *
 * Returns: (nullable): id of the model that answers
 */
const char *
cloche_conversation_get_model (ClocheConversation *self)
{
  return self->model;
}

void
cloche_conversation_set_model (ClocheConversation *self,
                               const char         *endpoint,
                               const char         *model)
{
  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->endpoint, endpoint);
  cloche_set_str (&self->model, model);
}

/**
 * cloche_conversation_get_machine_id:
 *
 * Returns: (nullable): %NULL until the conversation first needed a machine
 */
const char *
cloche_conversation_get_machine_id (ClocheConversation *self)
{
  return self->machine_id;
}

void
cloche_conversation_set_machine_id (ClocheConversation *self,
                                    const char         *machine_id)
{
  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->machine_id, machine_id);
}

ClocheNetworkMode
cloche_conversation_get_network_mode (ClocheConversation *self)
{
  return self->network_mode;
}

void
cloche_conversation_set_network_mode (ClocheConversation *self,
                                      ClocheNetworkMode   mode)
{
  g_return_if_fail (is_mine_alone (self));

  self->network_mode = mode;
}

/**
 * cloche_conversation_get_allowed_hosts:
 *
 * Returns: (array zero-terminated=1): what the person allowed in this conversation
 */
const char *const *
cloche_conversation_get_allowed_hosts (ClocheConversation *self)
{
  return (const char *const *) self->allowed_hosts;
}

void
cloche_conversation_set_allowed_hosts (ClocheConversation *self,
                                       const char *const  *hosts)
{
  char **copy = g_strdupv ((char **) hosts);

  g_return_if_fail (is_mine_alone (self));

  g_strfreev (self->allowed_hosts);
  self->allowed_hosts = copy;
}
