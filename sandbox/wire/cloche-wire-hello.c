/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-hello.h"

#include "cloche-wire-error.h"

typedef struct
{
  char byte;
  GString *line;
} Hello;

static void
hello_free (gpointer data)
{
  Hello *self = data;

  g_string_free (self->line, TRUE);
  g_free (self);
}

static void read_byte (GTask *task);

static void
byte_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  Hello *hello = g_task_get_task_data (task);
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (n == 0)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The peer closed without a hello");
  else if (hello->byte == '\n')
    g_task_return_pointer (task, g_strdup (hello->line->str), g_free);
  else if (!g_ascii_isprint (hello->byte) || hello->line->len >= CLOCHE_WIRE_MAX_HELLO_BYTES)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL, "The peer sent no hello");
  else {
    g_string_append_c (hello->line, hello->byte);
    read_byte (g_steal_pointer (&task));
  }
}

/* One byte at a time, because what follows the line belongs to the session; it is short. @task: (transfer full) */
static void
read_byte (GTask *task)
{
  Hello *hello = g_task_get_task_data (task);

  g_input_stream_read_async (g_task_get_source_object (task), &hello->byte, 1, G_PRIORITY_DEFAULT,
                             g_task_get_cancellable (task), byte_read_cb, task);
}

void
cloche_wire_read_hello_async (GInputStream       *input,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  GTask *task = g_task_new (input, cancellable, callback, user_data);
  Hello *hello = g_new0 (Hello, 1);

  hello->line = g_string_new (NULL);
  g_task_set_source_tag (task, cloche_wire_read_hello_async);
  g_task_set_task_data (task, hello, hello_free);
  read_byte (task);
}

char *
cloche_wire_read_hello_finish (GInputStream *input,
                               GAsyncResult *result,
                               GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, input), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
