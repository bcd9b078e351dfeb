/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-confine-probes.h"

#include <errno.h>
#include <fcntl.h>
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

typedef struct
{
  ClocheConfineProbe probe;
  ClocheConfineFunc confine;
} Case;

int
cloche_confine_refused (long result)
{
  return result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS) ? 0 : 1;
}

static int
try_open_passwd (void)
{
  return cloche_confine_refused (open ("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int
try_open_environment (void)
{
  return cloche_confine_refused (open ("/proc/self/environ", O_RDONLY | O_CLOEXEC));
}

static int
try_list_root (void)
{
  return cloche_confine_refused (open ("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
try_list_home (void)
{
  return cloche_confine_refused (open (g_get_home_dir (), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
try_create (void)
{
  return cloche_confine_refused (open ("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
}

static int
try_write_hosts (void)
{
  return cloche_confine_refused (open ("/etc/hosts", O_WRONLY | O_CLOEXEC));
}

static int
try_exec (void)
{
  char *argv[] = { (char *) "/bin/false", NULL };      /* Whose status is 1. */

  return cloche_confine_refused (execv ("/bin/false", argv));
}

static int
try_fork (void)
{
  return cloche_confine_refused (fork ());
}

static int
try_clone3 (void)
{
  return cloche_confine_refused (syscall (SYS_clone3, NULL, 0));
}

static int
try_kill (void)
{
  return cloche_confine_refused (kill (getppid (), 0));
}

static int
try_ptrace (void)
{
  return cloche_confine_refused (ptrace (PTRACE_ATTACH, getppid (), NULL, NULL));
}

static int
try_read_memory (void)
{
  char byte;
  struct iovec here = { &byte, 1 };
  struct iovec there = { &byte, 1 };

  return cloche_confine_refused (process_vm_readv (getppid (), &here, 1, &there, 1, 0));
}

static int
try_unix_socket (void)
{
  return cloche_confine_refused (socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_netlink (void)
{
  return cloche_confine_refused (socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
}

static int
try_packet (void)
{
  return cloche_confine_refused (socket (AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int
try_vsock (void)
{
  return cloche_confine_refused (socket (AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_raw (void)
{
  return cloche_confine_refused (socket (AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1));
}

static int
try_mount (void)
{
  return cloche_confine_refused (mount ("none", "/tmp", "tmpfs", 0, NULL));
}

static int
try_unshare (void)
{
  return cloche_confine_refused (unshare (CLONE_NEWUSER));
}

static int
try_bpf (void)
{
  return cloche_confine_refused (syscall (SYS_bpf, 0, NULL, 0));
}

static int
try_io_uring (void)
{
  return cloche_confine_refused (syscall (SYS_io_uring_setup, 1, NULL));
}

static int
try_keyctl (void)
{
  return cloche_confine_refused (syscall (SYS_keyctl, 0, 0, 0, 0, 0));
}

static int
try_dumpable (void)
{
  return cloche_confine_refused (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int
try_raise_limit (void)
{
  struct rlimit limit = { 2048, 2048 };

  return cloche_confine_refused (setrlimit (RLIMIT_NOFILE, &limit));
}

static const ClocheConfineProbe COMMON[] = {
  { "open-passwd", try_open_passwd, TRUE },
  { "open-environment", try_open_environment, TRUE },
  { "list-root", try_list_root, TRUE },
  { "list-home", try_list_home, TRUE },
  { "create", try_create, TRUE },
  { "write-hosts", try_write_hosts },
  { "exec", try_exec, TRUE },
  { "fork", try_fork, TRUE },
  { "clone3", try_clone3 },
  { "kill", try_kill, TRUE },
  { "ptrace", try_ptrace },
  { "read-memory", try_read_memory },
  { "unix-socket", try_unix_socket, TRUE },
  { "netlink", try_netlink, TRUE },
  { "packet", try_packet },
  { "vsock", try_vsock },
  { "raw", try_raw },
  { "mount", try_mount },
  { "unshare", try_unshare },
  { "bpf", try_bpf },
  { "io-uring", try_io_uring },
  { "keyctl", try_keyctl },
  { "dumpable", try_dumpable, TRUE },
  { "raise-limit", try_raise_limit },
};

/* Exit status: what the probe returned, 2 = it could not be confined. */
static int
run (const Case *probed,
     gboolean    is_confined)
{
  int status = 0;
  pid_t pid = fork ();

  if (pid == 0) {
    g_autoptr (GError) error = NULL;

    _exit (!is_confined || probed->confine (&error) ? probed->probe.probe () : 2);
  }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));

  return WEXITSTATUS (status);
}

static void
run_probe (gconstpointer data)
{
  const Case *probed = data;

  /* A probe that cannot tell would let everything pass. */
  if (probed->probe.is_open_outside)
    g_assert_cmpint (run (probed, FALSE), ==, 1);
  g_assert_cmpint (run (probed, TRUE), ==, 0);
}

void
cloche_confine_probes_add (const char               *prefix,
                           ClocheConfineFunc         confine,
                           const ClocheConfineProbe *probes,
                           gsize                     n_probes)
{
  for (gsize i = 0; i < n_probes; i++) {
    g_autofree char *path = g_strdup_printf ("%s/%s", prefix, probes[i].name);
    Case *probed = g_new0 (Case, 1);

    probed->probe = probes[i];
    probed->confine = confine;
    g_test_add_data_func_full (path, probed, run_probe, g_free);
  }
}

void
cloche_confine_probes_add_common (const char       *prefix,
                                  ClocheConfineFunc confine)
{
  cloche_confine_probes_add (prefix, confine, COMMON, G_N_ELEMENTS (COMMON));
}
