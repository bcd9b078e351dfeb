/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-file.h"
#include "cloche-sandbox.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheFiles:
 *
 * The bytes behind a conversation's pictures and files, wherever they are: at hand, in the store, or still in its machine.
 *
 * Signal: "replaced" (ClocheReplacement *replacement): a file of the person's has a new content.
 */
#define CLOCHE_TYPE_FILES (cloche_files_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFiles, cloche_files, CLOCHE, FILES, GObject)

ClocheFiles *cloche_files_new (ClocheStore   *store,
                               const char    *conversation_id,
                               ClocheSandbox *sandbox,
                               const char    *staging_folder) G_GNUC_WARN_UNUSED_RESULT;

ClocheStore *cloche_files_get_store           (ClocheFiles *self);
const char  *cloche_files_get_conversation_id (ClocheFiles *self);

/* For who has done it. */
void         cloche_files_tell_replaced (ClocheFiles *self,
                                         GObject     *replacement);

/* The bytes themselves, for showing them. */
void         cloche_files_load_async  (ClocheFiles          *self,
                                       ClocheContent        *content,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
GBytes      *cloche_files_load_finish (ClocheFiles          *self,
                                       GAsyncResult         *result,
                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes a copy where the person wants it; what was there is replaced. */
void         cloche_files_save_async  (ClocheFiles          *self,
                                       ClocheFile           *file,
                                       GFile                *target,
                                       GFileProgressCallback progress,
                                       gpointer              progress_data,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
gboolean     cloche_files_save_finish (ClocheFiles          *self,
                                       GAsyncResult         *result,
                                       GError              **error);

/* A copy under its sanitised name in a folder of its own, for opening it and for dragging it out. */
void         cloche_files_stage_async  (ClocheFiles          *self,
                                        ClocheFile           *file,
                                        GFileProgressCallback progress,
                                        gpointer              progress_data,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
GFile       *cloche_files_stage_finish (ClocheFiles          *self,
                                        GAsyncResult         *result,
                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean     cloche_files_is_staged    (ClocheFiles          *self,
                                        GFile                *file);

G_END_DECLS
