/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-log.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Nothing gets out that could not be logged, so room for the rows of everything under way is reserved in the file
 * system before an attempt is let through, where the file system can do that. Where it cannot, a failed write is the
 * first sign of a full disk: from then on the log is not healthy, the gate refuses everything, and the rest of the
 * batch, which may begin in the middle of a row, is tried again every second until it fits. No row is ever dropped; the
 * gate stops listening to the keeper when too many wait.
 */

/* bytes: a log that has grown beyond this is no log of honest work, and may not fill the disk. */
#define LOG_BYTES (256 * 1024 * 1024)

/* bytes: what is reserved at a time. */
#define ROOM_BYTES (1024 * 1024)

/* seconds between two tries of a batch that did not fit. There is no event for "the disk has room again". */
#define RETRY_SECONDS 1

typedef struct
{
  int fd;                       /* borrowed from the log, which waits for its batch */
  GBytes *bytes;
  gsize written;                /* bytes that are in the file already */
} Batch;

struct _ClocheEgressLog
{
  GObject parent_instance;

  /* owned */
  int fd;
  GQueue waiting;               /* of GBytes: rows without newline, not yet in a batch */
  GPtrArray *rows;              /* of GBytes: the rows of the batch */
  Batch *batch;                 /* NULL: nothing to write */
  guint retry_id;

  gint64 seq;                   /* of the newest row, 0: none */
  goffset size;                 /* bytes of the file with everything that waits */
  goffset room;                 /* bytes that the file can grow to without asking for space */
  gboolean can_reserve;
  gboolean is_writing;          /* the batch is with the thread */
  gboolean is_failed;           /* the last write did not work */
  gboolean is_torn;             /* what was there before does not end in a newline */
};

G_DEFINE_FINAL_TYPE (ClocheEgressLog, cloche_egress_log, G_TYPE_OBJECT)

enum {
  ROW,
  SETTLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void start_batch (ClocheEgressLog *self);

static void
batch_free (Batch *batch)
{
  g_bytes_unref (batch->bytes);
  g_free (batch);
}

/* Writes what is left of the batch and syncs. Not on the main thread. */
static gboolean
batch_write (Batch   *batch,
             GError **error)
{
  gsize length;
  const char *bytes = g_bytes_get_data (batch->bytes, &length);

  while (batch->written < length) {
    ssize_t n = write (batch->fd, bytes + batch->written, length - batch->written);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      cloche_set_errno_error (error, n < 0 ? errno : ENOSPC, "Could not write the log");
      return FALSE;
    }
    batch->written += (gsize) n;
  }

  /* EINVAL: a pipe or a device, which tests use. */
  if (fdatasync (batch->fd) < 0 && errno != EINVAL) {
    cloche_set_errno_error (error, errno, "Could not write the log to the disk");
    return FALSE;
  }

  return TRUE;
}

static void
write_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  GError *error = NULL;

  if (batch_write (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
retry_cb (gpointer data)
{
  ClocheEgressLog *self = data;

  self->retry_id = 0;
  start_batch (self);

  return G_SOURCE_REMOVE;
}

static void
finish_batch (ClocheEgressLog *self,
              gboolean         is_written)
{
  g_autoptr (GPtrArray) rows = NULL;

  self->is_writing = FALSE;
  self->is_failed = !is_written;
  if (!is_written) {
    if (self->retry_id == 0)
      self->retry_id = g_timeout_add_seconds (RETRY_SECONDS, retry_cb, self);
    return;
  }

  rows = g_steal_pointer (&self->rows);
  g_clear_pointer (&self->batch, batch_free);
  for (guint i = 0; i < rows->len; i++)
    g_signal_emit (self, signals[ROW], 0, rows->pdata[i]);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  ClocheEgressLog *self = CLOCHE_EGRESS_LOG (object);

  finish_batch (self, g_task_propagate_boolean (G_TASK (result), NULL));
  start_batch (self);
  if (!self->is_writing)
    g_signal_emit (self, signals[SETTLED], 0);
}

static void
make_batch (ClocheEgressLog *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  GBytes *row;

  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  if (self->is_torn)
    g_byte_array_append (bytes, (const guint8 *) "\n", 1);
  self->is_torn = FALSE;

  while ((row = g_queue_pop_head (&self->waiting)) != NULL) {
    g_byte_array_append (bytes, g_bytes_get_data (row, NULL), (guint) g_bytes_get_size (row));
    g_byte_array_append (bytes, (const guint8 *) "\n", 1);
    g_ptr_array_add (self->rows, row);
  }

  self->batch = g_new0 (Batch, 1);
  self->batch->fd = self->fd;
  self->batch->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
start_batch (ClocheEgressLog *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->is_writing || self->retry_id != 0)
    return;
  if (self->batch == NULL && g_queue_is_empty (&self->waiting))
    return;

  if (self->batch == NULL)
    make_batch (self);
  self->is_writing = TRUE;
  task = g_task_new (self, NULL, written_cb, NULL);
  g_task_set_source_tag (task, start_batch);
  g_task_set_task_data (task, self->batch, NULL);
  g_task_run_in_thread (task, write_in_thread);
}

/* The number of the last whole row in @tail, which is the end of the file; 0 if there is none. */
static gint64
find_last_seq (const char *tail,
               gsize       length)
{
  const char *end = memrchr (tail, '\n', length);

  while (end != NULL) {
    const char *before = memrchr (tail, '\n', (gsize) (end - tail));
    const char *start = before != NULL ? before + 1 : tail;
    g_autoptr (JsonObject) row = cloche_json_parse_object (start, end - start, NULL);
    gint64 seq = row != NULL ? cloche_json_get_int (row, "seq", 0) : 0;

    if (seq > 0)
      return seq;
    end = before;
  }

  return 0;
}

/* Goes on where the log of an earlier gate ended, if the descriptor may be read. */
static void
read_tail (ClocheEgressLog *self)
{
  char tail[4 * CLOCHE_EGRESS_ROW_BYTES];
  goffset start = MAX (0, self->size - (goffset) sizeof tail);
  ssize_t n = pread (self->fd, tail, sizeof tail, start);

  if (n <= 0)
    return;

  self->is_torn = tail[n - 1] != '\n';
  self->seq = MAX (self->seq, find_last_seq (tail, (gsize) n));
}

static void
cloche_egress_log_dispose (GObject *object)
{
  ClocheEgressLog *self = CLOCHE_EGRESS_LOG (object);

  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_pointer (&self->batch, batch_free);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) g_bytes_unref);
  cloche_clear_fd (&self->fd);

  G_OBJECT_CLASS (cloche_egress_log_parent_class)->dispose (object);
}

