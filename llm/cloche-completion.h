/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"

G_BEGIN_DECLS

/* bytes of text, thinking and arguments in one answer. A model that loops writes for hours; 16 MiB is a bookshelf. */
#define CLOCHE_COMPLETION_MAX_BYTES (16 * 1024 * 1024)

/* tool calls of one answer. */
#define CLOCHE_COMPLETION_MAX_CALLS 128

/**
 * ClocheCompletion:
 *
 * A model's answer while it comes. Whoever asks makes it and listens; the provider fills it. What it holds is good at
 * any moment, so an exchange that breaks off leaves a partial answer and not nothing.
 *
 * Signals: "text-added" (const char *text), "thinking-added" (const char *text): what was appended;
 * "tool-call-added" (ClocheToolCall *call): a whole call.
 */
#define CLOCHE_TYPE_COMPLETION (cloche_completion_get_type ())
G_DECLARE_FINAL_TYPE (ClocheCompletion, cloche_completion, CLOCHE, COMPLETION, GObject)

ClocheCompletion  *cloche_completion_new (void) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_completion_add_text      (ClocheCompletion *self,
                                                    const char       *text);
void               cloche_completion_add_thinking  (ClocheCompletion *self,
                                                    const char       *text);
void               cloche_completion_add_tool_call (ClocheCompletion *self,
                                                    const char       *id,
                                                    const char       *name,
                                                    const char       *arguments_text);
void               cloche_completion_take_raw_item (ClocheCompletion *self,
                                                    ClocheRawItem    *item);
void               cloche_completion_set_finish    (ClocheCompletion *self,
                                                    ClocheFinish      finish);
void               cloche_completion_set_usage     (ClocheCompletion  *self,
                                                    const ClocheUsage *usage);

gboolean           cloche_completion_is_too_large (ClocheCompletion *self);
guint              cloche_completion_get_n_calls  (ClocheCompletion *self);
ClocheToolCall    *cloche_completion_get_call     (ClocheCompletion *self,
                                                   guint             index);
gboolean           cloche_completion_has_text     (ClocheCompletion *self);
ClocheFinish       cloche_completion_get_finish   (ClocheCompletion *self);
const ClocheUsage *cloche_completion_get_usage    (ClocheCompletion *self);

void               cloche_completion_fill_message (ClocheCompletion *self,
                                                   ClocheMessage    *message);

G_END_DECLS
