/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-first-bytes.h"

G_BEGIN_DECLS

/**
 * ClocheSplice:
 *
 * Carries bytes between a client and the network in both directions, the client's only after they have been checked.
 *
 * Signals: "ended" (int reason): once, not from within a call of a method: listed for an orderly end.
 */
#define CLOCHE_TYPE_SPLICE (cloche_splice_get_type ())
G_DECLARE_FINAL_TYPE (ClocheSplice, cloche_splice, CLOCHE, SPLICE, GObject)

ClocheSplice *cloche_splice_new (GSocket          *client,
                                 GSocket          *world,
                                 ClocheFirstBytes *first_bytes) G_GNUC_WARN_UNUSED_RESULT;

guint64  cloche_splice_get_bytes_in  (ClocheSplice *self);
guint64  cloche_splice_get_bytes_out (ClocheSplice *self);
gboolean cloche_splice_is_unnamed    (ClocheSplice *self);

void     cloche_splice_start         (ClocheSplice *self);
void     cloche_splice_stop          (ClocheSplice *self,
                                      gboolean      is_reset);

G_END_DECLS
