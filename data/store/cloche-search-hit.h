/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * ClocheSearchHit:
 *
 * A message in which the text was found. Immutable.
 */
typedef struct _ClocheSearchHit ClocheSearchHit;

#define CLOCHE_TYPE_SEARCH_HIT (cloche_search_hit_get_type ())
GType            cloche_search_hit_get_type (void);

ClocheSearchHit *cloche_search_hit_new   (const char *conversation_id,
                                          const char *message_id,
                                          const char *excerpt) G_GNUC_WARN_UNUSED_RESULT;
ClocheSearchHit *cloche_search_hit_ref   (ClocheSearchHit *self);
void             cloche_search_hit_unref (ClocheSearchHit *self);

const char      *cloche_search_hit_get_conversation_id (ClocheSearchHit *self);
const char      *cloche_search_hit_get_message_id      (ClocheSearchHit *self);
const char      *cloche_search_hit_get_excerpt         (ClocheSearchHit *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheSearchHit, cloche_search_hit_unref)

G_END_DECLS
