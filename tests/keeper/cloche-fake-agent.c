/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-agent.h"

#include "cloche-agent-contract.h"
#include "cloche-wire-message.h"

#include <sys/socket.h>

void
cloche_fake_result_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

GAsyncResult *
cloche_fake_wait (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *slot;
}

static GIOStream *
stream_of (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

GIOStream *
cloche_fake_pair (GIOStream **ret_other)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *ret_other = stream_of (fds[1]);

  return stream_of (fds[0]);
}

static void
scripted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (ClocheWireStream) stream = user_data;

  /* The keeper may have reset it half-way: that is what some tests are about. */
  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    (void) g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
}

static void
request_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  ClocheFakeAgent *self = user_data;
  ClocheWireStream *stream = CLOCHE_WIRE_STREAM (source);
  gsize length;
  const void *bytes = g_bytes_get_data (self->script, &length);

  g_clear_pointer (&self->request, json_object_unref);
  self->request = cloche_wire_read_json_finish (stream, result, NULL);
  self->n_requests++;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (stream)), bytes, length,
                                   G_PRIORITY_DEFAULT, NULL, scripted_cb, g_object_ref (stream));
}

static void
opened_cb (ClocheFakeAgent  *self,
           ClocheWireStream *stream)
{
  cloche_wire_read_json_async (g_object_ref (stream), NULL, request_cb, self);
  g_object_unref (stream);
}

void
cloche_fake_agent_connect (ClocheFakeAgent *self,
                           const char      *control_hello,
                           const char      *bulk_hello,
                           GError         **error)
{
  const char *hellos[2] = { control_hello, bulk_hello };
  g_autoptr (GIOStream) control = cloche_fake_pair (&self->transports[0]);
  g_autoptr (GIOStream) bulk = cloche_fake_pair (&self->transports[1]);
  g_autoptr (GAsyncResult) result = NULL;

  for (int i = 0; i < 2; i++)
    g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (self->transports[i]), hellos[i],
                                              strlen (hellos[i]), NULL, NULL, NULL));
  self->guest = cloche_keeper_guest_new (control, bulk);
  cloche_keeper_guest_connect_async (self->guest, NULL, cloche_fake_result_cb, &result);
  if (!cloche_keeper_guest_connect_finish (self->guest, cloche_fake_wait (&result), error))
    return;

  for (int i = 0; i < 2; i++) {
    self->sessions[i] = cloche_wire_session_new (self->transports[i], CLOCHE_WIRE_ROLE_SERVER);
    g_signal_connect_swapped (self->sessions[i], "stream-opened", G_CALLBACK (opened_cb), self);
  }
}

void
cloche_fake_agent_set_up (ClocheFakeAgent *self,
                          gconstpointer    data)
{
  g_autoptr (GError) error = NULL;

  cloche_fake_agent_connect (self, CLOCHE_AGENT_HELLO "control\n", CLOCHE_AGENT_HELLO "bulk\n", &error);
  g_assert_no_error (error);
}

void
cloche_fake_agent_tear_down (ClocheFakeAgent *self,
                             gconstpointer    data)
{
  cloche_keeper_guest_close (self->guest);
  for (int i = 0; i < 2; i++) {
    while (self->sessions[i] != NULL && !cloche_wire_session_is_over (self->sessions[i]))
      g_main_context_iteration (NULL, TRUE);
    g_clear_object (&self->sessions[i]);
    g_clear_object (&self->transports[i]);
  }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&self->guest));
  g_clear_pointer (&self->script, g_bytes_unref);
  g_clear_pointer (&self->request, json_object_unref);
}

void
cloche_fake_agent_say (ClocheFakeAgent *self,
                       GBytes          *script)
{
  g_clear_pointer (&self->script, g_bytes_unref);
  self->script = g_bytes_ref (script);
}
