/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat-request.h"
#include "cloche-toolbox.h"

G_BEGIN_DECLS

gint64             cloche_request_choose_tokens   (ClocheModelInfo *model);
gint64             cloche_request_estimate_tokens (ClocheMessage   *message);

ClocheChatRequest *cloche_request_build (ClocheModelInfo *model,
                                         const char      *system_text,
                                         ClocheToolbox   *toolbox,
                                         GPtrArray       *history,
                                         gint64           context_tokens) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
