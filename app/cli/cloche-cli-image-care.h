/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-cli.h"

G_BEGIN_DECLS

int cloche_cli_image_info   (ClocheCli  *cli,
                             int         argc,
                             char      **argv);
int cloche_cli_image_verify (ClocheCli  *cli,
                             int         argc,
                             char      **argv);
int cloche_cli_image_gc     (ClocheCli  *cli,
                             int         argc,
                             char      **argv);

G_END_DECLS
