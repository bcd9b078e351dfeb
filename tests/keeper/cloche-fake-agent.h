/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-keeper-guest.h"
#include "cloche-wire-session.h"

G_BEGIN_DECLS

/*
 * The agent's side of both ports, in the test's own process: says hello, then answers each request with the raw bytes that
 * the test has prepared, after having kept the request.
 */
typedef struct
{
  ClocheKeeperGuest *guest;             /* the keeper's view of it; connected */
  ClocheWireSession *sessions[2];       /* control, bulk */
  GIOStream *transports[2];
  GBytes *script;                       /* written on every stream that is opened, then finished */
  JsonObject *request;                  /* the last one */
  guint n_requests;
} ClocheFakeAgent;

void       cloche_fake_agent_set_up    (ClocheFakeAgent  *self,
                                        gconstpointer     data);
void       cloche_fake_agent_tear_down (ClocheFakeAgent  *self,
                                        gconstpointer     data);
void       cloche_fake_agent_connect   (ClocheFakeAgent  *self,
                                        const char       *control_hello,
                                        const char       *bulk_hello,
                                        GError          **error);
void       cloche_fake_agent_say       (ClocheFakeAgent  *self,
                                        GBytes           *script);

GIOStream *cloche_fake_pair            (GIOStream       **ret_other) G_GNUC_WARN_UNUSED_RESULT;
void       cloche_fake_result_cb       (GObject          *source,
                                        GAsyncResult     *result,
                                        gpointer          slot);
GAsyncResult *cloche_fake_wait         (GAsyncResult    **slot);

G_END_DECLS
