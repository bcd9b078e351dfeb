/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-launch.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-machine-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <unistd.h>

/*
 * How a keeper comes to life, without a moment in which two clients start two of them or one client waits in vain:
 *
 *   1. take the machine's lock "starting" (waits for another client that is in the middle of this)
 *   2. try its lock "running". Taken by somebody: there is a keeper, and its sockets were bound before it was started. If
 *      nobody listens on them, it is ending: wait for the lock.
 *   3. Free: bind and listen on both sockets here, start the keeper with them and with the lock as inherited
 *      descriptors. From now on a connection waits in the socket's backlog until the keeper accepts it.
 *
 * The keeper is nobody's child (g_spawn's double fork): it outlives its client and serves others.
 */

/* The numbers under which the keeper finds what it inherits; the same as in cloche-keeper's main.c. */
enum {
  KEEPER_FD_READY = 3,
  KEEPER_FD_LOCK,
  KEEPER_FD_WIRE,
  KEEPER_FD_GATE,
};

/* connections: how many clients may wait for one accept. */
#define BACKLOG 16

static ClocheMachineFolder *
create_folder (ClocheMachineHost *host,
               const char        *machines_dir,
               const char        *machine_id,
               GCancellable      *cancellable,
               GError           **error)
{
  ClocheBaseStore *bases = cloche_machine_host_get_bases (host);
  g_autoptr (ClocheBaseFolder) base = NULL;
  g_autofree char *disk = NULL;
  /* Held until machine.json names the base, so that nobody collects it in between. */
  cloche_autofd int lock = cloche_base_store_lock (bases, FALSE, error);

  if (lock < 0)
    return NULL;

  base = cloche_base_store_newest (bases, cloche_machine_host_get_program (host)->version,
                                   cloche_machine_host_get_accelerator (host),
                                   CLOCHE_MACHINE_SIZE_NORMAL, error);
  if (base == NULL)
    return NULL;

  disk = g_build_filename (cloche_base_folder_get_path (base), CLOCHE_BASE_FILE_DISK, NULL);
  return cloche_machine_folder_create (machines_dir, machine_id, cloche_base_folder_get_id (base),
                                       disk, cancellable, error);
}

/* A machine whose base cannot be used any more goes on from another one, if there is one with the same root. If there is
 * none, the keeper says what is wrong with its own. */
static gboolean
move_to_usable_base (ClocheMachineHost   *host,
                     ClocheMachineFolder *folder,
                     GError             **error)
{
  ClocheBaseStore *bases = cloche_machine_host_get_bases (host);
  /* Held until machine.json names the base, so that nobody collects it in between. */
  cloche_autofd int lock = cloche_base_store_lock (bases, FALSE, error);
  g_autoptr (ClocheBaseFolder) successor = NULL;

  if (lock < 0)
    return FALSE;

  successor = cloche_base_store_find_successor (bases, cloche_machine_folder_get_base_id (folder),
                                                cloche_machine_host_get_program (host)->version,
                                                cloche_machine_host_get_accelerator (host), CLOCHE_MACHINE_SIZE_NORMAL);

  return successor == NULL ||
         cloche_machine_folder_set_base_id (folder, cloche_base_folder_get_id (successor), error);
}

static int
listen_on (const char *path,
           GError    **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, error);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  int fd;

  if (socket == NULL)
    return -1;

  (void) g_unlink (path);       /* What a killed keeper left; we hold its lock. */
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, FALSE, error) || !g_socket_listen (socket, error)) {
    g_prefix_error (error, "Could not listen on “%s”: ", path);
    return -1;
  }

  fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  if (fd < 0)
    cloche_set_errno_error (error, errno, "Could not listen on “%s”", path);

  return fd;
}

static GStrv
build_keeper_argv (ClocheMachineHost   *host,
                   ClocheMachineFolder *folder,
                   const char          *base)
{
  ClochePaths *paths = cloche_machine_host_get_paths (host);
  g_autofree char *keeper = cloche_paths_dup_program ("cloche-keeper");
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  guint rest_ms, expire_ms;

  g_strv_builder_add_many (argv, keeper, "--folder", cloche_machine_folder_get_path (folder), "--base", base,
                           "--runtime", cloche_paths_get_runtime_dir (paths),
                           "--qemu", cloche_machine_host_get_program (host)->path,
                           "--cache", cloche_paths_get_cache_dir (paths), NULL);
  if (cloche_machine_host_get_patience (host, &rest_ms, &expire_ms)) {
    g_autofree char *rest = g_strdup_printf ("--rest-after=%u", rest_ms);
    g_autofree char *expire = g_strdup_printf ("--expire-after=%u", expire_ms);

    g_strv_builder_add_many (argv, rest, expire, NULL);
  }

  return g_strv_builder_end (argv);
}

