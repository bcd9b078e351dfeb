/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

/* A host of the test's own network: one listening socket that greets, echoes and remembers. */
typedef struct {
  GSocketService *service;
  const char *greeting;         /* or NULL */
  guint n_connections;
  guint n_ended;                /* whose end or reset was seen */
  GString *received;
} TestServer;

/* A resolver at 127.0.0.1:53 that answers every question for an address with the next of its addresses. */
typedef struct {
  GSocket *socket;
  GSource *source;
  const char *const *addresses; /* NULL-terminated; the last one is repeated */
  guint n_questions;            /* for an IPv4 address */
} TestResolver;

gboolean      test_network_enter (void);
void          test_network_run   (const char *command);
void          test_network_cover_file (const char *path,
                                       const char *text);

TestServer   *test_server_new    (const char *address,
                                  guint16     port,
                                  const char *greeting);
void          test_server_free   (TestServer *server);

TestResolver *test_resolver_new  (const char *const *addresses);
void          test_resolver_free (TestResolver *resolver);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, test_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestResolver, test_resolver_free)
