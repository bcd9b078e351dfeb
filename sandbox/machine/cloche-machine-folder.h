/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* characters: the secret that a client shows to a machine's keeper, in hexadecimal. */
#define CLOCHE_MACHINE_TOKEN_LENGTH 32

#define CLOCHE_TYPE_MACHINE_FOLDER (cloche_machine_folder_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMachineFolder, cloche_machine_folder, CLOCHE, MACHINE_FOLDER, GObject)

ClocheMachineFolder *cloche_machine_folder_create (const char           *machines_dir,
                                                   const char           *id,
                                                   const char           *base_id,
                                                   const char           *empty_disk,
                                                   GCancellable         *cancellable,
                                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheMachineFolder *cloche_machine_folder_open   (const char           *machines_dir,
                                                   const char           *id,
                                                   GError              **error) G_GNUC_WARN_UNUSED_RESULT;

const char          *cloche_machine_folder_get_id      (ClocheMachineFolder  *self);
const char          *cloche_machine_folder_get_path    (ClocheMachineFolder  *self);
const char          *cloche_machine_folder_get_base_id (ClocheMachineFolder  *self);
gboolean             cloche_machine_folder_set_base_id (ClocheMachineFolder  *self,
                                                        const char           *base_id,
                                                        GError              **error);
const char          *cloche_machine_folder_get_token   (ClocheMachineFolder  *self);
int                  cloche_machine_folder_peek_fd     (ClocheMachineFolder  *self);

int                  cloche_machine_folder_lock        (ClocheMachineFolder  *self,
                                                        const char           *name,
                                                        gboolean              wait,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean             cloche_machine_folder_delete      (ClocheMachineFolder  *self,
                                                        gboolean              wait,
                                                        GError              **error);

G_END_DECLS
