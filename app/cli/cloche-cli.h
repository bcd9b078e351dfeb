/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-paths.h"

G_BEGIN_DECLS

/* Exit codes: what a script can tell apart. */
#define CLOCHE_CLI_OK          0
#define CLOCHE_CLI_FAILED      1
#define CLOCHE_CLI_USAGE       2
#define CLOCHE_CLI_INTERRUPTED 130      /* what a shell says of a program that SIGINT ended */

/**
 * ClocheCli:
 * @paths: the user's folders
 * @cancellable: cancelled by the first SIGINT or SIGTERM
 *
 * What every subcommand gets.
 */
typedef struct
{
  ClochePaths *paths;
  GCancellable *cancellable;
} ClocheCli;

/**
 * ClocheCliCommand:
 * @name: "image"
 * @summary: one line for the list of commands, marked with N_()
 * @run: argv[0] is the command's own name; returns an exit code
 *
 * One subcommand. Each has a file of its own and is named in the table of main.c.
 */
typedef struct
{
  const char *name;
  const char *summary;
  int (*run) (ClocheCli  *cli,
              int         argc,
              char      **argv);
} ClocheCliCommand;

/**
 * ClocheCliWait:
 *
 * Waits for one asynchronous call in a program that has nothing else to do. Zero-initialise.
 */
typedef struct
{
  GAsyncResult *result;
} ClocheCliWait;

void          cloche_cli_wait_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      user_data);
GAsyncResult *cloche_cli_wait    (ClocheCliWait *wait) G_GNUC_WARN_UNUSED_RESULT;

gboolean      cloche_cli_parse       (const char          *usage,
                                      const GOptionEntry  *entries,
                                      int                 *argc,
                                      char              ***argv);
gboolean      cloche_cli_parse_exact (const char          *usage,
                                      const GOptionEntry  *entries,
                                      int                  n_arguments,
                                      int                 *argc,
                                      char              ***argv);
int           cloche_cli_fail  (const GError *error,
                                const char   *text);

G_END_DECLS
