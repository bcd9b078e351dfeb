/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-completion.h"

G_BEGIN_DECLS

/**
 * ClocheOpenaiAnswer:
 *
 * One answer of Chat Completions while it comes: puts its pieces together and into a completion. Text and thinking go
 * there at once, calls when the answer has come to its end. No I/O.
 */
typedef struct _ClocheOpenaiAnswer ClocheOpenaiAnswer;

ClocheOpenaiAnswer *cloche_openai_answer_new  (ClocheCompletion *completion,
                                               const char       *endpoint,
                                               const char       *model) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_openai_answer_free (ClocheOpenaiAnswer *self);

gboolean            cloche_openai_answer_read       (ClocheOpenaiAnswer  *self,
                                                     JsonObject          *chunk,
                                                     GError             **error);
gboolean            cloche_openai_answer_has_finish (ClocheOpenaiAnswer *self);
void                cloche_openai_answer_end        (ClocheOpenaiAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheOpenaiAnswer, cloche_openai_answer_free)

G_END_DECLS
