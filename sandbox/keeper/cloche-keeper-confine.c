/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-confine.h"

#include "cloche-call-filter.h"
#include "cloche-fd.h"
#include "cloche-landlock.h"
#include "cloche-privileges.h"

#include <errno.h>

G_DEFINE_QUARK (cloche-keeper-error-quark, cloche_keeper_error)

/*
 * What a keeper may still do after this, should a guest have taken it over: use the descriptors that it has (clients, the
 * guest's ports, the monitor, the gate's link, the disk), take further clients, and end its own machine. It opens nothing,
 * for it has everything open by then.
 *
 * Three layers, as the gate has them. What is not on the list of system calls fails with ENOSYS, because that is what
 * libraries are prepared for: GLib and the C library look for files of their own late (/sys for the number of processors),
 * and do without.
 */

/* Hearing that QEMU has ended. */
static const int CALLS[] = { SCMP_SYS (wait4), SCMP_SYS (waitid) };

static gboolean
fail (GError    **error,
      const char *what,
      int         result)
{
  g_set_error (error, CLOCHE_KEEPER_ERROR, CLOCHE_KEEPER_ERROR_CONFINE, "%s: %s", what, g_strerror (-result));

  return FALSE;
}

static gboolean
confine_files (GError **error)
{
  cloche_autofd int rules = cloche_landlock_new (CLOCHE_LANDLOCK_KEEP_SIGNAL);
  int result;

  if (rules < 0)
    return fail (error, "The kernel has no Landlock", rules);
  result = cloche_landlock_enforce (rules);

  return result == 0 || fail (error, "Landlock refused to confine the keeper", result);
}

static gboolean
confine_calls (const GPid *may_kill,
               gsize       n_may_kill,
               GError    **error)
{
  cloche_call_filter *filter = cloche_call_filter_new (SCMP_ACT_ERRNO (ENOSYS));
  int result;

  cloche_call_filter_allow_program (filter);
  cloche_call_filter_add (filter, SCMP_ACT_ALLOW, CALLS, G_N_ELEMENTS (CALLS));
  for (gsize i = 0; i < n_may_kill; i++)
    if (may_kill[i] > 0)
      cloche_call_filter_add_if (filter, SCMP_ACT_ALLOW, SCMP_SYS (kill),
                                 CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, (uint32_t) may_kill[i])));
  result = cloche_call_filter_load (filter);

  return result == 0 || fail (error, "The kernel refused a filter of system calls", result);
}

gboolean
cloche_keeper_confine (const GPid *may_kill,
                       gsize       n_may_kill,
                       GError    **error)
{
  int result = cloche_privileges_drop ();

  if (result < 0)
    return fail (error, "Could not give up privileges", result);

  return confine_files (error) && confine_calls (may_kill, n_may_kill, error);
}
