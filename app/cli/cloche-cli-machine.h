/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-cli.h"
#include "cloche-machine.h"

G_BEGIN_DECLS

/* What the commands that use a machine share. Each waits for its answer, tells the person of a failure and returns
 * whether there was none. */
gboolean   cloche_cli_machine_start  (ClocheCli          *cli,
                                      ClocheMachine      *machine,
                                      const char *const  *allow);
gboolean   cloche_cli_machine_stop   (ClocheCli          *cli,
                                      ClocheMachine      *machine,
                                      gboolean            force);
gboolean   cloche_cli_machine_delete (ClocheCli          *cli,
                                      ClocheMachine      *machine);
ClocheJob *cloche_cli_machine_run    (ClocheCli          *cli,
                                      ClocheMachine      *machine,
                                      JsonObject         *request) G_GNUC_WARN_UNUSED_RESULT;

int        cloche_cli_machine_fail   (const GError       *error);

G_END_DECLS
