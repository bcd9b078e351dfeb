/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-chat.h"
#include "cloche-files.h"
#include "cloche-network.h"

G_BEGIN_DECLS

/**
 * ClocheChatView:
 *
 * One conversation: what was said, and where to go on. Signals: "problem" (const char *sentence); "begun" (const char *text):
 * the first thing was said.
 */
#define CLOCHE_TYPE_CHAT_VIEW (cloche_chat_view_get_type ())
G_DECLARE_FINAL_TYPE (ClocheChatView, cloche_chat_view, CLOCHE, CHAT_VIEW, GtkBox)

GtkWidget  *cloche_chat_view_new      (void) G_GNUC_WARN_UNUSED_RESULT;

ClocheChat *cloche_chat_view_get_chat (ClocheChatView *self);
void        cloche_chat_view_set_chat (ClocheChatView *self,
                                       ClocheChat     *chat,
                                       ClocheFiles    *files,
                                       ClocheNetwork  *network);
void        cloche_chat_view_send     (ClocheChatView *self,
                                       const char     *text,
                                       GListModel     *files);

G_END_DECLS
