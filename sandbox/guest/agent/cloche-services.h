/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Services: programs of the guest trees that wait behind a unix socket. The agent listens on /run/cloche/NAME.sock and
 * starts /usr/lib/cloche/services/NAME at the first connection, with the listening socket as descriptor 3; when it has
 * ended, the next connection starts it again. Three starts in a row that live shorter than a second make it "broken"
 * until the next connection after 10 s: connections are then closed at once.
 *
 * Lines below its "#!" say more: "# user: NAME" whom it runs as, "# memory: PERCENT" how much of the machine's memory it
 * may take, "# rests: yes" that it is frozen while nobody is connected.
 */

#include "cloche-agent.h"

#include <jansson.h>

/* Listens for every service that is installed. */
cloche_services *cloche_services_new     (cloche_agent *agent);
void             cloche_services_free    (cloche_services *self);

cloche_loop     *cloche_services_get_loop (cloche_services *self);

/* Those that wait for an answer, as a list; for cloche-service-call.c. */
typedef struct cloche_service_call cloche_service_call;
cloche_service_call **cloche_services_get_calls (cloche_services *self);

/* A connected, non-blocking descriptor, or a negative errno. */
int              cloche_services_connect (cloche_services *self,
                                          const char      *name);
/* Closes @fd, which came of it. A service that rests is frozen a while after the last one. */
void             cloche_services_disconnect (cloche_services *self,
                                             const char      *name,
                                             int              fd);
/* Ends a program that does as it likes, with all that it started; the next connection starts it again. */
void             cloche_services_end     (cloche_services *self,
                                          const char      *name);
/* Whatever rests and is not connected to is frozen now. */
void             cloche_services_rest    (cloche_services *self);

/* @reply: borrowed; NULL if none came. */
typedef void (*cloche_services_replied) (json_t *reply,
                                         void   *user_data);

/* (cloche-service-call.c) Sends @request (consumed) as a line and waits for one line. @replied: may be NULL. */
void             cloche_services_call    (cloche_services         *self,
                                          const char              *name,
                                          json_t                  *request,
                                          cloche_services_replied  replied,
                                          void                    *user_data);
/* (cloche-service-call.c) Whoever still waits for an answer learns that none comes. */
void             cloche_services_end_calls (cloche_services *self);
