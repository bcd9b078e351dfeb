/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-confine.h"

#include "cloche-call-filter.h"
#include "cloche-egress-reason.h"
#include "cloche-fd.h"
#include "cloche-landlock.h"
#include "cloche-privileges.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

/*
 * What the gate may still do after this, should its parsers be taken over: speak TCP and UDP, which is its work, read
 * how names are resolved, and use the descriptors that it has. It has no file, can start no program, cannot look at or
 * signal another process, and has no unix socket, through which a session bus would start one for it.
 *
 * Three layers, each enough against most: no capabilities and no new privileges; Landlock for files; a list of the
 * system calls that GLib and the C library's resolver need. What is not on the list fails with ENOSYS, because that is
 * what libraries are prepared for.
 */

/* bytes of memory of its own: 256 connections with two buffers need 32 MiB, a resolver's thread 8 MiB of stack. */
#define MEMORY_BYTES (1024ULL * 1024 * 1024)

/* descriptors: two for a connection, its resolver's, the clients'. */
#define MAX_FDS 1024

/* What getaddrinfo() reads; resolv.conf is often a link into one of the folders. Plug-ins of nsswitch.conf are
 * libraries. Each may be missing. */
static const char *const READABLE[] = {
  "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/services",
  "/etc/ld.so.cache", "/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf", "/run/connman",
  "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/app/lib",
};

static gboolean
refuse (GError    **error,
        int         errsv,
        const char *what)
{
  g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CONFINE, "Could not %s: %s", what, g_strerror (errsv));
  return FALSE;
}

static gboolean
drop_privileges (GError **error)
{
  int result = cloche_privileges_drop ();

  if (result < 0)
    return refuse (error, -result, "give up privileges");
  /* No core file, and nobody of the same user may look into the memory. */
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return refuse (error, errno, "hide the memory");

  return TRUE;
}

static gboolean
limit (int      resource,
       guint64  value,
       GError **error)
{
  int result = cloche_privileges_limit (resource, value);

  return result == 0 ? TRUE : refuse (error, -result, "set a limit");
}

static gboolean
set_limits (GError **error)
{
#if !defined (__SANITIZE_ADDRESS__)     /* Its shadow memory is beyond any limit. */
  if (!limit (RLIMIT_DATA, MEMORY_BYTES, error))
    return FALSE;
#endif

  return limit (RLIMIT_CORE, 0, error) && limit (RLIMIT_NOFILE, MAX_FDS, error);
}

static gboolean
restrict_files (GError **error)
{
  cloche_autofd int rules = cloche_landlock_new (CLOCHE_LANDLOCK_KEEP_CONNECT);
  int result;

  if (rules < 0)
    return refuse (error, -rules, "use Landlock");

  for (gsize i = 0; i < G_N_ELEMENTS (READABLE); i++) {
    result = cloche_landlock_allow_path (rules, READABLE[i], CLOCHE_LANDLOCK_ACCESS_READ);
    if (result < 0 && result != -ENOENT && result != -ENOTDIR && result != -EACCES)
      return refuse (error, -result, "allow a file");
  }
  result = cloche_landlock_enforce (rules);

  return result == 0 ? TRUE : refuse (error, -result, "use Landlock");
}

/* Beside what every program of ours needs: connecting, and files as far as Landlock lets them. */
static const int CALLS[] = {
  SCMP_SYS (connect), SCMP_SYS (openat), SCMP_SYS (open), SCMP_SYS (stat), SCMP_SYS (lstat), SCMP_SYS (statfs),
  SCMP_SYS (access), SCMP_SYS (faccessat), SCMP_SYS (faccessat2), SCMP_SYS (readlink), SCMP_SYS (readlinkat),
  SCMP_SYS (getdents64), SCMP_SYS (getcwd),
};

/* socket(): internet only, streams and datagrams only. The flags above the type are ours to set. */
static void
allow_sockets (cloche_call_filter *filter)
{
  static const uint32_t FAMILIES[] = { AF_INET, AF_INET6 };
  static const uint32_t TYPES[] = { SOCK_STREAM, SOCK_DGRAM };
  const uint32_t type_mask = (uint32_t) ~(SOCK_CLOEXEC | SOCK_NONBLOCK);

  for (gsize f = 0; f < G_N_ELEMENTS (FAMILIES); f++)
    for (gsize t = 0; t < G_N_ELEMENTS (TYPES); t++)
      cloche_call_filter_add_if (filter, SCMP_ACT_ALLOW, SCMP_SYS (socket),
                                 CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, FAMILIES[f]),
                                                    SCMP_A1_32 (SCMP_CMP_MASKED_EQ, type_mask, TYPES[t])));
  cloche_call_filter_add_if (filter, SCMP_ACT_ALLOW, SCMP_SYS (socketpair),
                             CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, AF_UNIX)));
}

static gboolean
filter_calls (GError **error)
{
  cloche_call_filter *filter = cloche_call_filter_new (SCMP_ACT_ERRNO (ENOSYS));
  int result;

  cloche_call_filter_allow_program (filter);
  cloche_call_filter_add (filter, SCMP_ACT_ALLOW, CALLS, G_N_ELEMENTS (CALLS));
  allow_sockets (filter);
  result = cloche_call_filter_load (filter);

  return result == 0 ? TRUE : refuse (error, -result, "filter system calls");
}

/**
 * cloche_gate_confine:
 *
 * Confines the process for good. To be called before there is a second thread and before anything is read that the
 * keeper did not give at the start.
 *
 * Errors: %CLOCHE_GATE_ERROR_CONFINE; then the gate must not run.
 */
gboolean
cloche_gate_confine (GError **error)
{
  return set_limits (error) && drop_privileges (error) && restrict_files (error) && filter_calls (error);
}
