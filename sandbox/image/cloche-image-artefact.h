/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-image-folder.h"

G_BEGIN_DECLS

void               cloche_image_artefact_export_async  (ClocheImageFolder    *image,
                                                        const char           *path,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean           cloche_image_artefact_export_finish (GAsyncResult  *result,
                                                        GError       **error);
void               cloche_image_artefact_import_async  (const char           *path,
                                                        const char           *data_path,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
ClocheImageFolder *cloche_image_artefact_import_finish (GAsyncResult  *result,
                                                        GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
