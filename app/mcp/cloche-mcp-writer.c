/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mcp-writer.h"

#include <string.h>

/* bytes of one write. A pipe that polls writable takes PIPE_BUF bytes without blocking; GLib does not make the pipes that
 * it was given non-blocking, and neither do we, since they may be shared. Source: pipe(7). */
#define CHUNK_BYTES 4096

struct _ClocheMcpWriter
{
  GObject parent_instance;

  GOutputStream *stream;
  GCancellable *cancellable;
  GQueue lines;                 /* of GBytes; the first one is being written */
  gsize written;                /* bytes of the first one */
  gsize pending;                /* bytes of all of them */
  gboolean is_writing;
  gboolean has_failed;
};

enum {
  SIGNAL_PROGRESSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheMcpWriter, cloche_mcp_writer, G_TYPE_OBJECT)

static void
forget_lines (ClocheMcpWriter *self)
{
  g_queue_clear_full (&self->lines, (GDestroyNotify) g_bytes_unref);
  self->pending = self->written = 0;
}

static void
cloche_mcp_writer_finalize (GObject *object)
{
  ClocheMcpWriter *self = CLOCHE_MCP_WRITER (object);

  forget_lines (self);
  g_clear_object (&self->stream);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (cloche_mcp_writer_parent_class)->finalize (object);
}

static void
cloche_mcp_writer_class_init (ClocheMcpWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_mcp_writer_finalize;
  signals[SIGNAL_PROGRESSED] = g_signal_new ("progressed", CLOCHE_TYPE_MCP_WRITER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 0);
}

static void
cloche_mcp_writer_init (ClocheMcpWriter *self)
{
  g_queue_init (&self->lines);
}

/**
 * cloche_mcp_writer_new:
 * @cancellable: gives up what is not out yet
 */
ClocheMcpWriter *
cloche_mcp_writer_new (GOutputStream *stream,
                       GCancellable  *cancellable)
{
  ClocheMcpWriter *self = g_object_new (CLOCHE_TYPE_MCP_WRITER, NULL);

  self->stream = g_object_ref (stream);
  self->cancellable = g_object_ref (cancellable);

  return self;
}

static void write_next (ClocheMcpWriter *self);

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheMcpWriter) self = user_data;
  gssize n = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, NULL);

  self->is_writing = FALSE;
  if (n < 0) {                  /* Whoever read has gone; there is nobody to be told why. */
    self->has_failed = TRUE;
    forget_lines (self);
  } else {
    self->written += (gsize) n;
    self->pending -= (gsize) n;
    if (self->written == g_bytes_get_size (g_queue_peek_head (&self->lines))) {
      g_bytes_unref (g_queue_pop_head (&self->lines));
      self->written = 0;
    }
  }
  write_next (self);
  g_signal_emit (self, signals[SIGNAL_PROGRESSED], 0);
}

static void
write_next (ClocheMcpWriter *self)
{
  GBytes *line = g_queue_peek_head (&self->lines);
  gsize length;
  const char *bytes;

  if (self->is_writing || line == NULL)
    return;

  self->is_writing = TRUE;
  bytes = g_bytes_get_data (line, &length);
  g_output_stream_write_async (self->stream, bytes + self->written, MIN (length - self->written, CHUNK_BYTES),
                               G_PRIORITY_DEFAULT, self->cancellable, written_cb, g_object_ref (self));
}

/**
 * cloche_mcp_writer_take_line:
 * @line: (transfer full): with its end
 */
void
cloche_mcp_writer_take_line (ClocheMcpWriter *self,
                             char            *line)
{
  gsize length = strlen (line);

  if (self->has_failed) {
    g_free (line);
    return;
  }

  g_queue_push_tail (&self->lines, g_bytes_new_take (line, length));
  self->pending += length;
  write_next (self);
}

/**
 * cloche_mcp_writer_get_pending:
 *
 * Returns: bytes that are not out yet
 */
gsize
cloche_mcp_writer_get_pending (ClocheMcpWriter *self)
{
  return self->pending;
}

gboolean
cloche_mcp_writer_has_failed (ClocheMcpWriter *self)
{
  return self->has_failed;
}
