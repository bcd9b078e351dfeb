/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-console-log.h"

#include "cloche-string.h"

#include <string.h>

struct _ClocheConsoleLog
{
  GObject parent_instance;

  /* Owned */
  GSocket *socket;
  GSource *source;
  GByteArray *bytes;            /* At most twice the limit, so that it is moved rarely. */
};

G_DEFINE_FINAL_TYPE (ClocheConsoleLog, cloche_console_log, G_TYPE_OBJECT)

static void
append (ClocheConsoleLog *self,
        const guint8     *bytes,
        gsize             length)
{
  g_byte_array_append (self->bytes, bytes, (guint) length);
  if (self->bytes->len > 2 * CLOCHE_CONSOLE_LOG_BYTES)
    g_byte_array_remove_range (self->bytes, 0, self->bytes->len - CLOCHE_CONSOLE_LOG_BYTES);
}

/* Reads once; FALSE when there is nothing (more) to read. */
static gboolean
read_some (ClocheConsoleLog *self,
           gboolean         *ret_is_open)
{
  g_autoptr (GError) error = NULL;
  guint8 bytes[4096];
  gssize n = g_socket_receive_with_blocking (self->socket, (char *) bytes, sizeof bytes, FALSE, NULL, &error);

  *ret_is_open = n > 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (n > 0)
    append (self, bytes, (gsize) n);

  return n > 0;
}

static gboolean
readable_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     user_data)
{
  gboolean is_open;

  (void) read_some (user_data, &is_open);

  return is_open ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
cloche_console_log_dispose (GObject *object)
{
  ClocheConsoleLog *self = CLOCHE_CONSOLE_LOG (object);

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->bytes, g_byte_array_unref);

  G_OBJECT_CLASS (cloche_console_log_parent_class)->dispose (object);
}

static void
cloche_console_log_class_init (ClocheConsoleLogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_console_log_dispose;
}

static void
cloche_console_log_init (ClocheConsoleLog *self)
{
  self->bytes = g_byte_array_new ();
}

ClocheConsoleLog *
cloche_console_log_new (GSocket *socket)
{
  ClocheConsoleLog *self;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);

  self = g_object_new (CLOCHE_TYPE_CONSOLE_LOG, NULL);
  self->socket = g_object_ref (socket);
  g_socket_set_blocking (socket, FALSE);
  self->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());

  return self;
}

/* Control characters but line feeds go; so do the escape sequences that begin with one. */
static char *
make_lines_printable (const char *bytes,
                      gsize       length)
{
  GString *out = g_string_sized_new (length);
  const char *end = bytes + length;

  while (bytes < end) {
    const char *line_end = memchr (bytes, '\n', (gsize) (end - bytes));
    gsize n = (gsize) ((line_end != NULL ? line_end : end) - bytes);
    gsize without_return = n > 0 && bytes[n - 1] == '\r' ? n - 1 : n;
    g_autofree char *line = cloche_text_make_printable (bytes, (gssize) without_return);

    g_string_append (out, line);
    if (line_end != NULL)
      g_string_append_c (out, '\n');
    bytes += n + 1;
  }

  return g_string_free (out, FALSE);
}

/**
 * cloche_console_log_dup_text:
 *
 * What is kept, valid UTF-8 in lines, printable.
 */
char *
cloche_console_log_dup_text (ClocheConsoleLog *self)
{
  gsize skip;

  g_return_val_if_fail (CLOCHE_IS_CONSOLE_LOG (self), NULL);

  if (self->bytes->len == 0)
    return g_strdup ("");

  skip = self->bytes->len > CLOCHE_CONSOLE_LOG_BYTES ? self->bytes->len - CLOCHE_CONSOLE_LOG_BYTES : 0;

  return make_lines_printable ((const char *) self->bytes->data + skip, self->bytes->len - skip);
}

/**
 * cloche_console_log_dup_last_line:
 *
 * The last line that is not empty, or "".
 */
char *
cloche_console_log_dup_last_line (ClocheConsoleLog *self)
{
  g_autofree char *text = cloche_console_log_dup_text (self);
  const char *start;

  g_strchomp (text);
  start = strrchr (text, '\n');

  return g_strdup (start != NULL ? start + 1 : text);
}

/**
 * cloche_console_log_drain:
 *
 * Takes what has arrived but was not read yet: the last words of a process that has just ended.
 */
void
cloche_console_log_drain (ClocheConsoleLog *self)
{
  gboolean is_open;

  g_return_if_fail (CLOCHE_IS_CONSOLE_LOG (self));

  /* A socket's buffer holds less than the log, so this ends even if somebody writes on and on. */
  for (gsize i = 0; i < 2 * CLOCHE_CONSOLE_LOG_BYTES / 4096 && read_some (self, &is_open); i++)
    continue;
}
