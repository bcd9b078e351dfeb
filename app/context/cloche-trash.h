/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-clock.h"
#include "cloche-machine-host.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheTrash:
 *
 * Removes for good what was deleted: the conversation's machine with its disk, then its rows. In this order, so that what a
 * crash leaves is found again when the trash is emptied next, at the start of the program at the latest.
 *
 * Signals: "removed" (const char *conversation_id): it is gone; "problem" (const char *sentence): something stays for now.
 */
#define CLOCHE_TYPE_TRASH (cloche_trash_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTrash, cloche_trash, CLOCHE, TRASH, GObject)

ClocheTrash *cloche_trash_new   (ClocheStore       *store,
                                 ClocheMachineHost *host,
                                 ClocheClock       *clock) G_GNUC_WARN_UNUSED_RESULT;

/* To be called when nobody can undo a deletion any more. */
void         cloche_trash_empty (ClocheTrash *self);

G_END_DECLS
