/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd-message.h"

#include "cloche-fd.h"
#include "cloche-machine-error.h"

#include <fcntl.h>
#include <gio/gunixcredentialsmessage.h>
#include <gio/gunixfdmessage.h>
#include <unistd.h>

/**
 * cloche_fd_message_send:
 * @fd: stays the caller's; -1: none
 *
 * A single byte goes whole or not at all.
 */
gboolean
cloche_fd_message_send (GSocket *socket,
                        guint8   byte,
                        int      fd,
                        GError **error)
{
  GOutputVector vector = { &byte, 1 };
  g_autoptr (GSocketControlMessage) message = NULL;

  if (fd >= 0) {
    message = g_unix_fd_message_new ();
    if (!g_unix_fd_message_append_fd (G_UNIX_FD_MESSAGE (message), fd, error))
      return FALSE;
  }

  return g_socket_send_message (socket, NULL, &vector, 1, message != NULL ? &message : NULL,
                                message != NULL ? 1 : 0, G_SOCKET_MSG_NONE, NULL, error) == 1;
}

/* Takes the first descriptor of the messages and closes whatever else came. */
static int
take_fd (GSocketControlMessage **messages,
         int                     n_messages)
{
  int taken = -1;

  for (int i = 0; i < n_messages; i++) {
    if (G_IS_UNIX_FD_MESSAGE (messages[i])) {
      int n;
      g_autofree int *fds = g_unix_fd_message_steal_fds (G_UNIX_FD_MESSAGE (messages[i]), &n);

      for (int j = 0; j < n; j++) {
        if (taken < 0)
          taken = g_steal_fd (&fds[j]);
        cloche_clear_fd (&fds[j]);
      }
    }
    g_object_unref (messages[i]);
  }
  g_free (messages);

  return taken;
}

/**
 * cloche_fd_message_receive:
 * @ret_fd: -1 if none came
 *
 * Errors: %G_IO_ERROR; %G_IO_ERROR_CLOSED at the end of the connection.
 */
gboolean
cloche_fd_message_receive (GSocket *socket,
                           guint8  *ret_byte,
                           int     *ret_fd,
                           GError **error)
{
  GSocketControlMessage **messages = NULL;
  int n_messages = 0;
  guint8 byte;
  GInputVector vector = { &byte, 1 };
  cloche_autofd int fd = -1;
  gssize n = g_socket_receive_message (socket, NULL, &vector, 1, &messages, &n_messages, NULL, NULL, error);

  fd = take_fd (messages, n_messages);
  if (n == 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The other side has ended");
  if (n != 1)
    return FALSE;

  *ret_byte = byte;
  *ret_fd = g_steal_fd (&fd);
  return TRUE;
}

/**
 * cloche_socket_is_from_me:
 *
 * Whether the process at the other end belongs to this user.
 */
gboolean
cloche_socket_is_from_me (GSocket *socket)
{
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (socket, NULL);

  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == geteuid ();
}
