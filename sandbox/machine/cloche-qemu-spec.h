/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-folder.h"
#include "cloche-jail-args.h"
#include "cloche-machine-shape.h"
#include "cloche-qemu-program.h"
#include "cloche-template-memory.h"

G_BEGIN_DECLS

/**
 * ClocheQemuFile:
 *
 * The files that a QEMU works on, all open; -1 where there is none.
 *
 * @CLOCHE_QEMU_FILE_RAM: the machine's RAM: written by a template in the making, else only read
 * @CLOCHE_QEMU_FILE_ROOT: the guest's read-only root, the first disk
 * @CLOCHE_QEMU_FILE_DISK: the conversation's disk, the second disk
 * @CLOCHE_QEMU_FILE_KERNEL: what boots; none in a fork
 * @CLOCHE_QEMU_FILE_INITRD: none in a fork
 * @CLOCHE_QEMU_FILE_STATE: what a fork starts from
 */
typedef enum {
  CLOCHE_QEMU_FILE_RAM,
  CLOCHE_QEMU_FILE_ROOT,
  CLOCHE_QEMU_FILE_DISK,
  CLOCHE_QEMU_FILE_KERNEL,
  CLOCHE_QEMU_FILE_INITRD,
  CLOCHE_QEMU_FILE_STATE,
  CLOCHE_QEMU_N_FILES,
} ClocheQemuFile;

/**
 * ClocheQemuSpec:
 *
 * What a #ClocheQemu runs. A spec without a state boots (the forge), one with a state is a fork.
 */
#define CLOCHE_TYPE_QEMU_SPEC (cloche_qemu_spec_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQemuSpec, cloche_qemu_spec, CLOCHE, QEMU_SPEC, GObject)

ClocheQemuSpec           *cloche_qemu_spec_new       (const ClocheQemuProgram  *program,
                                                      const ClocheMachineShape *shape) G_GNUC_WARN_UNUSED_RESULT;
ClocheQemuSpec           *cloche_qemu_spec_new_fork  (const ClocheQemuProgram  *program,
                                                      ClocheBaseFolder         *base,
                                                      ClocheTemplateMemory     *memory,
                                                      int                       disk_fd,
                                                      GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheQemuSpec           *cloche_qemu_spec_new_forge (const ClocheQemuProgram  *program,
                                                      const ClocheMachineShape *shape,
                                                      int                       draft_fd,
                                                      const char               *disk_name,
                                                      GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

const ClocheQemuProgram  *cloche_qemu_spec_get_program          (ClocheQemuSpec *self);
const ClocheMachineShape *cloche_qemu_spec_get_shape            (ClocheQemuSpec *self);
const char               *cloche_qemu_spec_get_kernel_arguments (ClocheQemuSpec *self);
void                      cloche_qemu_spec_set_kernel_arguments (ClocheQemuSpec *self,
                                                                 const char     *arguments);
const char               *cloche_qemu_spec_get_boot_rom         (ClocheQemuSpec *self);
void                      cloche_qemu_spec_set_boot_rom         (ClocheQemuSpec *self,
                                                                 const char     *boot_rom);
gboolean                  cloche_qemu_spec_get_jail_form        (ClocheQemuSpec *self,
                                                                 ClocheJailForm *ret_form);
void                      cloche_qemu_spec_set_jail_form        (ClocheQemuSpec *self,
                                                                 ClocheJailForm  form);
gboolean                  cloche_qemu_spec_is_ram_read_only     (ClocheQemuSpec *self);
void                      cloche_qemu_spec_set_ram_read_only    (ClocheQemuSpec *self,
                                                                 gboolean        is_read_only);
gboolean                  cloche_qemu_spec_is_fork              (ClocheQemuSpec *self);

int                       cloche_qemu_spec_peek_file (ClocheQemuSpec *self,
                                                      ClocheQemuFile  file);
void                      cloche_qemu_spec_take_file (ClocheQemuSpec *self,
                                                      ClocheQemuFile  file,
                                                      int             fd);

G_END_DECLS
