/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-connect.h"

#include "cloche-egress-name.h"

/*
 * From an allowed name to a connected socket. The name is resolved once; every address of the answer is checked, and
 * only what passed is connected to, by address: nobody resolves again between the check and the connection, so that a
 * name that changes its mind (DNS rebinding) finds nothing to change.
 *
 *   RESOLVE ──addresses──▶ TRY first ──failed or slow──▶ TRY next … ──▶ connected, or the last error
 */

/* addresses of one name that are tried: big sites answer with eight, a hostile one could with hundreds. */
#define MAX_ADDRESSES 8

/* seconds: for all of it. A person has given up by then, and pip and apt try again. */
#define TOTAL_SECONDS 20

/* seconds: for one address while others remain: a SYN is sent again after one second. */
#define TRY_SECONDS 4

typedef struct
{
  ClocheEgressPolicy *policy;
  guint16 port;
  GQueue addresses;             /* of GInetAddress: permitted, not tried */
  GInetAddress *address;        /* that is being tried */
  GSocket *socket;
  GSource *source;              /* waits for the socket */
  GSource *try_source;
  GSource *total_source;
  GCancellable *lookup;         /* ends the resolver when time is up */
  gulong cancelled_id;
  gboolean is_done;
} Connect;

static void try_next (GTask *task);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
clear_try (Connect *connect)
{
  clear_source (&connect->source);
  clear_source (&connect->try_source);
  g_clear_object (&connect->socket);
  g_clear_object (&connect->address);
}

static void
connect_free (gpointer data)
{
  Connect *connect = data;

  clear_try (connect);
  clear_source (&connect->total_source);
  g_queue_clear_full (&connect->addresses, g_object_unref);
  g_clear_object (&connect->lookup);
  cloche_egress_policy_unref (connect->policy);
  g_free (connect);
}

/* Stops everything that could still call back. The task is not to be touched after its return. */
static void
settle (GTask *task)
{
  Connect *connect = g_task_get_task_data (task);

  connect->is_done = TRUE;
  clear_source (&connect->source);
  clear_source (&connect->try_source);
  clear_source (&connect->total_source);
  if (connect->cancelled_id != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), connect->cancelled_id);
  connect->cancelled_id = 0;
  g_cancellable_cancel (connect->lookup);
}

static void
fail (GTask             *task,
      ClocheEgressReason reason)
{
  g_autoptr (GTask) hold = g_object_ref (task);

  settle (task);
  g_task_return_new_error (task, CLOCHE_EGRESS_REFUSAL, (int) reason, "%s", cloche_egress_reason_to_string (reason));
}

static void
succeed (GTask *task)
{
  g_autoptr (GTask) hold = g_object_ref (task);
  Connect *connect = g_task_get_task_data (task);

  settle (task);
  g_task_return_pointer (task, g_object_ref (connect->socket), g_object_unref);
}

static GSource *
add_timeout (GTask      *task,
             guint       seconds,
             GSourceFunc callback)
{
  GSource *source = g_timeout_source_new_seconds (seconds);

  g_source_set_callback (source, callback, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));

  return source;
}

static gboolean
total_timeout_cb (gpointer data)
{
  fail (data, CLOCHE_EGRESS_REASON_TIMEOUT);

  return G_SOURCE_REMOVE;
}

static gboolean
try_timeout_cb (gpointer data)
{
  try_next (data);

  return G_SOURCE_REMOVE;
}

static gboolean
connected_cb (GSocket     *socket,
              GIOCondition condition,
              gpointer     data)
{
  if (g_socket_check_connect_result (socket, NULL))
    succeed (data);
  else
    try_next (data);

  return G_SOURCE_REMOVE;
}

