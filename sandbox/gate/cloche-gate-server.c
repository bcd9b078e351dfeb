/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-server.h"

#include "cloche-fd.h"
#include "cloche-gate-session.h"

#include <unistd.h>

/* clients at a time: windows and clochectls of one person. */
#define MAX_SESSIONS 32

struct _ClocheGateServer
{
  GObject parent_instance;

  /* owned */
  GSocket *listener;
  GSource *source;
  ClocheGateService *service;
  char *token;
  GPtrArray *sessions;
};

G_DEFINE_FINAL_TYPE (ClocheGateServer, cloche_gate_server, G_TYPE_OBJECT)

static void
session_closed_cb (ClocheGateSession *session,
                   gpointer           data)
{
  ClocheGateServer *self = data;

  g_ptr_array_remove_fast (self->sessions, session);
}

static void
session_drop (gpointer data)
{
  g_autoptr (ClocheGateSession) session = data;

  g_signal_handlers_disconnect_matched (session, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, session_closed_cb, NULL);
}

/* The socket lies in a folder of our user's; whoever is somebody else got in by mistake. */
static gboolean
is_our_user (GSocket *socket)
{
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (socket, NULL);

  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == geteuid ();
}

static void
take_client (ClocheGateServer *self,
             GSocket          *socket)
{
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (ClocheGateLines) lines = NULL;
  ClocheGateSession *session;

  if (self->sessions->len >= MAX_SESSIONS || !is_our_user (socket))
    return;

  connection = g_socket_connection_factory_create_connection (socket);
  lines = cloche_gate_lines_new (connection);
  session = cloche_gate_session_new (lines, self->token, self->service);
  g_signal_connect (session, "closed", G_CALLBACK (session_closed_cb), self);
  g_ptr_array_add (self->sessions, session);
}

static gboolean
acceptable_cb (GSocket     *listener,
               GIOCondition condition,
               gpointer     data)
{
  ClocheGateServer *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);

  if (socket != NULL)
    take_client (self, socket);
  /* A failure is the client's, who is gone again. Out of descriptors: it waits in the queue and is asked for again. */

  return G_SOURCE_CONTINUE;
}

static void
cloche_gate_server_dispose (GObject *object)
{
  ClocheGateServer *self = CLOCHE_GATE_SERVER (object);

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  /* Before the sessions: whoever loses one and finds nobody listening knows that the gate has ended. */
  g_clear_object (&self->listener);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_object (&self->service);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (cloche_gate_server_parent_class)->dispose (object);
}

static void
cloche_gate_server_class_init (ClocheGateServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_server_dispose;
}

static void
cloche_gate_server_init (ClocheGateServer *self)
{
  self->sessions = g_ptr_array_new_with_free_func (session_drop);
}

/**
 * cloche_gate_server_new:
 * @fd: a listening unix stream socket; taken, also on failure
 * @token: what a client has to show
 */
ClocheGateServer *
cloche_gate_server_new (int                fd,
                        const char        *token,
                        ClocheGateService *service,
                        GError           **error)
{
  g_autoptr (ClocheGateServer) self = g_object_new (CLOCHE_TYPE_GATE_SERVER, NULL);
  cloche_autofd int owned = fd;

  self->listener = g_socket_new_from_fd (fd, error);
  if (self->listener == NULL)
    return NULL;
  (void) g_steal_fd (&owned);

  g_socket_set_blocking (self->listener, FALSE);
  self->token = g_strdup (token);
  self->service = g_object_ref (service);
  self->source = g_socket_create_source (self->listener, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (acceptable_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());

  return g_steal_pointer (&self);
}
