/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

const char *__asan_default_options (void);

/* Asked by AddressSanitizer, if the probe is built with it: its search for leaks stops the process by ptrace, which the jail
 * forbids. */
const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}

/*
 * What a QEMU that a guest has taken over would try, from inside the very same jail. Started by test-jail.c with
 *
 *   jail-probe FORM PARENT SEALED-FD FILE-FD FILE-PATH BUS DISPLAY PORT SECRET-PATH…
 *
 * and with descriptors 3 (a socket), SEALED-FD (a template in a sealed memfd) and FILE-FD (one in a read-only file). Prints
 * a line for everything that succeeds although it must not; its status says whether there was any. BUS and DISPLAY are the
 * paths of listening sockets, DISPLAY also that of an abstract one, PORT a listening one of the loopback. FORM is "full",
 * "launcher" or "none": without a jail only what does no harm is tried, to show that it would be noticed.
 */
#define SOCKET_FD 3
#define PAGE 4096

/* The number by which the launcher executes; see cloche-jail-filter.c. */
#define EXEC_FD 1000

static int n_failed;

static void
check (bool        holds,
       const char *what)
{
  if (holds)
    return;

  n_failed++;
  (void) printf ("jail-probe: %s (%s)\n", what, strerror (errno));
}

#define REFUSED(call) (errno = 0, (long) (call) < 0)
#define FORBIDDEN(call) (REFUSED (call) && errno == EPERM)

static void
check_sockets (void)
{
  int pair[2];

  check (FORBIDDEN (socket (AF_INET, SOCK_STREAM, 0)), "an internet socket");
  check (FORBIDDEN (socket (AF_UNIX, SOCK_STREAM, 0)), "a unix socket");
  check (FORBIDDEN (socket (AF_NETLINK, SOCK_RAW, 0)), "a netlink socket");
  check (FORBIDDEN (socket (AF_VSOCK, SOCK_STREAM, 0)), "a vsock socket");
  check (FORBIDDEN (socketpair (AF_UNIX, SOCK_STREAM, 0, pair)), "a socket pair");
  check (FORBIDDEN (connect (SOCKET_FD, NULL, 0)), "connect");
  check (FORBIDDEN (bind (SOCKET_FD, NULL, 0)), "bind");
  check (FORBIDDEN (listen (SOCKET_FD, 1)), "listen");
  check (FORBIDDEN (accept (SOCKET_FD, NULL, NULL)), "accept");
  check (write (SOCKET_FD, "alive\n", 6) == 6, "its own socket does not work");
}

static bool
reach (int                    family,
       const struct sockaddr *address,
       socklen_t              length)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool reached = fd >= 0 && connect (fd, address, length) == 0;

  if (fd >= 0)
    (void) close (fd);
  return reached;
}

static bool
reach_unix (const char *path,
            bool        is_abstract)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  size_t length = strlen (path);

  memcpy (address.sun_path + is_abstract, path, length);

  return reach (AF_UNIX, (const struct sockaddr *) &address,
                (socklen_t) (offsetof (struct sockaddr_un, sun_path) + is_abstract + length));
}

/* What a desktop session has beside it. */
static void
check_session (const char *bus,
               const char *display,
               int         port)
{
  struct sockaddr_in network = {
    .sin_family = AF_INET, .sin_port = htons ((uint16_t) port), .sin_addr = { htonl (INADDR_LOOPBACK) },
  };

  check (!reach_unix (bus, false), "the session bus");
  check (!reach_unix (display, false), "the display");
  check (!reach_unix (display, true), "the display's abstract socket");
  check (!reach (AF_INET, (const struct sockaddr *) &network, sizeof network), "the network");
}

