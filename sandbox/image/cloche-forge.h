/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-folder.h"
#include "cloche-image-folder.h"
#include "cloche-image-step.h"
#include "cloche-machine-shape.h"
#include "cloche-qemu-program.h"

G_BEGIN_DECLS

/**
 * ClocheForge:
 *
 * Makes a base of an image: boots it once, warms it, freezes it. Use it on the main thread only, and once.
 *
 * Signals: "progress" (int step, double done): a #ClocheImageStep has begun or gone on; done is 0…1, negative where nobody
 * knows.
 */
#define CLOCHE_TYPE_FORGE (cloche_forge_get_type ())
G_DECLARE_FINAL_TYPE (ClocheForge, cloche_forge, CLOCHE, FORGE, GObject)

ClocheForge      *cloche_forge_new (ClocheImageFolder        *image,
                                    const char               *bases_path,
                                    const ClocheQemuProgram  *program,
                                    const ClocheMachineShape *shape) G_GNUC_WARN_UNUSED_RESULT;

void              cloche_forge_run_async  (ClocheForge          *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
ClocheBaseFolder *cloche_forge_run_finish (ClocheForge   *self,
                                           GAsyncResult  *result,
                                           GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
