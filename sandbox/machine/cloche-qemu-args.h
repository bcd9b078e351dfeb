/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine-shape.h"

G_BEGIN_DECLS

/**
 * ClocheQemuArgs:
 * @program: path of QEMU
 * @machine_type: "pc-q35-7.2"
 * @cpu_model: QEMU's -cpu
 * @ram_mib: MiB
 * @ram_fd: the RAM, mapped through /proc/self/fd
 * @is_fork: %FALSE: boot, and write to the RAM. %TRUE: map it privately and wait for a state
 * @can_map_read_only: whether @ram_fd is read-only and QEMU can cope (≥ 8.2)
 * @boot_rom: (nullable): forks only: the option ROM that -kernel had loaded into the template
 * @kernel_fd: -kernel, or -1 in a fork or if there is nothing to boot
 * @initrd_fd: -initrd, or -1
 * @root_fd: the read-only root, the first disk, or -1
 * @disk_fd: the conversation's disk, the second disk, or -1
 * @kernel_arguments: (nullable): -append
 * @qmp_fd: connected socket
 * @control_fd: connected socket behind the port org.cloche.control
 * @bulk_fd: connected socket behind the port org.cloche.bulk
 * @console_fd: connected socket behind the first serial port
 *
 * Everything that decides QEMU's command line. The descriptors are numbers in the process that QEMU becomes.
 */
typedef struct
{
  const char *program;
  const char *machine_type;
  const char *cpu_model;
  ClocheAccelerator accelerator;
  guint ram_mib;
  guint cpus;
  int ram_fd;
  gboolean is_fork;
  gboolean can_map_read_only;
  const char *boot_rom;
  int kernel_fd;
  int initrd_fd;
  int root_fd;
  int disk_fd;
  const char *kernel_arguments;
  int qmp_fd;
  int control_fd;
  int bulk_fd;
  int console_fd;
} ClocheQemuArgs;

GStrv cloche_qemu_args_build (const ClocheQemuArgs *args) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
