/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheProgramClosure:
 *
 * What programs need to be able to read in order to start: folders of libraries and data, and the symbolic links on the
 * way to them.
 */
typedef struct _ClocheProgramClosure ClocheProgramClosure;

ClocheProgramClosure *cloche_program_closure_new         (void) G_GNUC_WARN_UNUSED_RESULT;
void                  cloche_program_closure_free        (ClocheProgramClosure *self);

void                  cloche_program_closure_add_file    (ClocheProgramClosure *self,
                                                          const char           *path);
void                  cloche_program_closure_add_folder  (ClocheProgramClosure *self,
                                                          const char           *path);
gboolean              cloche_program_closure_add_program (ClocheProgramClosure *self,
                                                          const char           *path,
                                                          GCancellable         *cancellable,
                                                          GError              **error);

const char           *cloche_program_closure_get_loader  (ClocheProgramClosure *self);
GStrv                 cloche_program_closure_dup_folders (ClocheProgramClosure *self) G_GNUC_WARN_UNUSED_RESULT;
GStrv                 cloche_program_closure_dup_links   (ClocheProgramClosure *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheProgramClosure, cloche_program_closure_free)

G_END_DECLS