static void
cloche_egress_log_class_init (ClocheEgressLogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_egress_log_dispose;

  signals[ROW] = g_signal_new ("row", CLOCHE_TYPE_EGRESS_LOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[SETTLED] = g_signal_new ("settled", CLOCHE_TYPE_EGRESS_LOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
cloche_egress_log_init (ClocheEgressLog *self)
{
  self->fd = -1;
  g_queue_init (&self->waiting);
}

/**
 * cloche_egress_log_new:
 * @fd: the log, opened for appending; taken, also on failure
 * @first_seq: the number of the first row, used if @fd cannot be read or holds no row; at least 1
 */
ClocheEgressLog *
cloche_egress_log_new (int      fd,
                       gint64   first_seq,
                       GError **error)
{
  g_autoptr (ClocheEgressLog) self = g_object_new (CLOCHE_TYPE_EGRESS_LOG, NULL);
  struct stat st;

  self->fd = fd;
  self->seq = MAX (first_seq, 1) - 1;
  if (fstat (fd, &st) < 0) {
    cloche_set_errno_error (error, errno, "Could not use the log");
    return NULL;
  }

  self->can_reserve = S_ISREG (st.st_mode);
  self->size = S_ISREG (st.st_mode) ? st.st_size : 0;
  self->room = self->size;
  if (S_ISREG (st.st_mode))
    read_tail (self);

  return g_steal_pointer (&self);
}

/**
 * cloche_egress_log_get_seq:
 *
 * The number of the newest row, which may still have to be written; 0 if there is none.
 */
gint64
cloche_egress_log_get_seq (ClocheEgressLog *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_LOG (self), 0);

  return self->seq;
}

gboolean
cloche_egress_log_is_healthy (ClocheEgressLog *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_LOG (self), FALSE);

  return !self->is_failed && self->size < LOG_BYTES;
}

/**
 * cloche_egress_log_get_waiting:
 *
 * How many rows are not on the disk yet.
 */
guint
cloche_egress_log_get_waiting (ClocheEgressLog *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_LOG (self), 0);

  return g_queue_get_length (&self->waiting) + (self->rows != NULL ? self->rows->len : 0);
}

/**
 * cloche_egress_log_make_room:
 * @n_rows: rows that will have to be written for what is under way
 *
 * Returns: %FALSE if they could not be; then nothing may be let through
 */
gboolean
cloche_egress_log_make_room (ClocheEgressLog *self,
                             guint            n_rows)
{
  goffset wanted;

  g_return_val_if_fail (CLOCHE_IS_EGRESS_LOG (self), FALSE);

  wanted = self->size + (goffset) n_rows * CLOCHE_EGRESS_ROW_BYTES;
  if (!cloche_egress_log_is_healthy (self) || !self->can_reserve || wanted <= self->room)
    return cloche_egress_log_is_healthy (self);

  /* Some at a time, so that not every attempt asks; when that is too much, what is needed. */
  for (goffset extra = ROOM_BYTES; extra >= 0; extra -= ROOM_BYTES)
    if (fallocate (self->fd, FALLOC_FL_KEEP_SIZE, self->size, wanted - self->size + extra) == 0) {
      self->room = wanted + extra;
      return TRUE;
    }

  /* Not a full disk but one that cannot reserve: the first failed write will tell. */
  self->can_reserve = errno != EOPNOTSUPP && errno != ENOSYS;
  return !self->can_reserve;
}

/**
 * cloche_egress_log_add:
 *
 * Gives @row its number and writes it soon. Never fails and never drops it; see cloche_egress_log_is_healthy().
 */
void
cloche_egress_log_add (ClocheEgressLog       *self,
                       const ClocheEgressRow *row)
{
  char *line;
  gsize length;

  g_return_if_fail (CLOCHE_IS_EGRESS_LOG (self));

  line = cloche_egress_row_to_line (row, ++self->seq);
  length = strlen (line);
  g_assert (length < CLOCHE_EGRESS_ROW_BYTES);
  self->size += (goffset) length + 1;
  g_queue_push_tail (&self->waiting, g_bytes_new_take (line, length));
  start_batch (self);
}
