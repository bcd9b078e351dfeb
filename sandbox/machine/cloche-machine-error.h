/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheMachineError:
 * @CLOCHE_MACHINE_ERROR_NO_QEMU: there is no usable qemu-system-x86_64; ask for the package
 * @CLOCHE_MACHINE_ERROR_NO_JAIL: the launcher that confines QEMU is missing or does not work; reinstall
 * @CLOCHE_MACHINE_ERROR_NO_BASE: no base fits this QEMU, accelerator and size; forge one
 * @CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE: a base lacks its manifest or a file: half-built; forge again
 * @CLOCHE_MACHINE_ERROR_BASE_DAMAGED: a file of a base is not what its manifest says; forge again
 * @CLOCHE_MACHINE_ERROR_BASE_MISMATCH: a base was made for another QEMU, accelerator or format
 * @CLOCHE_MACHINE_ERROR_BASE_BUSY: somebody else holds the lock of the bases; try again later
 * @CLOCHE_MACHINE_ERROR_QMP: QEMU refused a command; the message is QEMU's
 * @CLOCHE_MACHINE_ERROR_PROTOCOL: what QEMU or the holder said could not be understood; end it
 * @CLOCHE_MACHINE_ERROR_EXITED: QEMU ended before it answered; its console log may say why
 * @CLOCHE_MACHINE_ERROR_MIGRATION: the frozen state could not be saved or loaded
 * @CLOCHE_MACHINE_ERROR_NO_HOLDER: the process that holds the template's memory could not be started or reached
 *
 * Failures of the machine library. Failures of the operating system keep their %G_IO_ERROR code.
 */
typedef enum {
  CLOCHE_MACHINE_ERROR_NO_QEMU,
  CLOCHE_MACHINE_ERROR_NO_JAIL,
  CLOCHE_MACHINE_ERROR_NO_BASE,
  CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE,
  CLOCHE_MACHINE_ERROR_BASE_DAMAGED,
  CLOCHE_MACHINE_ERROR_BASE_MISMATCH,
  CLOCHE_MACHINE_ERROR_BASE_BUSY,
  CLOCHE_MACHINE_ERROR_QMP,
  CLOCHE_MACHINE_ERROR_PROTOCOL,
  CLOCHE_MACHINE_ERROR_EXITED,
  CLOCHE_MACHINE_ERROR_MIGRATION,
  CLOCHE_MACHINE_ERROR_NO_HOLDER,
} ClocheMachineError;

#define CLOCHE_MACHINE_ERROR (cloche_machine_error_quark ())
GQuark cloche_machine_error_quark (void);

G_END_DECLS
