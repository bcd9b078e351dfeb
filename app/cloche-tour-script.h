/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat-request.h"

G_BEGIN_DECLS

/**
 * ClocheTourLine:
 * @text: what the tour says, translated; owned
 * @tool: (nullable): the tool that it calls then
 * @arguments: (nullable): JSON; owned
 */
typedef struct
{
  char *text;
  const char *tool;
  char *arguments;
} ClocheTourLine;

void cloche_tour_script_read  (ClocheChatRequest *request,
                               ClocheTourLine    *ret_line);
void cloche_tour_line_clear   (ClocheTourLine    *line);

G_END_DECLS
