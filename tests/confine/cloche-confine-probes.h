/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheConfineProbe:
 * @probe: 0 if what it tried was refused, or, for what is needed, if it worked
 * @is_open_outside: a process that is not confined, whoever runs it, may do that; so the probe has to say 1 there
 *
 * Something that a program of ours tries after it has confined itself.
 */
typedef struct
{
  const char *name;
  int (*probe)(void);
  gboolean is_open_outside;
} ClocheConfineProbe;

typedef gboolean (*ClocheConfineFunc) (GError **error);

/* A test below @prefix for each: in a process of its own, after @confine. */
void cloche_confine_probes_add        (const char               *prefix,
                                       ClocheConfineFunc         confine,
                                       const ClocheConfineProbe *probes,
                                       gsize                     n_probes);
/* The same for what none of our processes may do. */
void cloche_confine_probes_add_common (const char               *prefix,
                                       ClocheConfineFunc         confine);

/* What a probe returns for the result of a system call. */
int  cloche_confine_refused           (long                      result);

G_END_DECLS
