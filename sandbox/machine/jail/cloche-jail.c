/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-jail-filter.h"
#include "cloche-landlock.h"
#include "cloche-privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * cloche-jail: locks itself in and becomes the program that is named last.
 *
 *   cloche-jail [OPTION…] -- PROGRAM [ARGUMENT…]
 *
 *   --keep=FD          leave this descriptor open
 *   --keep-read=FD     and let its file be opened again for reading (through /proc/self/fd)
 *   --keep-write=FD    and for writing
 *   --read=PATH        let this file, or all below this folder, be read
 *   --read-try=PATH    the same, if it exists
 *   --write=PATH       let this file or device be read and written
 *   --execute=PATH     let this file be executed: the program's loader
 *   --die-with=FD      end at once if the other end of this socket is closed already
 *   --file-bytes=N     no file may be made larger than this
 *   --without-landlock go on although the kernel has no Landlock (the caller knows, and says so to the user)
 *   --check            print the kernel's Landlock ABI and end
 *
 * Used inside bubblewrap, where it is the second wall, and alone where bubblewrap cannot run. Any failure ends it with
 * status 125 and one line on standard error: half a jail is none. It runs before the program has read a byte of a guest,
 * so it may trust its arguments.
 */
#define EXIT_JAIL 125

/* descriptors: QEMU with two disks uses about 40. */
#define MAX_DESCRIPTORS 256

/* The number of the program's own descriptor: above MAX_DESCRIPTORS, see cloche-jail-filter.c. */
#define EXEC_FD 1000

#define MAX_KEPT 32
#define MAX_RULES 128

typedef struct
{
  int fd;
  bool has_access;
  cloche_landlock_access access;
} Kept;

typedef struct
{
  const char *path;
  cloche_landlock_access access;
  bool may_be_absent;
} Rule;

typedef struct
{
  Kept kept[MAX_KEPT];
  int n_kept;
  Rule rules[MAX_RULES];
  int n_rules;
  int die_with;
  rlim_t file_bytes;
  bool without_landlock;
  char **argv;
} Options;

__attribute__ ((noreturn)) static void
die (const char *what,
     int         errsv)
{
  (void) dprintf (2, "cloche-jail: %s: %s\n", what, strerror (errsv));
  _exit (EXIT_JAIL);
}

static long long
parse_number (const char *text,
              long long   max)
{
  char *end = NULL;
  long long value;

  errno = 0;
  value = strtoll (text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < 0 || value > max)
    die (text, EINVAL);

  return value;
}

static void
add_kept (Options               *options,
          const char            *text,
          bool                   has_access,
          cloche_landlock_access access)
{
  if (options->n_kept == MAX_KEPT)
    die ("too many descriptors", E2BIG);

  options->kept[options->n_kept++] = (Kept) { (int) parse_number (text, MAX_DESCRIPTORS - 1), has_access, access };
}

static void
add_rule (Options               *options,
          const char            *path,
          cloche_landlock_access access,
          bool                   may_be_absent)
{
  if (options->n_rules == MAX_RULES)
    die ("too many paths", E2BIG);

  options->rules[options->n_rules++] = (Rule) { path, access, may_be_absent };
}

static void
take_option (Options *options,
             int      option)
{
  switch (option) {
  case 'k': add_kept (options, optarg, false, CLOCHE_LANDLOCK_ACCESS_READ); break;
  case 'r': add_kept (options, optarg, true, CLOCHE_LANDLOCK_ACCESS_READ); break;
  case 'w': add_kept (options, optarg, true, CLOCHE_LANDLOCK_ACCESS_WRITE); break;
  case 'R': add_rule (options, optarg, CLOCHE_LANDLOCK_ACCESS_READ, false); break;
  case 'T': add_rule (options, optarg, CLOCHE_LANDLOCK_ACCESS_READ, true); break;
  case 'W': add_rule (options, optarg, CLOCHE_LANDLOCK_ACCESS_WRITE, false); break;
  case 'X': add_rule (options, optarg, CLOCHE_LANDLOCK_ACCESS_EXECUTE, false); break;
  case 'd': options->die_with = (int) parse_number (optarg, MAX_DESCRIPTORS - 1); break;
  case 'f': options->file_bytes = (rlim_t) parse_number (optarg, 1ll << 50); break;
  case 'n': options->without_landlock = true; break;
  case 'c': (void) printf ("landlock %d\n", cloche_landlock_get_abi ()); exit (0);
  default: die ("unknown option", EINVAL);
  }
}

static void
parse_options (Options *options,
               int      argc,
               char   **argv)
{
  static const struct option OPTIONS[] = {
    { "keep", required_argument, NULL, 'k' },
    { "keep-read", required_argument, NULL, 'r' },
    { "keep-write", required_argument, NULL, 'w' },
    { "read", required_argument, NULL, 'R' },
    { "read-try", required_argument, NULL, 'T' },
    { "write", required_argument, NULL, 'W' },
    { "execute", required_argument, NULL, 'X' },
    { "die-with", required_argument, NULL, 'd' },
    { "file-bytes", required_argument, NULL, 'f' },
    { "without-landlock", no_argument, NULL, 'n' },
    { "check", no_argument, NULL, 'c' },
    { NULL, 0, NULL, 0 },
  };
  int option;

  opterr = 0;
  while ((option = getopt_long (argc, argv, "+", OPTIONS, NULL)) != -1)
    take_option (options, option);
  if (optind >= argc)
    die ("no program", EINVAL);

  options->argv = argv + optind;
}

