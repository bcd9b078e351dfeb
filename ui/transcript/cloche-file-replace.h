/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file-progress.h"
#include "cloche-files.h"

G_BEGIN_DECLS

/* Asks whether the file that a file was attached from shall be replaced by it, and does so. */
void cloche_file_replace (GtkWidget          *widget,
                          ClocheFiles        *files,
                          ClocheFile         *file,
                          ClocheFileProgress *progress);

G_END_DECLS
