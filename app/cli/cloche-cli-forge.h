/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-folder.h"
#include "cloche-cli-steps.h"
#include "cloche-cli.h"
#include "cloche-image-folder.h"
#include "cloche-machine-host.h"

G_BEGIN_DECLS

ClocheMachineHost *cloche_cli_forge_prepare (ClocheCli  *cli,
                                             GError    **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheBaseFolder  *cloche_cli_forge         (ClocheCli          *cli,
                                             ClocheMachineHost  *host,
                                             ClocheImageFolder  *image,
                                             gboolean            if_needed,
                                             ClocheCliSteps     *steps,
                                             GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
