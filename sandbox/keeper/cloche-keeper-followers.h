/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-wire-stream.h"

G_BEGIN_DECLS

/**
 * ClocheKeeperFollowers:
 *
 * Who wants to be told of every change of a machine's status: protocol.md, op "status" with "follow".
 */
#define CLOCHE_TYPE_KEEPER_FOLLOWERS (cloche_keeper_followers_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeperFollowers, cloche_keeper_followers, CLOCHE, KEEPER_FOLLOWERS, GObject)

ClocheKeeperFollowers *cloche_keeper_followers_new (void) G_GNUC_WARN_UNUSED_RESULT;

guint                  cloche_keeper_followers_get_n (ClocheKeeperFollowers *self);

void                   cloche_keeper_followers_add  (ClocheKeeperFollowers *self,
                                                     ClocheWireStream      *stream,
                                                     JsonObject            *answer);
void                   cloche_keeper_followers_tell (ClocheKeeperFollowers *self,
                                                     JsonObject            *take_status);

G_END_DECLS
