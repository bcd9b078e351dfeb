/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What a gate that was taken over could do: each probe runs in a process that has confined itself as the gate does.
 * A probe returns 0 if what it tried was refused, or, for what the gate needs, if it worked.
 */

typedef int (*Probe) (void);

static int
refused (long result)
{
  return result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS) ? 0 : 1;
}

static int
try_open_passwd (void)
{
  return refused (open ("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int
try_open_environment (void)
{
  return refused (open ("/proc/self/environ", O_RDONLY | O_CLOEXEC));
}

static int
try_list_root (void)
{
  return refused (open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
try_list_home (void)
{
  return refused (open (g_get_home_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
try_create (void)
{
  return refused (open ("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
}

static int
try_write_hosts (void)
{
  return refused (open ("/etc/hosts", O_WRONLY | O_CLOEXEC));
}

static int
try_exec (void)
{
  char *argv[] = { (char *) "/bin/true", NULL };

  return refused (execv ("/bin/true", argv));
}

static int
try_fork (void)
{
  return refused (fork ());
}

static int
try_clone3 (void)
{
  return refused (syscall (SYS_clone3, NULL, 0));
}

static int
try_kill (void)
{
  return refused (kill (getppid (), 0));
}

static int
try_ptrace (void)
{
  return refused (ptrace (PTRACE_ATTACH, getppid (), NULL, NULL));
}

static int
try_read_memory (void)
{
  char byte;
  struct iovec here = { &byte, 1 };
  struct iovec there = { &byte, 1 };

  return refused (process_vm_readv (getppid (), &here, 1, &there, 1, 0));
}

static int
try_unix_socket (void)
{
  return refused (socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_netlink (void)
{
  return refused (socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

static int
try_packet (void)
{
  return refused (socket (AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int
try_vsock (void)
{
  return refused (socket (AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_raw (void)
{
  return refused (socket (AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1));
}

static int
try_listen (void)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  return fd >= 0 ? refused (listen (fd, 1)) : 1;
}

static int
try_mount (void)
{
  return refused (mount ("none", "/tmp", "tmpfs", 0, NULL));
}

static int
try_unshare (void)
{
  return refused (unshare (CLONE_NEWUSER));
}

static int
try_bpf (void)
{
  return refused (syscall (SYS_bpf, 0, NULL, 0));
}

static int
try_io_uring (void)
{
  return refused (syscall (SYS_io_uring_setup, 1, NULL));
}

static int
try_keyctl (void)
{
  return refused (syscall (SYS_keyctl, 0, 0, 0, 0, 0));
}

static int
try_dumpable (void)
{
  return refused (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int
try_raise_limit (void)
{
  struct rlimit limit = { 2048, 2048 };

  return refused (setrlimit (RLIMIT_NOFILE, &limit));
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

static void
run_probe (gconstpointer data)
{
  Probe probe = (Probe) data;
  int status = 0;
  pid_t pid = fork ();

  if (pid == 0) {
    g_autoptr (GError) error = NULL;

    _exit (cloche_gate_confine (&error) ? probe () : 2);
  }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; Probe probe; } PROBES[] = {
    { "open-passwd", try_open_passwd }, { "open-environment", try_open_environment }, { "list-root", try_list_root },
    { "list-home", try_list_home }, { "create", try_create }, { "write-hosts", try_write_hosts }, { "exec", try_exec },
    { "fork", try_fork }, { "clone3", try_clone3 }, { "kill", try_kill }, { "ptrace", try_ptrace },
    { "read-memory", try_read_memory }, { "unix-socket", try_unix_socket }, { "netlink", try_netlink },
    { "packet", try_packet }, { "vsock", try_vsock }, { "raw", try_raw }, { "listen", try_listen }, { "mount", try_mount },
    { "unshare", try_unshare }, { "bpf", try_bpf }, { "io-uring", try_io_uring }, { "keyctl", try_keyctl },
    { "dumpable", try_dumpable }, { "raise-limit", try_raise_limit }, { "needs-internet", need_internet_sockets },
    { "needs-pair", need_pair }, { "needs-names", need_names },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (PROBES); i++) {
    g_autofree char *path = g_strdup_printf ("/gate/confine/%s", PROBES[i].name);

    g_test_add_data_func (path, (gconstpointer) PROBES[i].probe, run_probe);
  }

  return g_test_run ();
}
