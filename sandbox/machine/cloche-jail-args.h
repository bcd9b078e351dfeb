/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-qemu-program.h"

G_BEGIN_DECLS

/**
 * ClocheJailForm:
 * @CLOCHE_JAIL_FORM_FULL: bubblewrap's namespaces around the launcher's filters
 * @CLOCHE_JAIL_FORM_LAUNCHER: the launcher's filters only (inside Flatpak, or where user namespaces are forbidden)
 */
typedef enum {
  CLOCHE_JAIL_FORM_FULL,
  CLOCHE_JAIL_FORM_LAUNCHER,
} ClocheJailForm;

typedef enum {
  CLOCHE_JAIL_FD_KEEP,          /* Used as it is. */
  CLOCHE_JAIL_FD_READ,          /* May be opened again through /proc/self/fd, for reading. */
  CLOCHE_JAIL_FD_WRITE,         /* The same, for writing too. */
} ClocheJailFdAccess;

typedef struct
{
  int fd;
  ClocheJailFdAccess access;
} ClocheJailFd;

/**
 * ClocheJailArgs:
 * @bwrap: path of bubblewrap; full form only
 * @launcher: path of cloche-jail
 * @has_landlock: whether the kernel has Landlock
 * @program: what is confined, and all that it needs to start
 * @device: (nullable): a device that it may use: /dev/kvm
 * @fds: what it inherits besides 0, 1 and 2
 * @die_with_fd: of @fds, a socket whose other end is the parent's
 * @info_fd: where bubblewrap says its child's process id; full form only
 * @file_bytes: the largest that a file may become; 0: no limit
 *
 * Everything that decides the jail's command line.
 */
typedef struct
{
  ClocheJailForm form;
  const char *bwrap;
  const char *launcher;
  gboolean has_landlock;
  const ClocheQemuProgram *program;
  const char *device;
  const ClocheJailFd *fds;
  gsize n_fds;
  int die_with_fd;
  int info_fd;
  guint64 file_bytes;
} ClocheJailArgs;

GStrv cloche_jail_args_build (const ClocheJailArgs *args,
                              const char * const   *command) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