/* Starts one connection. FALSE if it fails at once: no route, no IPv6 on this host. */
static gboolean
try_address (GTask *task)
{
  Connect *connect = g_task_get_task_data (task);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (connect->address, connect->port);
  g_autoptr (GError) error = NULL;

  connect->socket = g_socket_new (g_inet_address_get_family (connect->address), G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL);
  if (connect->socket == NULL)
    return FALSE;

  g_socket_set_blocking (connect->socket, FALSE);
  g_socket_set_keepalive (connect->socket, TRUE);
  if (!g_socket_connect (connect->socket, address, NULL, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    return FALSE;

  connect->source = g_socket_create_source (connect->socket, G_IO_OUT, NULL);
  g_source_set_callback (connect->source, G_SOURCE_FUNC (connected_cb), g_object_ref (task), g_object_unref);
  g_source_attach (connect->source, g_task_get_context (task));
  if (!g_queue_is_empty (&connect->addresses))
    connect->try_source = add_timeout (task, TRY_SECONDS, try_timeout_cb);

  return TRUE;
}

static void
try_next (GTask *task)
{
  g_autoptr (GTask) hold = g_object_ref (task);
  Connect *connect = g_task_get_task_data (task);

  do {
    clear_try (connect);
    connect->address = g_queue_pop_head (&connect->addresses);
    if (connect->address == NULL) {
      fail (task, CLOCHE_EGRESS_REASON_UNREACHABLE);
      return;
    }
  } while (!try_address (task));
}

static void
take_address (Connect      *connect,
              GInetAddress *address)
{
  if (g_queue_get_length (&connect->addresses) < MAX_ADDRESSES &&
      cloche_egress_policy_allows_address (connect->policy, address, connect->port))
    g_queue_push_tail (&connect->addresses, g_object_ref (address));
}

static void
start_trying (GTask *task)
{
  Connect *connect = g_task_get_task_data (task);

  if (g_queue_is_empty (&connect->addresses))
    fail (task, CLOCHE_EGRESS_REASON_PRIVATE_ADDRESS);
  else
    try_next (task);
}

static void
resolved_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (GTask) task = data;
  Connect *connect = g_task_get_task_data (task);
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (object), result, NULL);

  if (!connect->is_done) {
    for (GList *l = addresses; l != NULL; l = l->next)
      take_address (connect, l->data);
    if (addresses == NULL)
      fail (task, CLOCHE_EGRESS_REASON_NAME_NOT_FOUND);
    else
      start_trying (task);
  }
  g_resolver_free_addresses (addresses);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  g_autoptr (GTask) task = g_object_ref (data);

  settle (task);
  (void) g_task_return_error_if_cancelled (task);       /* It is. */
}

/**
 * cloche_egress_connect_async:
 * @name: a host that @policy allows on @port, as cloche_egress_name_parse() returns it
 *
 * Connects to the first permitted address of @name that answers. Never blocks; gives up after 20 seconds.
 */
void
cloche_egress_connect_async (ClocheEgressPolicy *policy,
                             const char         *name,
                             guint16             port,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *canonical = cloche_egress_name_parse (name, &address, NULL);
  Connect *connect = g_new0 (Connect, 1);

  g_task_set_source_tag (task, cloche_egress_connect_async);
  connect->policy = cloche_egress_policy_ref (policy);
  connect->port = port;
  connect->lookup = g_cancellable_new ();
  g_queue_init (&connect->addresses);
  g_task_set_task_data (task, connect, connect_free);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (cancellable != NULL)
    connect->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), task);
  connect->total_source = add_timeout (task, TOTAL_SECONDS, total_timeout_cb);

  if (address != NULL) {
    take_address (connect, address);
    start_trying (task);
  } else {
    g_autoptr (GResolver) resolver = g_resolver_get_default ();

    g_resolver_lookup_by_name_async (resolver, canonical, connect->lookup, resolved_cb, g_object_ref (task));
  }
}

/**
 * cloche_egress_connect_finish:
 * @ret_address: (out): where it is connected to
 *
 * Returns: (transfer full): a non-blocking socket. Errors: %CLOCHE_EGRESS_REFUSAL with name-not-found,
 *   private-address, unreachable or timeout
 */
GSocket *
cloche_egress_connect_finish (GAsyncResult *result,
                              char        **ret_address,
                              GError      **error)
{
  GSocket *socket;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  socket = g_task_propagate_pointer (G_TASK (result), error);
  if (socket != NULL) {
    Connect *connect = g_task_get_task_data (G_TASK (result));

    *ret_address = g_inet_address_to_string (connect->address);
  }

  return socket;
}
