/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-completion.h"

G_BEGIN_DECLS

/**
 * ClocheThinkSplitter:
 *
 * Tells thinking from text where a server leaves both in one: "<think>…</think>" at the very start of an answer, and
 * nowhere else. The tags may come in any pieces.
 */
typedef struct _ClocheThinkSplitter ClocheThinkSplitter;

ClocheThinkSplitter *cloche_think_splitter_new  (ClocheCompletion    *completion) G_GNUC_WARN_UNUSED_RESULT;
void                 cloche_think_splitter_free (ClocheThinkSplitter *self);

void                 cloche_think_splitter_push   (ClocheThinkSplitter *self,
                                                   const char          *text);
void                 cloche_think_splitter_finish (ClocheThinkSplitter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheThinkSplitter, cloche_think_splitter_free)

G_END_DECLS
