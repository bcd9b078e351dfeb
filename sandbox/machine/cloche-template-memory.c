/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-template-memory.h"

#include "cloche-fd.h"
#include "cloche-sealed-memory.h"

struct _ClocheTemplateMemory
{
  GObject parent_instance;

  int fd;                       /* Owned */
  gboolean is_read_only;
};

typedef struct
{
  ClocheBaseFolder *base;
  gboolean is_read_only;
} OpenData;

G_DEFINE_FINAL_TYPE (ClocheTemplateMemory, cloche_template_memory, G_TYPE_OBJECT)

static void
open_data_free (OpenData *data)
{
  g_clear_object (&data->base);
  g_free (data);
}

static void
cloche_template_memory_finalize (GObject *object)
{
  ClocheTemplateMemory *self = CLOCHE_TEMPLATE_MEMORY (object);

  cloche_clear_fd (&self->fd);

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
  if (file >= 0)
    self->fd = data->is_read_only ? g_steal_fd (&file) : cloche_sealed_memory_copy (file, cancellable, &error);

  if (self->fd < 0)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&self), g_object_unref);
}

/**
 * cloche_template_memory_open_async:
 * @runtime_path: the user's runtime folder, where the holder's socket is
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_HOLDER; %G_IO_ERROR.
 */
void
cloche_template_memory_open_async (ClocheBaseFolder        *base,
                                   const ClocheQemuProgram *program,
                                   const char              *runtime_path,
                                   GCancellable            *cancellable,
                                   GAsyncReadyCallback      callback,
                                   gpointer                 user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  OpenData *data = g_new0 (OpenData, 1);

  data->base = g_object_ref (base);
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
