/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-fd.h"
#include "cloche-store-error.h"
#include "cloche-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Who says something in a conversation holds its lock, from before the question until the last message is written: two
 * programs never build on two histories. The lock is the kernel's, on the file locks/ID, and goes with whoever holds it,
 * however they end. The file says who that is. It is removed by the holder only, so that one without a name is no lock.
 */

/* bytes: of a holder's name. */
#define MAX_HOLDER_BYTES 128

static char *
dup_path (ClocheStoreCore *self,
          const char      *id)
{
  return g_build_filename (self->folder, "locks", id, NULL);
}

static void
set_error (GError    **error,
           const char *path,
           int         errsv)
{
  g_set_error (error, CLOCHE_STORE_ERROR,
               errsv == ENOSPC || errsv == EDQUOT ? CLOCHE_STORE_ERROR_NO_SPACE : CLOCHE_STORE_ERROR_FAILED,
               "“%s”: %s", path, g_strerror (errsv));
}

static void
set_in_use (GError **error,
            int      fd)
{
  char holder[MAX_HOLDER_BYTES + 1] = "";
  ssize_t n = pread (fd, holder, MAX_HOLDER_BYTES, 0);

  /* Between locking the file and writing into it, the holder is nobody. */
  holder[MAX (n, 0)] = '\0';
  g_set_error_literal (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_IN_USE, g_strchomp (holder));
}

/* For those who are refused. A disk that is full keeps a lock nameless, not open. */
static void
write_holder (int fd)
{
  g_autofree char *holder = g_strdup_printf ("%s (%d)\n", g_get_prgname (), (int) getpid ());

  if (ftruncate (fd, 0) < 0 || pwrite (fd, holder, MIN (strlen (holder), MAX_HOLDER_BYTES), 0) < 0)
    return;
}

/* Returns: the descriptor that is the lock; -1 with @error set; -1 without where nobody can write and so nobody needs it. */
static int
open_lock (const char *path,
           GError    **error)
{
  for (;;) {
    cloche_autofd int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat status;

    if (fd < 0) {
      if (errno != EROFS && errno != EACCES)
        set_error (error, path, errno);
      return -1;
    }
    if (flock (fd, LOCK_EX | LOCK_NB) < 0) {
      if (errno == EINTR)
        continue;
      if (errno == EWOULDBLOCK)
        set_in_use (error, fd);
      else
        set_error (error, path, errno);
      return -1;
    }
    if (fstat (fd, &status) == 0 && status.st_nlink > 0) {
      write_holder (fd);
      return g_steal_fd (&fd);
    }
  }
}

static gpointer
lock (gpointer core,
      gpointer data,
      GError **error)
{
  ClocheStoreCore *self = core;
  const char *id = data;
  g_autofree char *folder = g_build_filename (self->folder, "locks", NULL);
  g_autofree char *path = dup_path (self, id);
  g_autoptr (GError) lock_error = NULL;
  int fd;

  if (g_mkdir_with_parents (folder, 0700) < 0 && errno != EROFS && errno != EACCES) {
    set_error (error, folder, errno);
    return NULL;
  }

  fd = open_lock (path, &lock_error);
  if (lock_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&lock_error));
    return NULL;
  }
  if (fd >= 0)
    g_hash_table_insert (self->locks, g_strdup (id), GINT_TO_POINTER (fd));

  return GINT_TO_POINTER (TRUE);
}

static gpointer
unlock (gpointer core,
        gpointer data,
        GError **error)
{
  ClocheStoreCore *self = core;
  const char *id = data;
  g_autofree char *path = dup_path (self, id);

  if (g_hash_table_contains (self->locks, id)) {
    (void) unlink (path);       /* What stays is an empty lock that anybody may take. */
    g_hash_table_remove (self->locks, id);
  }

  return GINT_TO_POINTER (TRUE);
}

/**
 * cloche_store_lock_conversation_async:
 *
 * Ends in cloche_store_write_finish().
 *
 * Errors: %CLOCHE_STORE_ERROR_IN_USE if somebody holds it: the message is the holder's name and process id, or empty; any
 *   other %CLOCHE_STORE_ERROR.
 */
void
cloche_store_lock_conversation_async (ClocheStore        *self,
                                      const char         *id,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_lock_conversation_async, g_strdup (id), g_free,
                                                 cancellable, callback, user_data),
                    lock, NULL);
}

/**
 * cloche_store_unlock_conversation:
 *
 * Gives the lock back as soon as all is written that was to be written before this call.
 */
void
cloche_store_unlock_conversation (ClocheStore *self,
                                  const char  *id)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_STORE (self));

  /* It does not hold the store: nobody waits for it, and a store that ends waits for its jobs. */
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_source_tag (task, cloche_store_unlock_conversation);
  g_task_set_task_data (task, g_strdup (id), g_free);
  cloche_store_run (self, task, unlock, NULL);
}
