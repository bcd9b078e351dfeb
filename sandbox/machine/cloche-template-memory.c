/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-template-memory.h"

#include "cloche-base-error.h"
#include "cloche-fd-message.h"
#include "cloche-fd.h"
#include "cloche-machine-error.h"
#include "cloche-paths.h"
#include "cloche-sealed-memory.h"
#include "cloche-template-holder.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* seconds: the holder copies some hundred MB out of the page cache in less than one; a cold disk takes longer. */
#define ANSWER_SECONDS 60

/* A holder may end, being idle, while it is asked; then another one is started. */
#define MAX_TRIES 3

struct _ClocheTemplateMemory
{
  GObject parent_instance;

  int fd;                       /* Owned */
  GSocket *holder;              /* Owned (nullable): the connection that keeps the memory alive for others too */
  gboolean is_read_only;
};

typedef struct
{
  ClocheBaseFolder *base;
  char *runtime_path;
  gboolean is_read_only;
} OpenData;

G_DEFINE_FINAL_TYPE (ClocheTemplateMemory, cloche_template_memory, G_TYPE_OBJECT)

static void
open_data_free (OpenData *data)
{
  g_clear_object (&data->base);
  g_free (data->runtime_path);
  g_free (data);
}

static void
cloche_template_memory_finalize (GObject *object)
{
  ClocheTemplateMemory *self = CLOCHE_TEMPLATE_MEMORY (object);

  cloche_clear_fd (&self->fd);
  g_clear_object (&self->holder);

  G_OBJECT_CLASS (cloche_template_memory_parent_class)->finalize (object);
}

static void
cloche_template_memory_class_init (ClocheTemplateMemoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_template_memory_finalize;
}

static void
cloche_template_memory_init (ClocheTemplateMemory *self)
{
  self->fd = -1;
}

static GSocket *
connect_to (GSocketAddress *address,
            GError        **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                             error);

  if (socket == NULL || !g_socket_connect (socket, address, NULL, error))
    return NULL;

  g_socket_set_timeout (socket, ANSWER_SECONDS);
  return g_steal_pointer (&socket);
}

static GSocket *
listen_at (GSocketAddress *address,
           const char     *path,
           GError        **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                             error);

  /* What is there under this name answered nobody a moment ago, and the lock is ours. */
  if (unlink (path) < 0 && errno != ENOENT) {
    cloche_set_errno_error (error, errno, "Could not remove “%s”", path);
    return NULL;
  }
  if (socket == NULL || !g_socket_bind (socket, address, FALSE, error) || !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

/* The socket listens before the process exists, so whoever connects meanwhile just waits. */
static gboolean
start_holder (GSocketAddress *address,
              const char     *path,
              const char     *runtime_path,
              GError        **error)
{
  g_autofree char *program = cloche_paths_dup_program ("cloche-holder");
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSocket) listener = listen_at (address, path, error);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) local = NULL;
  int copy;

  if (listener == NULL)
    return FALSE;

  copy = fcntl (g_socket_get_fd (listener), F_DUPFD_CLOEXEC, 4);
  if (copy < 0) {
    cloche_set_errno_error (error, errno, "Could not duplicate a descriptor");
    return FALSE;
  }
  g_subprocess_launcher_take_fd (launcher, copy, 3);
  process = g_subprocess_launcher_spawn (launcher, &local, program, runtime_path, NULL);
  if (process == NULL)
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_HOLDER,
                 "Could not start the holder of templates: %s", local->message);

  return process != NULL;
}

static GSocket *
connect_or_start (const char *runtime_path,
                  GError    **error)
{
  g_autofree char *path = g_build_filename (runtime_path, "holder.sock", NULL);
  g_autofree char *lock_path = g_build_filename (runtime_path, "holder.lock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = connect_to (address, NULL);
  cloche_autofd int lock_fd = -1;

  if (socket != NULL)
    return g_steal_pointer (&socket);

  lock_fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_fd < 0 || flock (lock_fd, LOCK_EX) < 0) {
    cloche_set_errno_error (error, errno, "Could not lock “%s”", lock_path);
    return NULL;
  }

  /* Another one may have started it while this one waited for the lock. */
  socket = connect_to (address, NULL);
  if (socket != NULL)
    return g_steal_pointer (&socket);
  if (!start_holder (address, path, runtime_path, error))
    return NULL;

  return connect_to (address, error);
}

