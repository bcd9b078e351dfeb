/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <stdio.h>

#include "cloche-network.h"

G_BEGIN_DECLS

/* What the person said; @question is held until it returns. */
typedef void (*ClocheCliAnswerFunc) (ClocheNetworkQuestion *question,
                                     ClocheNetworkAnswer    answer,
                                     gpointer               user_data);

/**
 * ClocheCliAsker:
 *
 * Asks the person at a terminal, one question at a time, for as long as each stands. Ctrl+D says no to the one that stands.
 */
typedef struct _ClocheCliAsker ClocheCliAsker;

gboolean        cloche_cli_asker_is_possible (void);

ClocheCliAsker *cloche_cli_asker_new  (GListModel          *questions,
                                       int                  fd,
                                       FILE                *out,
                                       ClocheCliAnswerFunc  answer,
                                       gpointer             user_data) G_GNUC_WARN_UNUSED_RESULT;
gboolean        cloche_cli_asker_is_asking (ClocheCliAsker *self);
void            cloche_cli_asker_free (ClocheCliAsker      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliAsker, cloche_cli_asker_free)

G_END_DECLS
