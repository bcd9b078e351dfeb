/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file.h"
#include "cloche-message.h"

G_BEGIN_DECLS

/**
 * ClocheAttachedFiles:
 *
 * Knows what the person has attached to a conversation, and what has become of each in the machine since: by its path there,
 * which is a new one for each attachment.
 */
#define CLOCHE_TYPE_ATTACHED_FILES (cloche_attached_files_get_type ())
G_DECLARE_FINAL_TYPE (ClocheAttachedFiles, cloche_attached_files, CLOCHE, ATTACHED_FILES, GObject)

ClocheAttachedFiles *cloche_attached_files_new         (void) G_GNUC_WARN_UNUSED_RESULT;

void                 cloche_attached_files_add         (ClocheAttachedFiles *self,
                                                        ClocheFile          *file);
void                 cloche_attached_files_add_message (ClocheAttachedFiles *self,
                                                        ClocheMessage       *message);

/* A file of the machine that is new or has changed: with what it was, if the person had attached it. */
ClocheFile          *cloche_attached_files_change      (ClocheAttachedFiles *self,
                                                        ClocheFile          *file) G_GNUC_WARN_UNUSED_RESULT;

/* The same version of a file, with its bytes elsewhere. */
void                 cloche_attached_files_replace     (ClocheAttachedFiles *self,
                                                        ClocheFile          *file,
                                                        ClocheFile          *replacement);

G_END_DECLS
