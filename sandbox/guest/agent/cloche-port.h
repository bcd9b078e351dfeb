/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * One virtio-serial port, and the thread that waits for its host.
 *
 * A port without a host reports hang-up for ever, so it must not stand in an epoll set; and nothing tells of a host's
 * arrival but a blocking write that returns. So a tiny thread per port opens it, says hello in a blocking write, and
 * hands the descriptor to the loop; when the loop sees the hang-up it gives the port back, and the thread opens it anew.
 * The thread owns nothing else and touches no other state.
 */

#include "cloche-loop.h"

typedef struct cloche_port cloche_port;

/* @fd: the host is there and has been greeted; non-blocking; the callee owns it. */
typedef void (*cloche_port_ready) (int fd, void *user_data);

/* @name: "control" or "bulk". @fd: -1 to look for the virtio port org.cloche.NAME; otherwise a connected socket in place
 * of it, for running without a machine: it is used once. NULL with errno set. */
cloche_port *cloche_port_new       (cloche_loop       *loop,
                                    const char        *name,
                                    int                fd,
                                    cloche_port_ready  ready,
                                    void              *user_data);
/* Waits for the thread, which must not be waiting for a host: only where there is no machine. NULL is allowed. */
void         cloche_port_free      (cloche_port *self);
/* The descriptor of ready() is closed by the caller first. False: this port cannot come back. */
int          cloche_port_give_back (cloche_port *self);
