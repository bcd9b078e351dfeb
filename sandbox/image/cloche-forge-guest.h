/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheForgeGuestStep:
 * @n: the step that begins, counted from 1
 * @of: how many there are; a claim of the guest
 */
typedef void (*ClocheForgeGuestStep) (guint    n,
                                      guint    of,
                                      gpointer user_data);

/**
 * ClocheForgeGuest:
 *
 * What the forge says to the agent of a machine that has just been started, over its two ports.
 */
#define CLOCHE_TYPE_FORGE_GUEST (cloche_forge_guest_get_type ())
G_DECLARE_FINAL_TYPE (ClocheForgeGuest, cloche_forge_guest, CLOCHE, FORGE_GUEST, GObject)

ClocheForgeGuest *cloche_forge_guest_new (GIOStream *control,
                                          GIOStream *bulk) G_GNUC_WARN_UNUSED_RESULT;

void              cloche_forge_guest_greet_async   (ClocheForgeGuest     *self,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean          cloche_forge_guest_greet_finish  (ClocheForgeGuest  *self,
                                                    GAsyncResult      *result,
                                                    GError           **error);
void              cloche_forge_guest_warm_async    (ClocheForgeGuest     *self,
                                                    ClocheForgeGuestStep  step_func,
                                                    gpointer              step_data,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean          cloche_forge_guest_warm_finish   (ClocheForgeGuest  *self,
                                                    GAsyncResult      *result,
                                                    GError           **error);
void              cloche_forge_guest_ask_async     (ClocheForgeGuest     *self,
                                                    JsonObject           *request,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean          cloche_forge_guest_ask_finish    (ClocheForgeGuest  *self,
                                                    GAsyncResult      *result,
                                                    GError           **error);

void              cloche_forge_guest_hang_up (ClocheForgeGuest *self);

G_END_DECLS
