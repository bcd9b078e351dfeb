/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-wire-session.h"

/* Two sessions that speak to each other over a socket pair. */
typedef struct
{
  ClocheWireSession *client;
  ClocheWireSession *server;
  GIOStream *server_transport;  /* Owned. */
  GQueue opened;                /* Owned ClocheWireStreams that came to the server and nobody has popped. */
  GError *client_error;         /* Owned: of "closed". */
  gboolean client_is_closed;
  gboolean server_is_closed;
} SessionPair;

void              session_pair_set_up    (SessionPair   *pair,
                                          gconstpointer  data);
void              session_pair_tear_down (SessionPair   *pair,
                                          gconstpointer  data);

/* A stream that the client opened, both ends; the peer hears of it by one byte, which is read. */
ClocheWireStream *session_pair_open (SessionPair       *pair,
                                     ClocheWireStream **ret_server_end);
ClocheWireStream *session_pair_pop  (SessionPair       *pair);

/* A connected pair of transports. */
void              transport_pair (GIOStream **ret_a,
                                  GIOStream **ret_b);

/* Runs the main context until *@result is set: the callback for every asynchronous call of the tests. */
void              keep_result_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      user_data);
GAsyncResult     *wait_for       (GAsyncResult **result);

gssize            read_some    (ClocheWireStream  *stream,
                                void              *buffer,
                                gsize              length,
                                GError           **error);
void              write_text   (ClocheWireStream  *stream,
                                const char        *text);
void              assert_reads (ClocheWireStream  *stream,
                                const char        *text);
