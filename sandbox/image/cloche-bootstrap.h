/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-apt-mirror.h"
#include "cloche-image-recipe.h"

G_BEGIN_DECLS

GStrv  cloche_bootstrap_build_argv (const ClocheImageRecipe *recipe,
                                    const ClocheAptMirror   *mirror,
                                    const char              *apt_config_dump,
                                    const char              *tree_path) G_GNUC_WARN_UNUSED_RESULT;
GStrv  cloche_bootstrap_build_environment (const ClocheImageRecipe *recipe,
                                           const ClocheAptMirror   *mirror) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ClocheBootstrapProgress:
 *
 * How far apt and dpkg have come, counted from what they print. Zero-initialise.
 */
typedef struct
{
  guint run;            /* of apt: 1 the essential packages, 2 all others */
  guint packages;       /* that this run installs */
  guint fetched;
  guint unpacked;
  guint configured;
} ClocheBootstrapProgress;

double cloche_bootstrap_progress_feed (ClocheBootstrapProgress *self,
                                       const char              *line);

G_END_DECLS