static void
check_memory (int fd)
{
  char path[64];
  int again;

  (void) snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  check (REFUSED (pwrite (fd, "x", 1, 0)), "writing to a template");
  check (REFUSED (ftruncate (fd, 0)), "shrinking a template");
  check (REFUSED (ftruncate (fd, 64 * PAGE)), "growing a template");
  check (REFUSED (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE)), "a hole in a template");
  check (REFUSED (fchmod (fd, 0600)), "changing a template's mode");
  check (mmap (NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED, "a shared mapping of a template");
  check (mmap (NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED, "a template cannot be mapped at all");
  check (open (path, O_RDONLY) >= 0, "a template cannot be opened again for reading");

  again = open (path, O_RDWR);
  if (again < 0)
    return;
  check (REFUSED (pwrite (again, "x", 1, 0)), "writing to a template that was opened again");
  check (REFUSED (ftruncate (again, 0)), "shrinking a template that was opened again");
  check (mmap (NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0) == MAP_FAILED,
         "a shared mapping of a template that was opened again");
}

static void
check_shared_to_writable (int fd)
{
  void *memory = mmap (NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

  if (memory == MAP_FAILED)
    return;
  check (REFUSED (mprotect (memory, PAGE, PROT_READ | PROT_WRITE)), "making a shared mapping of a template writable");
  check (REFUSED (madvise (memory, PAGE, MADV_REMOVE)), "removing a template's page");
}

static void
check_path (const char *path)
{
  char to[4096];

  (void) snprintf (to, sizeof to, "%s.new", path);
  check (REFUSED (open (path, O_WRONLY)), "opening a path for writing");
  check (REFUSED (open (path, O_RDWR)), "opening a path for reading and writing");
  check (REFUSED (open (to, O_WRONLY | O_CREAT, 0600)), "making a file beside");
  check (REFUSED (truncate (path, 0)), "truncating a path");
  check (REFUSED (chmod (path, 0600)), "changing a path's mode");
  check (REFUSED (unlink (path)), "removing a path");
  check (REFUSED (rename (path, to)), "renaming a path");
  check (REFUSED (link (path, to)), "linking a path");
}

static void
check_secret (const char *path)
{
  int fd = open (path, O_RDONLY);
  DIR *dir = opendir (path);

  if (fd >= 0 || dir != NULL)
    (void) printf ("jail-probe: %s:\n", path);
  check (fd < 0 && dir == NULL, "reading what it has no business with");
}

static void
check_new_files (void)
{
  static const char *const PATHS[] = { "/probe", "probe", "/tmp/probe", "/dev/shm/probe", "/var/tmp/probe", "/proc/self/comm" };

  for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++)
    check (REFUSED (open (PATHS[i], O_WRONLY | O_CREAT, 0600)), PATHS[i]);
  check (REFUSED (mkdir ("/probe", 0700)), "making a folder");
  check (REFUSED (symlink ("/", "/probe")), "making a link");
}

static void
check_processes (pid_t parent)
{
  char byte;
  struct iovec iovec = { &byte, 1 };
  siginfo_t info = { .si_code = SI_QUEUE };
  struct rlimit limit;

  check (FORBIDDEN (kill (parent, 0)), "a signal to its parent");
  check (FORBIDDEN (kill (-1, 0)), "a signal to everybody");
  check (FORBIDDEN (kill (0, 0)), "a signal to its group");
  check (kill (getpid (), 0) == 0, "it cannot signal itself");
  check (FORBIDDEN (syscall (SYS_tgkill, parent, parent, 0)), "a signal to a thread of its parent");
  check (FORBIDDEN (syscall (SYS_tkill, parent, 0)), "tkill");
  check (FORBIDDEN (syscall (SYS_rt_sigqueueinfo, parent, SIGTERM, &info)), "a queued signal");
  check (FORBIDDEN (fcntl (SOCKET_FD, F_SETOWN, parent)), "signals by a socket's owner");
  check (FORBIDDEN (syscall (SYS_fcntl, SOCKET_FD, F_SETOWN | 1ull << 32, parent)), "the same, with high bits");
  check (FORBIDDEN (syscall (SYS_pidfd_open, parent, 0)), "pidfd_open");
  check (FORBIDDEN (ptrace (PTRACE_ATTACH, parent, NULL, NULL)), "ptrace of its parent");
  check (FORBIDDEN (ptrace (PTRACE_TRACEME, 0, NULL, NULL)), "ptrace of itself");
  check (FORBIDDEN (process_vm_readv (parent, &iovec, 1, &iovec, 1, 0)), "reading its parent's memory");
  check (FORBIDDEN (process_vm_writev (parent, &iovec, 1, &iovec, 1, 0)), "writing its parent's memory");
  check (FORBIDDEN (prlimit (parent, RLIMIT_CORE, NULL, &limit)), "limits of its parent");
  check (FORBIDDEN (setpriority (PRIO_PROCESS, (id_t) parent, 10)), "its parent's priority");
  check (FORBIDDEN (sched_setscheduler (parent, SCHED_OTHER, &(struct sched_param) { 0 })), "its parent's scheduler");
}

static void *
thread (void *data)
{
  return data;
}

static void
check_programs (char **argv)
{
  char *environment[] = { NULL };
  int fd = open ("/proc/self/exe", O_RDONLY);
  struct rlimit limit;
  pthread_t id;
  void *result = NULL;

  check (FORBIDDEN (execve (argv[0], argv, environment)), "executing itself");
  check (FORBIDDEN (execve ("/bin/sh", argv, environment)), "executing a shell");
  check (FORBIDDEN (syscall (SYS_execveat, fd, "", argv, environment, AT_EMPTY_PATH)), "executing a descriptor");
  check (REFUSED (dup2 (0, EXEC_FD)), "having the one descriptor that may be executed");
  check (REFUSED (fcntl (0, F_DUPFD, EXEC_FD)), "having that descriptor by fcntl");
  check (REFUSED (syscall (SYS_execveat, EXEC_FD, "", argv, environment, AT_EMPTY_PATH)) && errno == EBADF,
         "executing that descriptor");
  check (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < EXEC_FD, "a limit on descriptors");
  limit.rlim_cur = limit.rlim_max = 2 * EXEC_FD;
  check (REFUSED (setrlimit (RLIMIT_NOFILE, &limit)), "raising the limit on descriptors");

  check (FORBIDDEN (fork ()), "a new process");
  check (FORBIDDEN (syscall (SYS_vfork)), "vfork");
  check (FORBIDDEN (syscall (SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL)), "clone");
  check (REFUSED (syscall (SYS_clone3, NULL, 0)) && errno == ENOSYS, "clone3");
  check (pthread_create (&id, NULL, thread, &result) == 0 && pthread_join (id, &result) == 0, "threads do not work");
}

static void
check_kernel (void)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };

  check (FORBIDDEN (unshare (CLONE_NEWUSER)), "a user namespace");
  check (FORBIDDEN (unshare (CLONE_NEWNS)), "a mount namespace");
  check (FORBIDDEN (mount ("none", "/", "tmpfs", 0, NULL)), "mount");
  check (FORBIDDEN (syscall (SYS_bpf, 0, NULL, 0)), "bpf");
  check (FORBIDDEN (syscall (SYS_io_uring_setup, 1, NULL)), "io_uring");
  check (FORBIDDEN (syscall (SYS_userfaultfd, 0)), "userfaultfd");
  check (FORBIDDEN (syscall (SYS_keyctl, 0, 0, 0, 0, 0)), "keyctl");
  check (FORBIDDEN (syscall (SYS_perf_event_open, NULL, 0, 0, 0, 0)), "perf");
  check (FORBIDDEN (syscall (SYS_setuid, 0)), "setuid");
  check (FORBIDDEN (syscall (SYS_shmget, 1, PAGE, 0)), "System V shared memory");
  check (syscall (SYS_capget, &header, data) == 0 && data[0].permitted == 0 && data[1].permitted == 0 &&
         data[0].effective == 0 && data[1].effective == 0, "capabilities");
  check (prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "new privileges");
  /* Who is not root cannot empty the set, and has no way to get what is in it. */
  check (geteuid () != 0 || prctl (PR_CAPBSET_READ, CAP_SYS_ADMIN) == 0, "the bounding set");
}

