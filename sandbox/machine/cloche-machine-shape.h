/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  CLOCHE_ACCELERATOR_TCG,
  CLOCHE_ACCELERATOR_KVM,
} ClocheAccelerator;

typedef enum {
  CLOCHE_MACHINE_SIZE_SMALL,    /* 2 GiB */
  CLOCHE_MACHINE_SIZE_NORMAL,   /* 4 GiB */
  CLOCHE_MACHINE_SIZE_LARGE,    /* 8 GiB */
} ClocheMachineSize;

/**
 * ClocheMachineShape:
 * @qemu_version: "7.2.22"
 * @machine_type: "pc-q35-7.2"
 * @cpu_model: QEMU's -cpu
 * @kernel_arguments: (transfer none): the guest kernel's, static
 * @ram_mib: MiB
 * @cpus: 1…8
 *
 * What a frozen state and the QEMU that wakes it must have in common. The device list and the PCI addresses are fixed by
 * cloche-qemu-args.c, whose %CLOCHE_QEMU_DEVICES_VERSION is @devices_version.
 */
typedef struct
{
  char *qemu_version;
  char *machine_type;
  char *cpu_model;
  const char *kernel_arguments;
  ClocheAccelerator accelerator;
  ClocheMachineSize size;
  guint ram_mib;
  guint cpus;
  guint devices_version;
} ClocheMachineShape;

#define CLOCHE_TYPE_MACHINE_SHAPE (cloche_machine_shape_get_type ())
GType               cloche_machine_shape_get_type  (void);

ClocheMachineShape *cloche_machine_shape_new       (const char        *qemu_version,
                                                    ClocheAccelerator  accelerator,
                                                    ClocheMachineSize  size) G_GNUC_WARN_UNUSED_RESULT;
ClocheMachineShape *cloche_machine_shape_copy      (const ClocheMachineShape *self) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_machine_shape_free      (ClocheMachineShape *self);

JsonObject         *cloche_machine_shape_to_json   (const ClocheMachineShape *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheMachineShape *cloche_machine_shape_from_json (JsonObject *object,
                                                    GError    **error) G_GNUC_WARN_UNUSED_RESULT;

const char *cloche_accelerator_to_string    (ClocheAccelerator accelerator);
gboolean    cloche_accelerator_from_string  (const char        *text,
                                             ClocheAccelerator *ret_accelerator);
const char *cloche_machine_size_to_string   (ClocheMachineSize size);
gboolean    cloche_machine_size_from_string (const char        *text,
                                             ClocheMachineSize *ret_size);
guint       cloche_machine_size_get_ram_mib (ClocheMachineSize size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheMachineShape, cloche_machine_shape_free)

G_END_DECLS
