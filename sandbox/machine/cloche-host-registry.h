/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* bytes: of an address; registries of companies have long paths, none as long as this. */
#define CLOCHE_HOST_REGISTRY_MAX_BYTES 512

/* Where the user of this computer has npm and pip fetch packages from, if anywhere else than they do by themselves: from
 * the variables of @environment, then from the files that npm and pip themselves read, below @root ("" for the
 * computer's own). NULL: nothing set, or nothing that a machine could use. Never with a name, password or token. */
char     *cloche_host_registry_find_npm  (const char *const *environment,
                                          const char        *root) G_GNUC_WARN_UNUSED_RESULT;
char     *cloche_host_registry_find_pip  (const char *const *environment,
                                          const char        *root) G_GNUC_WARN_UNUSED_RESULT;

/* What of @address may be told to a machine: http or https, without user, query and fragment. NULL: none of it, since it
 * is no address, longer than %CLOCHE_HOST_REGISTRY_MAX_BYTES, or this computer's loopback, which in a machine is another. */
char     *cloche_host_registry_normalize (const char        *address) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
