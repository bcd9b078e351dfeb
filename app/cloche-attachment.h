/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file.h"
#include "cloche-sandbox.h"

G_BEGIN_DECLS

/* bytes: of one file. What is larger would fill half of a conversation's disk. */
#define CLOCHE_ATTACHMENT_MAX_BYTES (G_GUINT64_CONSTANT (2) * 1024 * 1024 * 1024 - 1)

/* bytes: of a picture that is kept at hand, for the person to see and the model. */
#define CLOCHE_ATTACHMENT_MAX_IMAGE_BYTES (20 * 1024 * 1024)

void        cloche_attachment_put_async  (GFile                *file,
                                          gboolean              has_origin,
                                          ClocheSandbox        *sandbox,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
ClocheFile *cloche_attachment_put_finish (GAsyncResult         *result,
                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