static void
check_descriptors (int sealed_fd,
                   int file_fd)
{
  for (int fd = 0; fd < 4096; fd++)
    if (fd > SOCKET_FD && fd != sealed_fd && fd != file_fd)
      check (fcntl (fd, F_GETFD) < 0, "a descriptor that it was not given");
}

static void
check_environment (char **environment)
{
  for (; *environment != NULL; environment++)
    check (strncmp (*environment, "LC_ALL=", 7) == 0 || strncmp (*environment, "LD_LIBRARY_PATH=", 16) == 0, *environment);
}

/* Bubblewrap's namespaces show nothing else at all; without them the rest of /proc is there and closed. */
static void
check_others (bool  is_full,
              pid_t parent)
{
  char path[64];

  (void) snprintf (path, sizeof path, "/proc/%d/environ", (int) parent);
  check (REFUSED (open (path, O_RDONLY)), "its parent's environment");
  (void) snprintf (path, sizeof path, "/proc/%d", (int) parent);
  check (!is_full || access (path, F_OK) < 0, "its parent is in sight");
  check (!is_full || getpid () == 1, "it has not a process namespace of its own");
  check (!is_full || access ("/etc/passwd", F_OK) < 0, "/etc/passwd is in sight");
}

int
main (int    argc,
      char **argv)
{
  bool is_full;
  pid_t parent;
  int sealed_fd, file_fd;

  if (argc < 9)
    return 2;

  is_full = strcmp (argv[1], "full") == 0;
  parent = (pid_t) strtol (argv[2], NULL, 10);
  sealed_fd = (int) strtol (argv[3], NULL, 10);
  file_fd = (int) strtol (argv[4], NULL, 10);

  /* Growing a file beyond the jail's limit is refused with a signal, deadly to all but process 1. */
  (void) signal (SIGXFSZ, SIG_IGN);

  check_session (argv[6], argv[7], (int) strtol (argv[8], NULL, 10));
  for (int i = 5; i < argc; i++)
    if (i == 5 || i > 8)
      check_secret (argv[i]);
  if (strcmp (argv[1], "none") == 0) {
    check_path (argv[5]);
    (void) fflush (stdout);
    return n_failed == 0 ? 0 : 1;
  }

  check_descriptors (sealed_fd, file_fd);
  check_environment (environ);
  check_sockets ();
  check_memory (sealed_fd);
  check_memory (file_fd);
  check_shared_to_writable (sealed_fd);
  check_shared_to_writable (file_fd);
  check_path (argv[5]);
  check_new_files ();
  check_processes (parent);
  check_programs (argv);
  check_kernel ();
  check_others (is_full, parent);
  (void) fflush (stdout);

  return n_failed == 0 ? 0 : 1;
}
