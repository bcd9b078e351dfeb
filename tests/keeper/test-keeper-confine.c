/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-confine.h"

#include "cloche-confine-probes.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixfdmessage.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a keeper that a guest has taken over could do, and what it has to be able to do. Whatever it has open by the time
 * is open here. */
static struct
{
  pid_t machine;                /* what it may end */
  pid_t other;                  /* what it may not */
  int disk_fd;
  int listen_fd;
  int client_fd;                /* connected to listen_fd */
} before;

/* A process that ends with this one: when nobody has the other end of the pipe any more. */
static pid_t
spawn_waiting (const int *pipe_fds)
{
  pid_t pid = fork ();
  char byte;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    (void) close (pipe_fds[1]);
    _exit ((int) read (pipe_fds[0], &byte, 1));
  }

  return pid;
}

/* In the process that confines itself, since it is the parent of its machine. */
static gboolean
confine (GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  socklen_t length = sizeof (sa_family_t);
  int pipe_fds[2];

  g_assert_cmpint (pipe2 (pipe_fds, O_CLOEXEC), ==, 0);
  before.machine = spawn_waiting (pipe_fds);
  before.other = spawn_waiting (pipe_fds);
  before.disk_fd = open ("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  /* A name that the kernel chooses. */
  before.listen_fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (before.listen_fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (before.listen_fd, 1), ==, 0);
  length = sizeof address;
  g_assert_cmpint (getsockname (before.listen_fd, (struct sockaddr *) &address, &length), ==, 0);
  before.client_fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (before.client_fd, (struct sockaddr *) &address, length), ==, 0);

  return cloche_keeper_confine (&before.machine, 1, error);
}

static int
try_internet_socket (void)
{
  return cloche_confine_refused (socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_open_folder (void)
{
  return cloche_confine_refused (open ("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
try_rename (void)
{
  return cloche_confine_refused (rename ("/tmp/nothing", "/tmp/nothing-else"));
}

static int
try_connect (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/nowhere" };

  return cloche_confine_refused (connect (before.disk_fd, (struct sockaddr *) &address, sizeof address));
}

static int
try_kill_another (void)
{
  return cloche_confine_refused (kill (before.other, SIGKILL));
}

static int
need_end_of_machine (void)
{
  int status = 0;

  return kill (before.machine, SIGKILL) == 0 && waitpid (before.machine, &status, 0) == before.machine ? 0 : 1;
}

static int
need_disk (void)
{
  struct statvfs room;
  char byte = 0;

  return write (before.disk_fd, "x", 1) == 1 &&
         pread (before.disk_fd, &byte, 1, 0) == 1 && byte == 'x' && fstatvfs (before.disk_fd, &room) == 0 ? 0 : 1;
}

/* As GLib does it, with a worker's thread and a descriptor sent along. */
static int
need_clients (void)
{
  g_autoptr (GSocket) listener = g_socket_new_from_fd (before.listen_fd, NULL);
  g_autoptr (GSocket) client = g_socket_new_from_fd (before.client_fd, NULL);
  g_autoptr (GSocket) accepted = listener != NULL ? g_socket_accept (listener, NULL, NULL) : NULL;
  g_autoptr (GSocketControlMessage) message = g_unix_fd_message_new ();
  GOutputVector hello = { "hello", 5 };
  char text[8] = "";

  if (accepted == NULL || client == NULL ||
      !g_unix_fd_message_append_fd (G_UNIX_FD_MESSAGE (message), before.disk_fd, NULL) ||
      g_socket_send_message (accepted, NULL, &hello, 1, &message, 1, 0, NULL, NULL) != 5)
    return 1;

  return g_socket_receive (client, text, sizeof text, NULL, NULL) == 5 ? 0 : 1;
}

static gpointer
sum_cb (gpointer data)
{
  return g_malloc0 (1 << 20);
}

static int
need_threads (void)
{
  GThread *thread = g_thread_try_new ("worker", sum_cb, NULL, NULL);
  g_autofree char *memory = thread != NULL ? g_thread_join (thread) : NULL;

  return memory != NULL ? 0 : 1;
}

int
main (int    argc,
      char **argv)
{
  static const ClocheConfineProbe PROBES[] = {
    { "internet-socket", try_internet_socket },
    { "open-folder", try_open_folder },
    { "rename", try_rename },
    { "connect", try_connect },
    { "kill-another", try_kill_another },
    { "needs-end-of-machine", need_end_of_machine },
    { "needs-disk", need_disk },
    { "needs-clients", need_clients },
    { "needs-threads", need_threads },
  };

  g_test_init (&argc, &argv, NULL);
  cloche_confine_probes_add_common ("/keeper/confine", confine);
  cloche_confine_probes_add ("/keeper/confine", confine, PROBES, G_N_ELEMENTS (PROBES));

  return g_test_run ();
}
