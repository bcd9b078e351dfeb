/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-apt-mirror.h"
#include "cloche-image-folder.h"
#include "cloche-image-step.h"

G_BEGIN_DECLS

/**
 * ClocheImageBuilder:
 *
 * Makes an image on a Debian host. One build at a time.
 *
 * Signals: "progress" (int step, double done): a #ClocheImageStep has begun or gone on; done is 0…1, negative where nobody
 * knows.
 */
#define CLOCHE_TYPE_IMAGE_BUILDER (cloche_image_builder_get_type ())
G_DECLARE_FINAL_TYPE (ClocheImageBuilder, cloche_image_builder, CLOCHE, IMAGE_BUILDER, GObject)

ClocheImageBuilder *cloche_image_builder_new (const char *data_path,
                                              const char *cache_path,
                                              const char *recipe_path,
                                              const char *guest_path) G_GNUC_WARN_UNUSED_RESULT;

void                cloche_image_builder_set_mirror    (ClocheImageBuilder *self,
                                                        const char         *archive,
                                                        const char         *security);
void                cloche_image_builder_set_if_needed (ClocheImageBuilder *self,
                                                        gboolean            if_needed);

void                cloche_image_builder_build_async  (ClocheImageBuilder   *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
ClocheImageFolder  *cloche_image_builder_build_finish (ClocheImageBuilder  *self,
                                                       GAsyncResult        *result,
                                                       GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
