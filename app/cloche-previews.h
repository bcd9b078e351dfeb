/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file.h"
#include "cloche-sandbox.h"

G_BEGIN_DECLS

/* files of one tool call that get a preview; who makes a hundred videos sees a hundred names. */
#define CLOCHE_PREVIEWS_MAX_FILES 4

/* bytes: of one preview; a picture of 640 pixels as PNG is rarely more than one MiB. */
#define CLOCHE_PREVIEWS_MAX_BYTES (4 * 1024 * 1024)

/* pixels: of one side, as the picture itself says. */
#define CLOCHE_PREVIEWS_MAX_SIDE 2048

/* Gives videos a picture of them and PDF documents their first page, made in the machine where they are. */
void     cloche_previews_add_async  (ClocheSandbox       *sandbox,
                                     GPtrArray           *files,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
gboolean cloche_previews_add_finish (GAsyncResult        *result,
                                     GError             **error);

G_END_DECLS
