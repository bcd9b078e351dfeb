/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-confine.h"

#include "cloche-confine-probes.h"

#include <gio/gio.h>
#include <sys/socket.h>

/* What a gate that was taken over could do, and what it has to be able to do. */

static int
try_listen (void)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  return fd >= 0 ? cloche_confine_refused (listen (fd, 1)) : 1;
}

static int
need_internet_sockets (void)
{
  int stream = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int datagram = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  return stream >= 0 && datagram >= 0 ? 0 : 1;
}

static int
need_pair (void)
{
  int pair[2];

  return socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 ? 0 : 1;
}

static void
resolved_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (object), result, NULL);

  *(int *) data = addresses != NULL ? 0 : 1;
  g_resolver_free_addresses (addresses);
}

/* With its thread. */
static int
need_names (void)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  int result = -1;

  g_resolver_lookup_by_name_async (resolver, "localhost", NULL, resolved_cb, &result);
  while (result < 0)
    g_main_context_iteration (NULL, TRUE);

  return result;
}

int
main (int    argc,
      char **argv)
{
  static const ClocheConfineProbe PROBES[] = {
    { "listen", try_listen, TRUE },
    { "needs-internet", need_internet_sockets },
    { "needs-pair", need_pair },
    { "needs-names", need_names },
  };

  g_test_init (&argc, &argv, NULL);
  cloche_confine_probes_add_common ("/gate/confine", cloche_gate_confine);
  cloche_confine_probes_add ("/gate/confine", cloche_gate_confine, PROBES, G_N_ELEMENTS (PROBES));

  return g_test_run ();
}