/* The parent may have died between its fork and our prctl(); then its end of a socket is closed. */
static void
tie_to_parent (int die_with)
{
  struct pollfd pollfd = { .fd = die_with, .events = 0 };

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0)
    die ("could not ask to die with the parent", errno);
  if (die_with >= 0 && poll (&pollfd, 1, 0) > 0 && (pollfd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
    die ("the parent is gone", EPIPE);
}

static bool
is_kept (const Options *options,
         unsigned       fd)
{
  for (int i = 0; i < options->n_kept; i++)
    if ((unsigned) options->kept[i].fd == fd)
      return true;

  return fd <= 2;
}

static void
close_others (const Options *options)
{
  for (unsigned fd = 0; fd < MAX_DESCRIPTORS; fd++)
    if (!is_kept (options, fd))
      (void) close ((int) fd);
  if (syscall (SYS_close_range, MAX_DESCRIPTORS, ~0u, 0) < 0)
    die ("could not close descriptors", errno);

  for (int i = 0; i < options->n_kept; i++)
    if (fcntl (options->kept[i].fd, F_SETFD, 0) < 0)
      die ("could not keep a descriptor", errno);
}

static void
set_limit (int      resource,
           uint64_t value)
{
  int result = cloche_privileges_limit (resource, value);

  if (result < 0)
    die ("could not set a limit", -result);
}

static void
set_limits (const Options *options)
{
  set_limit (RLIMIT_CORE, 0);           /* A core file would hold the guest's memory. */
  set_limit (RLIMIT_MEMLOCK, 0);
  set_limit (RLIMIT_MSGQUEUE, 0);
  set_limit (RLIMIT_NOFILE, MAX_DESCRIPTORS);
  if (options->file_bytes > 0)
    set_limit (RLIMIT_FSIZE, options->file_bytes);
}

static int
open_program (const char *path)
{
  struct rlimit limit;
  int fd = open (path, O_PATH | O_CLOEXEC);

  if (fd < 0)
    die (path, errno);
  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    die ("could not read a limit", errno);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit (RLIMIT_NOFILE, &limit) < 0 || dup3 (fd, EXEC_FD, O_CLOEXEC) < 0)
    die ("could not have descriptor 1000", errno);
  (void) close (fd);

  return EXEC_FD;
}

static void
allow_path (int         rules_fd,
            const Rule *rule)
{
  int result = cloche_landlock_allow_path (rules_fd, rule->path, rule->access);

  if (result < 0 && !(result == -ENOENT && rule->may_be_absent))
    die (rule->path, -result);
}

static int
make_rules (const Options *options)
{
  int rules_fd = cloche_landlock_new (0);

  if (rules_fd == -ENOSYS && options->without_landlock)
    return -1;
  if (rules_fd < 0)
    die ("no Landlock", -rules_fd);

  if (cloche_landlock_allow (rules_fd, EXEC_FD, CLOCHE_LANDLOCK_ACCESS_EXECUTE) < 0)
    die ("could not allow the program", EINVAL);
  for (int i = 0; i < options->n_rules; i++)
    allow_path (rules_fd, &options->rules[i]);

  for (int i = 0; i < options->n_kept; i++) {
    const Kept *kept = &options->kept[i];
    int result = kept->has_access ? cloche_landlock_allow (rules_fd, kept->fd, kept->access) : 0;

    /* EBADFD: a memfd, which lives on no file system that rules could name; seals guard it. */
    if (result < 0 && result != -EBADFD)
      die ("could not allow a descriptor", -result);
  }

  return rules_fd;
}

int
main (int    argc,
      char **argv)
{
  Options options = { .die_with = -1 };
  char *environment[] = { (char *) "LC_ALL=C.UTF-8", NULL, NULL };
  int rules_fd;
  int result;

  parse_options (&options, argc, argv);
  tie_to_parent (options.die_with);
  close_others (&options);
  (void) setsid ();                     /* Fails where bubblewrap has done it. */
  (void) umask (0077);

  rules_fd = open_program (options.argv[0]) == EXEC_FD ? make_rules (&options) : -1;
  if (chdir ("/") < 0)
    die ("could not go to /", errno);
  set_limits (&options);
  /* QEMU asks for huge pages for its translated code, which rounds what it uses up by megabytes: 3 MB of 96. */
  (void) prctl (PR_SET_THP_DISABLE, 1, 0, 0, 0);        /* A kernel without them has nothing to disable. */
  if ((result = cloche_privileges_drop ()) < 0)
    die ("could not give up privileges", -result);
  if (rules_fd >= 0 && (result = cloche_landlock_enforce (rules_fd)) < 0)
    die ("Landlock", -result);
  (void) close (rules_fd);

  if (getenv ("LD_LIBRARY_PATH") != NULL)
    environment[1] = getenv ("LD_LIBRARY_PATH") - strlen ("LD_LIBRARY_PATH=");
  if ((result = cloche_jail_filter_enforce (EXEC_FD)) < 0)
    die ("seccomp", -result);
  (void) syscall (SYS_execveat, EXEC_FD, "", options.argv, environment, AT_EMPTY_PATH);
  die (options.argv[0], errno);
}