static gboolean
spawn_keeper (ClocheMachineHost   *host,
              ClocheMachineFolder *folder,
              ClocheKeeperLaunch  *launch,
              int                  lock_fd,
              GError             **error)
{
  g_auto (GStrv) argv = build_keeper_argv (host, folder, launch->base_path);
  cloche_autofd int wire = listen_on (launch->wire_path, error);
  cloche_autofd int gate = wire >= 0 ? listen_on (launch->gate_path, error) : -1;
  cloche_autofd int log = -1;
  int ready[2];
  cloche_autofd int ready_write = -1;

  if (gate < 0)
    return FALSE;
  log = openat (cloche_machine_folder_peek_fd (folder), "keeper.log", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                0600);
  if (log < 0) {
    cloche_set_errno_error (error, errno, "Could not write in the machine’s folder");
    return FALSE;
  }
  if (pipe2 (ready, O_CLOEXEC) < 0) {
    cloche_set_errno_error (error, errno, "Could not make a pipe");
    return FALSE;
  }
  launch->ready_fd = ready[0];
  ready_write = ready[1];

  /* It outlives us: whoever reads our output to its end must not wait for it. */
  return g_spawn_async_with_pipes_and_fds (
    NULL, (const char *const *) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, -1, -1, log,
    (const int[]) { ready_write, lock_fd, wire, gate },
    (const int[]) { KEEPER_FD_READY, KEEPER_FD_LOCK, KEEPER_FD_WIRE, KEEPER_FD_GATE }, 4,
    NULL, NULL, NULL, NULL, error);
}

/* Whether the keeper that holds the lock still listens. One that is ending does not, and lets go of the lock soon. */
static gboolean
is_listening (const char *path)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  if (socket == NULL || g_socket_connect (socket, address, NULL, &error))
    return TRUE;

  return !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) &&
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static gboolean
find_or_spawn (ClocheMachineHost   *host,
               ClocheMachineFolder *folder,
               ClocheKeeperLaunch  *launch,
               GError             **error)
{
  g_autoptr (GError) lock_error = NULL;
  cloche_autofd int starting = cloche_machine_folder_lock (folder, "starting", TRUE, error);
  cloche_autofd int running = -1;

  if (starting < 0)
    return FALSE;

  running = cloche_machine_folder_lock (folder, "running", FALSE, &lock_error);
  if (running < 0 && !is_listening (launch->wire_path)) {
    g_clear_error (&lock_error);
    running = cloche_machine_folder_lock (folder, "running", TRUE, &lock_error);
  }
  if (running >= 0)
    return spawn_keeper (host, folder, launch, running, error);
  if (g_error_matches (lock_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&lock_error));
  return FALSE;
}

/**
 * cloche_keeper_launch:
 * @host: prepared
 * @machine_id: of a machine that may not exist yet
 *
 * Sees to it that the machine's folder exists and that a keeper for it is running or starting. Blocks on the disk and on
 * other clients that do the same: call it from a worker.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_BASE and its kin, %G_IO_ERROR.
 */
ClocheKeeperLaunch *
cloche_keeper_launch (ClocheMachineHost *host,
                      const char        *machine_id,
                      GCancellable      *cancellable,
                      GError           **error)
{
  ClochePaths *paths = cloche_machine_host_get_paths (host);
  g_autofree char *machines_dir = cloche_paths_dup_machines_dir (paths);
  g_autofree char *sockets_dir = g_build_filename (cloche_paths_get_runtime_dir (paths), machine_id, NULL);
  g_autoptr (ClocheKeeperLaunch) launch = g_new0 (ClocheKeeperLaunch, 1);
  g_autoptr (ClocheMachineFolder) folder = NULL;
  g_autoptr (GError) open_error = NULL;

  g_return_val_if_fail (cloche_id_is_valid (machine_id), NULL);
  g_return_val_if_fail (cloche_machine_host_get_program (host) != NULL, NULL);

  launch->ready_fd = -1;
  folder = cloche_machine_folder_open (machines_dir, machine_id, &open_error);
  if (folder == NULL && g_error_matches (open_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
    folder = create_folder (host, machines_dir, machine_id, cancellable, error);
    launch->is_new_machine = TRUE;
  } else if (folder == NULL) {
    g_propagate_error (error, g_steal_pointer (&open_error));
  }
  if (folder == NULL || (!launch->is_new_machine && !move_to_usable_base (host, folder, error)))
    return NULL;

  if (g_mkdir_with_parents (sockets_dir, 0700) < 0) {
    cloche_set_errno_error (error, errno, "Could not create the folder “%s”", sockets_dir);
    return NULL;
  }
  launch->wire_path = g_build_filename (sockets_dir, "wire.sock", NULL);
  launch->gate_path = g_build_filename (sockets_dir, "gate.sock", NULL);
  launch->token = g_strdup (cloche_machine_folder_get_token (folder));
  launch->base_path = g_build_filename (cloche_base_store_get_bases_path (cloche_machine_host_get_bases (host)),
                                        cloche_machine_folder_get_base_id (folder), NULL);

  return find_or_spawn (host, folder, launch, error) ? g_steal_pointer (&launch) : NULL;
}

void
cloche_keeper_launch_free (ClocheKeeperLaunch *self)
{
  if (self == NULL)
    return;

  g_free (self->wire_path);
  g_free (self->gate_path);
  g_free (self->token);
  g_free (self->base_path);
  cloche_clear_fd (&self->ready_fd);
  g_free (self);
}
