/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-disk.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* mkfs finds the file under this name, whatever folder it is in. */
#define CHILD_FD 3

typedef struct
{
  int dir_fd;
  char *name;
} Target;

static void
target_free (Target *target)
{
  if (target->name != NULL)
    (void) unlinkat (target->dir_fd, target->name, 0);  /* It did not become a disk. */
  cloche_clear_fd (&target->dir_fd);
  g_free (target->name);
  g_free (target);
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Target *target = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *messages = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, NULL, &messages, &error)) {
    g_task_return_error (task, error);
  } else if (!g_subprocess_get_successful (G_SUBPROCESS (source))) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "mkfs.ext4 failed: %s", messages);
  } else {
    g_clear_pointer (&target->name, g_free);
    g_task_return_boolean (task, TRUE);
  }
}

/**
 * cloche_disk_make_empty_async:
 * @dir_fd: where; duplicated
 * @name: of a file that does not exist
 * @bytes: the size that the disk claims
 *
 * Makes a sparse file with an empty ext4 in it, by mkfs.ext4 (of e2fsprogs ≥ 1.47). A hole reads as zeros, so that its
 * tables need not be written: neither here, which keeps the file and every copy of it small, nor by every machine in its
 * first seconds, which cost each of them 12 MB of memory.
 *
 * Errors: %G_IO_ERROR, %G_SPAWN_ERROR_NOENT without mkfs.ext4.
 */
void
cloche_disk_make_empty_async (int                 dir_fd,
                              const char         *name,
                              guint64             bytes,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) mkfs = NULL;
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", CHILD_FD);
  cloche_autofd int fd = openat (dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  Target *target = g_new0 (Target, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, cloche_disk_make_empty_async);
  target->dir_fd = fcntl (dir_fd, F_DUPFD_CLOEXEC, 0);
  target->name = fd >= 0 ? g_strdup (name) : NULL;
  g_task_set_task_data (task, target, (GDestroyNotify) target_free);
  if (fd < 0 || ftruncate (fd, (off_t) bytes) < 0) {
    cloche_set_errno_error (&error, errno, "Could not make the disk “%s”", name);
    g_task_return_error (task, error);
    return;
  }

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_take_fd (launcher, g_steal_fd (&fd), CHILD_FD);
  /* mkfs lives in a folder that an ordinary user's PATH may lack. */
  g_subprocess_launcher_setenv (launcher, "PATH", "/usr/sbin:/sbin:/usr/bin:/bin", TRUE);
  mkfs = g_subprocess_launcher_spawn (launcher, &error, "/usr/bin/env", "mkfs.ext4", "-q", "-F", "-m", "0",
                                      "-E", "assume_storage_prezeroed=1,root_owner=0:0", path, NULL);
  if (mkfs == NULL)
    g_task_return_error (task, error);
  else
    g_subprocess_communicate_utf8_async (mkfs, NULL, cancellable, made_cb, g_steal_pointer (&task));
}

gboolean
cloche_disk_make_empty_finish (GAsyncResult *result,
                               GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
