/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-lines.h"

#include "cloche-json.h"

#include <string.h>

/* bytes that wait for the other side to read: some thousand rows of the log. */
#define MAX_QUEUED (1024 * 1024)

struct _ClocheGateLines
{
  GObject parent_instance;

  /* owned */
  GSocketConnection *connection;
  GSource *in_source;
  GSource *out_source;          /* set while there is something to send */
  GByteArray *in;               /* less than a line */
  GByteArray *out;

  gboolean is_closing;          /* close as soon as everything is sent */
};

G_DEFINE_FINAL_TYPE (ClocheGateLines, cloche_gate_lines, G_TYPE_OBJECT)

enum {
  LINE,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
close_now (ClocheGateLines *self)
{
  g_autoptr (ClocheGateLines) hold = g_object_ref (self);

  if (cloche_gate_lines_is_closed (self))
    return;

  clear_source (&self->in_source);
  clear_source (&self->out_source);
  (void) g_socket_close (g_socket_connection_get_socket (self->connection), NULL);      /* It is over either way. */
  g_signal_emit (self, signals[CLOSED], 0);
}

/* Returns FALSE if the line is not for us to go on after. */
static gboolean
emit_line (ClocheGateLines *self,
           const guint8    *bytes,
           gsize            length)
{
  g_autoptr (JsonObject) object = cloche_json_parse_object ((const char *) bytes, (gssize) length, NULL);

  if (object == NULL) {
    close_now (self);
    return FALSE;
  }

  g_signal_emit (self, signals[LINE], 0, object);
  return !cloche_gate_lines_is_closed (self) && !self->is_closing;
}

static void
split_lines (ClocheGateLines *self)
{
  guint8 *newline;

  while ((newline = memchr (self->in->data, '\n', self->in->len)) != NULL) {
    gsize length = (gsize) (newline - self->in->data);

    if (length > CLOCHE_GATE_LINE_BYTES)
      break;
    if (!emit_line (self, self->in->data, length))
      return;
    g_byte_array_remove_range (self->in, 0, (guint) length + 1);
  }

  if (self->in->len > CLOCHE_GATE_LINE_BYTES)
    close_now (self);
}

static gboolean
readable_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     data)
{
  g_autoptr (ClocheGateLines) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;
  char chunk[16 * 1024];
  gssize n = g_socket_receive (socket, chunk, sizeof chunk, NULL, &error);

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n <= 0) {
    close_now (self);
    return G_SOURCE_REMOVE;
  }

  g_byte_array_append (self->in, (const guint8 *) chunk, (guint) n);
  split_lines (self);

  return self->in_source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
writable_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     data)
{
  g_autoptr (ClocheGateLines) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_send (socket, (const char *) self->out->data, self->out->len, NULL, &error);

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n < 0) {
    close_now (self);
    return G_SOURCE_REMOVE;
  }

  g_byte_array_remove_range (self->out, 0, (guint) n);
  if (self->out->len > 0)
    return G_SOURCE_CONTINUE;

  clear_source (&self->out_source);
  if (self->is_closing)
    close_now (self);
  return G_SOURCE_REMOVE;
}

static GSource *
add_source (ClocheGateLines *self,
            GIOCondition     condition,
            GSourceFunc      callback)
{
  GSocket *socket = g_socket_connection_get_socket (self->connection);
  GSource *source = g_socket_create_source (socket, condition, NULL);

  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

static void
cloche_gate_lines_dispose (GObject *object)
{
  ClocheGateLines *self = CLOCHE_GATE_LINES (object);

  clear_source (&self->in_source);
  clear_source (&self->out_source);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->in, g_byte_array_unref);
  g_clear_pointer (&self->out, g_byte_array_unref);

  G_OBJECT_CLASS (cloche_gate_lines_parent_class)->dispose (object);
}

static void
cloche_gate_lines_class_init (ClocheGateLinesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_lines_dispose;

  signals[LINE] = g_signal_new ("line", CLOCHE_TYPE_GATE_LINES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[CLOSED] = g_signal_new ("closed", CLOCHE_TYPE_GATE_LINES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
cloche_gate_lines_init (ClocheGateLines *self)
{
  self->in = g_byte_array_new ();
  self->out = g_byte_array_new ();
}

/**
 * cloche_gate_lines_new:
 *
 * Nothing is read before cloche_gate_lines_start().
 */
ClocheGateLines *
cloche_gate_lines_new (GSocketConnection *connection)
{
  ClocheGateLines *self = g_object_new (CLOCHE_TYPE_GATE_LINES, NULL);

  self->connection = g_object_ref (connection);
  g_socket_set_blocking (g_socket_connection_get_socket (connection), FALSE);

  return self;
}

gboolean
cloche_gate_lines_is_closed (ClocheGateLines *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_LINES (self), TRUE);

  return g_socket_is_closed (g_socket_connection_get_socket (self->connection));
}

void
cloche_gate_lines_start (ClocheGateLines *self)
{
  g_return_if_fail (CLOCHE_IS_GATE_LINES (self) && self->in_source == NULL);

  self->in_source = add_source (self, G_IO_IN, G_SOURCE_FUNC (readable_cb));
}

/**
 * cloche_gate_lines_send:
 * @line: one JSON object without its newline
 *
 * Sends when the other side reads; drops the connection when it does not. On a closed one nothing happens.
 */
void
cloche_gate_lines_send (ClocheGateLines *self,
                        const char      *line)
{
  gsize length = strlen (line);

  g_return_if_fail (CLOCHE_IS_GATE_LINES (self));

  if (cloche_gate_lines_is_closed (self) || self->is_closing)
    return;
  if (self->out->len + length >= MAX_QUEUED) {
    close_now (self);
    return;
  }

  g_byte_array_append (self->out, (const guint8 *) line, (guint) length);
  g_byte_array_append (self->out, (const guint8 *) "\n", 1);
  if (self->out_source == NULL)
    self->out_source = add_source (self, G_IO_OUT, G_SOURCE_FUNC (writable_cb));
}

/**
 * cloche_gate_lines_close:
 *
 * Reads no more; closes as soon as what was sent has gone out.
 */
void
cloche_gate_lines_close (ClocheGateLines *self)
{
  g_return_if_fail (CLOCHE_IS_GATE_LINES (self));

  self->is_closing = TRUE;
  clear_source (&self->in_source);
  if (self->out_source == NULL)
    close_now (self);
}
