/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheQemuProgram:
 * @path: absolute path of the executable, without symbolic links
 * @version: "7.2.22"
 * @major: 7
 * @minor: 2
 * @loader: the ELF interpreter of the executable
 * @folders: folders that hold its libraries, modules and firmware, without symbolic links
 * @links: pairs of a symbolic link on the way to those (/lib) and where it leads (usr/lib)
 *
 * The QEMU of this host, and what it needs to be able to read in order to start.
 */
typedef struct
{
  char *path;
  char *version;
  guint major;
  guint minor;
  char *loader;
  GStrv folders;
  GStrv links;
} ClocheQemuProgram;

#define CLOCHE_TYPE_QEMU_PROGRAM (cloche_qemu_program_get_type ())
GType              cloche_qemu_program_get_type (void);

ClocheQemuProgram *cloche_qemu_program_copy (const ClocheQemuProgram *self) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_qemu_program_free (ClocheQemuProgram *self);

gboolean           cloche_qemu_program_can_map_read_only (const ClocheQemuProgram *self);

void               cloche_qemu_program_find_async  (const char           *path,
                                                    const char           *cache_dir,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
ClocheQemuProgram *cloche_qemu_program_find_finish (GAsyncResult  *result,
                                                    GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheQemuProgram, cloche_qemu_program_free)

G_END_DECLS
