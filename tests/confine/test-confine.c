/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-call-filter.h"
#include "cloche-landlock.h"
#include "cloche-privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef int (*Body) (void);

/* Each test is a process of its own, for what it does to itself cannot be undone. It returns the line that failed. */
#define EXPECT(condition) if (!(condition)) return __LINE__

static void
run (gconstpointer data)
{
  Body body = (Body) data;
  int fds[2];
  int line = -1;
  pid_t pid;

  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  pid = fork ();
  if (pid == 0) {
    line = body ();
    _exit (write (fds[1], &line, sizeof line) == sizeof line ? 0 : 1);
  }
  (void) close (fds[1]);
  g_assert_cmpint (read (fds[0], &line, sizeof line), ==, sizeof line);
  (void) close (fds[0]);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  if (line != 0)
    g_error ("in the process that confined itself, line %d of this file does not hold", line);
}

static int
test_otherwise (void)
{
  cloche_call_filter *filter = cloche_call_filter_new (SCMP_ACT_ERRNO (ENOTTY));

  EXPECT (cloche_privileges_drop () == 0);
  cloche_call_filter_allow_program (filter);
  EXPECT (cloche_call_filter_load (filter) == 0);
  EXPECT (getppid () > 0);
  EXPECT (open ("/", O_RDONLY | O_CLOEXEC) < 0 && errno == ENOTTY);
  EXPECT (socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0 && errno == ENOTTY);

  return 0;
}

static int
test_conditions (void)
{
  static const int REFUSED[] = { SCMP_SYS (socketpair) };
  cloche_call_filter *filter = cloche_call_filter_new (SCMP_ACT_ALLOW);
  int pair[2];

  EXPECT (cloche_privileges_drop () == 0);
  cloche_call_filter_add (filter, SCMP_ACT_ERRNO (ENODEV), REFUSED, G_N_ELEMENTS (REFUSED));
  cloche_call_filter_add_if (filter, SCMP_ACT_ERRNO (ENOLINK), SCMP_SYS (socket),
                             CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, AF_INET),
                                                SCMP_A1_32 (SCMP_CMP_EQ, SOCK_STREAM)));
  EXPECT (cloche_call_filter_load (filter) == 0);
  EXPECT (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 && errno == ENODEV);
  EXPECT (socket (AF_INET, SOCK_STREAM, 0) < 0 && errno == ENOLINK);
  EXPECT (socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0);
  EXPECT (socket (AF_UNIX, SOCK_STREAM, 0) >= 0);

  return 0;
}

/* A rule that cannot be made must not end in a filter without it. */
static int
test_first_failure (void)
{
  cloche_call_filter *filter = cloche_call_filter_new (SCMP_ACT_ALLOW);

  EXPECT (cloche_privileges_drop () == 0);
  cloche_call_filter_add_if (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (socket),
                             CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, AF_INET), SCMP_A0_32 (SCMP_CMP_EQ, AF_INET6)));
  cloche_call_filter_add_if (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (socket), NULL, 0);
  EXPECT (cloche_call_filter_load (filter) == -EINVAL);
  EXPECT (socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0);

  return 0;
}

static int
test_landlock (void)
{
  int rules = cloche_landlock_new (0);

  EXPECT (cloche_landlock_get_abi () > 0);
  EXPECT (rules >= 0);
  EXPECT (cloche_landlock_allow_path (rules, "/etc/hosts", CLOCHE_LANDLOCK_ACCESS_READ) == 0);
  EXPECT (cloche_landlock_allow_path (rules, "/nowhere", CLOCHE_LANDLOCK_ACCESS_READ) == -ENOENT);
  EXPECT (cloche_privileges_drop () == 0);
  EXPECT (open ("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0);
  EXPECT (cloche_landlock_enforce (rules) == 0);
  EXPECT (open ("/etc/hosts", O_RDONLY | O_CLOEXEC) >= 0);
  EXPECT (open ("/etc/hosts", O_RDWR | O_CLOEXEC) < 0 && errno == EACCES);
  EXPECT (open ("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES);

  return 0;
}

static int
test_limit (void)
{
  struct rlimit limit;

  EXPECT (cloche_privileges_limit (RLIMIT_NOFILE, 64) == 0);
  EXPECT (cloche_privileges_limit (RLIMIT_NOFILE, 128) == 0);
  EXPECT (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 64 && limit.rlim_max == 64);
  EXPECT (cloche_privileges_drop () == 0);
  limit.rlim_max = 128;
  EXPECT (setrlimit (RLIMIT_NOFILE, &limit) < 0 && errno == EPERM);

  return 0;
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/confine/call-filter/otherwise", (gconstpointer) test_otherwise, run);
  g_test_add_data_func ("/confine/call-filter/conditions", (gconstpointer) test_conditions, run);
  g_test_add_data_func ("/confine/call-filter/first-failure", (gconstpointer) test_first_failure, run);
  g_test_add_data_func ("/confine/landlock", (gconstpointer) test_landlock, run);
  g_test_add_data_func ("/confine/limit", (gconstpointer) test_limit, run);

  return g_test_run ();
}
