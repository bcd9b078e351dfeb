/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-search-hit.h"

struct _ClocheSearchHit
{
  char *conversation_id;
  char *message_id;
  char *excerpt;
};

G_DEFINE_BOXED_TYPE (ClocheSearchHit, cloche_search_hit, cloche_search_hit_ref, cloche_search_hit_unref)

static void
clear (ClocheSearchHit *self)
{
  g_clear_pointer (&self->conversation_id, g_free);
  g_clear_pointer (&self->message_id, g_free);
  g_clear_pointer (&self->excerpt, g_free);
}

/**
 * cloche_search_hit_new:
 * @excerpt: the words around the place, as plain text
 */
ClocheSearchHit *
cloche_search_hit_new (const char *conversation_id,
                       const char *message_id,
                       const char *excerpt)
{
  ClocheSearchHit *self = g_atomic_rc_box_new0 (ClocheSearchHit);

  self->conversation_id = g_strdup (conversation_id);
  self->message_id = g_strdup (message_id);
  self->excerpt = g_strdup (excerpt);

  return self;
}

ClocheSearchHit *
cloche_search_hit_ref (ClocheSearchHit *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_search_hit_unref (ClocheSearchHit *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

const char *
cloche_search_hit_get_conversation_id (ClocheSearchHit *self)
{
  return self->conversation_id;
}

const char *
cloche_search_hit_get_message_id (ClocheSearchHit *self)
{
  return self->message_id;
}

const char *
cloche_search_hit_get_excerpt (ClocheSearchHit *self)
{
  return self->excerpt;
}