/* The holder is of this user and may be trusted with what it was asked to do; still, what goes to QEMU is looked at. */
static gboolean
check_memory (int      fd,
              int      file,
              GError **error)
{
  struct stat memory_st, file_st;

  if (!cloche_sealed_memory_is_sealed (fd) || fstat (fd, &memory_st) < 0 || fstat (file, &file_st) < 0 ||
      memory_st.st_size != file_st.st_size) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_PROTOCOL,
                 "The holder of templates gave something that is not a template's memory");
    return FALSE;
  }

  return TRUE;
}

static gboolean
ask_holder (ClocheTemplateMemory *self,
            GSocket              *holder,
            int                   file,
            GError              **error)
{
  guint8 byte;
  cloche_autofd int fd = -1;

  if (!cloche_fd_message_send (holder, CLOCHE_HOLDER_ASK, file, error) ||
      !cloche_fd_message_receive (holder, &byte, &fd, error))
    return FALSE;

  if (!cloche_socket_is_from_me (holder) || byte != CLOCHE_HOLDER_HERE || fd < 0) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_HOLDER,
                 "The holder of templates could not make a copy in memory");
    return FALSE;
  }
  if (!check_memory (fd, file, error))
    return FALSE;

  self->fd = g_steal_fd (&fd);
  self->holder = g_object_ref (holder);
  return TRUE;
}

static gboolean
open_held (ClocheTemplateMemory *self,
           int                   file,
           const char           *runtime_path,
           GError              **error)
{
  for (int tries = 1;; tries++) {
    g_autoptr (GSocket) holder = connect_or_start (runtime_path, error);
    g_autoptr (GError) local = NULL;

    if (holder == NULL)
      return FALSE;
    if (ask_holder (self, holder, file, &local))
      return TRUE;
    if (tries == MAX_TRIES || local->domain == CLOCHE_MACHINE_ERROR) {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  }
}

static void
open_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  OpenData *data = task_data;
  g_autoptr (ClocheTemplateMemory) self = g_object_new (CLOCHE_TYPE_TEMPLATE_MEMORY, NULL);
  g_autoptr (GError) error = NULL;
  cloche_autofd int file = cloche_base_folder_open_file (data->base, CLOCHE_BASE_FILE_RAM, &error);

  self->is_read_only = data->is_read_only;
  if (file >= 0 && data->is_read_only)
    self->fd = g_steal_fd (&file);
  else if (file >= 0)
    (void) open_held (self, file, data->runtime_path, &error);

  if (self->fd < 0)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&self), g_object_unref);
}

/**
 * cloche_template_memory_peek_fd:
 *
 * The RAM: a read-only descriptor of the file, or one of a sealed memfd.
 */
int
cloche_template_memory_peek_fd (ClocheTemplateMemory *self)
{
  g_return_val_if_fail (CLOCHE_IS_TEMPLATE_MEMORY (self), -1);

  return self->fd;
}

gboolean
cloche_template_memory_is_read_only (ClocheTemplateMemory *self)
{
  g_return_val_if_fail (CLOCHE_IS_TEMPLATE_MEMORY (self), FALSE);

  return self->is_read_only;
}

/**
 * cloche_template_memory_open_async:
 * @runtime_path: the user's runtime folder, where the holder's socket is or will be
 *
 * Opens the RAM of @base in the way that @program needs, and starts the holder if it is needed and not there. The first
 * opening for an old QEMU copies the RAM into memory, half a second or so; those after it are immediate.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_HOLDER, _PROTOCOL; %G_IO_ERROR.
 */
void
cloche_template_memory_open_async (ClocheBaseFolder        *base,
                                   const ClocheQemuProgram *program,
                                   const char              *runtime_path,
                                   GCancellable            *cancellable,
                                   GAsyncReadyCallback      callback,
                                   gpointer                 user_data)
{
  g_autoptr (GTask) task = NULL;
  OpenData *data;

  g_return_if_fail (CLOCHE_IS_BASE_FOLDER (base));
  g_return_if_fail (program != NULL);
  g_return_if_fail (runtime_path != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  data = g_new0 (OpenData, 1);
  data->base = g_object_ref (base);
  data->runtime_path = g_strdup (runtime_path);
  data->is_read_only = cloche_qemu_program_can_map_read_only (program);
  g_task_set_source_tag (task, cloche_template_memory_open_async);
  g_task_set_task_data (task, data, (GDestroyNotify) open_data_free);
  g_task_run_in_thread (task, open_in_thread);
}

ClocheTemplateMemory *
cloche_template_memory_open_finish (GAsyncResult *result,
                                    GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
