/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheQemuProgram:
 * @path: absolute path of the executable
 * @version: "7.2.22"
 * @major: 7
 * @minor: 2
 *
 * The QEMU of this host.
 */
typedef struct
{
  char *path;
  char *version;
  guint major;
  guint minor;
} ClocheQemuProgram;

#define CLOCHE_TYPE_QEMU_PROGRAM (cloche_qemu_program_get_type ())
GType              cloche_qemu_program_get_type (void);

ClocheQemuProgram *cloche_qemu_program_copy (const ClocheQemuProgram *self) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_qemu_program_free (ClocheQemuProgram *self);

gboolean           cloche_qemu_program_can_map_read_only (const ClocheQemuProgram *self);

void               cloche_qemu_program_find_async  (const char           *path,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
ClocheQemuProgram *cloche_qemu_program_find_finish (GAsyncResult  *result,
                                                    GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheQemuProgram, cloche_qemu_program_free)

G_END_DECLS
