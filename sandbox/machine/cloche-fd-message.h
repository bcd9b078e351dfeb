/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One byte and at most one descriptor on a unix socket: all that the holder of templates and its clients say. */

gboolean cloche_fd_message_send    (GSocket  *socket,
                                    guint8    byte,
                                    int       fd,
                                    GError  **error);
gboolean cloche_fd_message_receive (GSocket  *socket,
                                    guint8   *ret_byte,
                                    int      *ret_fd,
                                    GError  **error);

gboolean cloche_socket_is_from_me  (GSocket  *socket);

G_END_DECLS
