/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file-progress.h"
#include "cloche-files.h"

G_BEGIN_DECLS

/* Opens a copy of a file with the desktop's program for it. */
void cloche_file_open (GtkWidget          *widget,
                       ClocheFiles        *files,
                       ClocheFile         *file,
                       ClocheFileProgress *progress);

G_END_DECLS
