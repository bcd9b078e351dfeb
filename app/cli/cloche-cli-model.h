/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-context.h"

G_BEGIN_DECLS

ClocheModelChoice *cloche_cli_model_choose (ClocheModels       *models,
                                            GSettings          *settings,
                                            ClocheConversation *conversation,
                                            const char         *wanted,
                                            char              **ret_problem);

G_END_DECLS
