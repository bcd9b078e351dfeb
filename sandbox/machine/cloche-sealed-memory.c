/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sealed-memory.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * QEMU before 8.2 insists on opening a machine's RAM file for writing, even for a private mapping. A memfd that is sealed
 * lets it, and nobody can change a byte of it: fcntl(2), "File Sealing".
 */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/**
 * cloche_sealed_memory_copy:
 * @from_fd: a regular file
 *
 * A memfd with the content of a file, holes left as holes, sealed against every change.
 */
int
cloche_sealed_memory_copy (int           from_fd,
                           GCancellable *cancellable,
                           GError      **error)
{
  cloche_autofd int fd = memfd_create ("cloche-template", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not make memory for the template");
    return -1;
  }

  if (!cloche_copy_sparse (from_fd, fd, cancellable, error))
    return -1;

  if (fcntl (fd, F_ADD_SEALS, SEALS) < 0) {
    cloche_set_errno_error (error, errno, "Could not seal the template's memory");
    return -1;
  }

  return g_steal_fd (&fd);
}

/**
 * cloche_sealed_memory_is_sealed:
 *
 * Whether nobody can change what @fd holds.
 */
gboolean
cloche_sealed_memory_is_sealed (int fd)
{
  int seals = fcntl (fd, F_GET_SEALS);

  return seals >= 0 && (seals & SEALS) == SEALS;
}
