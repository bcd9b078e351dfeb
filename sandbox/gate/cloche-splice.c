/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-splice.h"

#include <string.h>
#include <sys/socket.h>

/*
 * Two lanes, each with one buffer and never more than one event that it waits for, so that a side that does not read
 * stops the other one from being read (back-pressure):
 *
 *   buffer empty ──wait for "from" to be readable──▶ read ──▶ write
 *   buffer full or partly written ──wait for "to" to be writable──▶ write
 *   "from" ended and buffer empty ──▶ shut down the writing of "to": the lane is finished
 *
 * The lane out of the client starts in "hold": what is read stays in the buffer until it has been judged. The other lane
 * runs meanwhile, since in many protocols the server speaks first. Both lanes finished is the orderly end. A client that
 * has closed altogether is noticed even when there is nothing to write to it.
 */

/* bytes: a lane's buffer; what is held has to fit. Times two, times 256 connections: 32 MiB. */
#define BUFFER_BYTES CLOCHE_FIRST_BYTES_MAX

/* reads of one lane before the main loop gets its turn again. */
#define READS_A_TURN 8

/* seconds: from the first byte that is held until it has to be clear what it is. Human typing of a head takes less. */
#define HOLD_SECONDS 30

typedef struct
{
  ClocheSplice *splice;         /* borrowed */
  GSocket *from;                /* borrowed from the splice */
  GSocket *to;
  guint8 *buffer;
  gsize start;                  /* of what is not written yet */
  gsize end;
  guint64 total;                /* bytes written */
  GSource *source;
  gboolean is_held;
  gboolean from_ended;
  gboolean is_finished;
} Lane;

struct _ClocheSplice
{
  GObject parent_instance;

  /* owned */
  GSocket *client;
  GSocket *world;
  ClocheFirstBytes *first_bytes;        /* NULL when judged */
  GSource *hold_source;
  GSource *hangup_source;

  Lane out;                     /* client → world */
  Lane in;                      /* world → client */
  gboolean is_unnamed;
  gboolean is_ended;
};

G_DEFINE_FINAL_TYPE (ClocheSplice, cloche_splice, G_TYPE_OBJECT)

enum {
  ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean lane_ready_cb (GSocket     *socket,
                               GIOCondition condition,
                               gpointer     data);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
clear_sources (ClocheSplice *self)
{
  clear_source (&self->out.source);
  clear_source (&self->in.source);
  clear_source (&self->hold_source);
  clear_source (&self->hangup_source);
}

static void
end (ClocheSplice      *self,
     ClocheEgressReason reason)
{
  g_autoptr (ClocheSplice) hold = g_object_ref (self);

  if (self->is_ended)
    return;

  self->is_ended = TRUE;
  clear_sources (self);
  g_signal_emit (self, signals[ENDED], 0, (int) reason);
}

static void
wait_for (Lane        *lane,
          GSocket     *socket,
          GIOCondition condition)
{
  clear_source (&lane->source);
  lane->source = g_socket_create_source (socket, condition, NULL);
  g_source_set_callback (lane->source, G_SOURCE_FUNC (lane_ready_cb), lane, NULL);
  g_source_attach (lane->source, g_main_context_get_thread_default ());
}

static gboolean
hold_timeout_cb (gpointer data)
{
  end (data, CLOCHE_EGRESS_REASON_TIMEOUT);

  return G_SOURCE_REMOVE;
}

/* The client closed its socket altogether: nobody is there to read any more. */
static gboolean
hangup_cb (GSocket     *socket,
           GIOCondition condition,
           gpointer     data)
{
  end (data, CLOCHE_EGRESS_REASON_LISTED);

  return G_SOURCE_REMOVE;
}

static GSource *
add_hangup_source (ClocheSplice *self)
{
  GSource *source = g_socket_create_source (self->client, G_IO_HUP | G_IO_ERR, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (hangup_cb), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());

  return source;
}

/* Takes a verdict on what is held. Returns FALSE when the splice has ended by it. */
static gboolean
take_verdict (ClocheSplice           *self,
              ClocheFirstBytesVerdict verdict,
              ClocheEgressReason      reason)
{
  if (verdict == CLOCHE_FIRST_BYTES_REFUSE) {
    end (self, reason);
    return FALSE;
  }
  if (verdict == CLOCHE_FIRST_BYTES_HOLD) {
    if (self->hold_source == NULL) {
      self->hold_source = g_timeout_source_new_seconds (HOLD_SECONDS);
      g_source_set_callback (self->hold_source, hold_timeout_cb, self, NULL);
      g_source_attach (self->hold_source, g_main_context_get_thread_default ());
    }
    return TRUE;
  }

  clear_source (&self->hold_source);
  g_clear_pointer (&self->first_bytes, cloche_first_bytes_free);
  self->is_unnamed = verdict == CLOCHE_FIRST_BYTES_PASS_UNNAMED;
  self->out.is_held = FALSE;
  return TRUE;
}

static gboolean
judge (Lane *lane,
       gsize n)
{
  ClocheSplice *self = lane->splice;
  ClocheEgressReason reason = CLOCHE_EGRESS_REASON_LISTED;
  ClocheFirstBytesVerdict verdict;

  if (n == 0)
    verdict = cloche_first_bytes_end (self->first_bytes, &reason);
  else
    verdict = cloche_first_bytes_feed (self->first_bytes, lane->buffer + lane->end - n, n, &reason);

  return take_verdict (self, verdict, reason);
}

typedef enum {
  STEP_AGAIN,                   /* something was done */
  STEP_WAIT,                    /* an event is waited for, or the lane is finished */
  STEP_ENDED,                   /* the splice has ended */
} Step;

/* What went wrong on a socket: nothing but that it would block, or the end of the splice. */
static Step
step_failed (Lane        *lane,
             GSocket     *socket,
             GIOCondition condition,
             GError      *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    wait_for (lane, socket, condition);
    return STEP_WAIT;
  }

  end (lane->splice, CLOCHE_EGRESS_REASON_RESET);
  return STEP_ENDED;
}

static Step
lane_read (Lane *lane)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (lane->from, (char *) lane->buffer + lane->end, BUFFER_BYTES - lane->end, NULL, &error);

  if (n < 0)
    return step_failed (lane, lane->from, G_IO_IN, error);

  lane->end += (gsize) n;
  lane->from_ended = n == 0;
  if (lane->is_held && !judge (lane, (gsize) n))
    return STEP_ENDED;

  return STEP_AGAIN;
}

static Step
lane_write (Lane *lane)
{
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_send (lane->to, (const char *) lane->buffer + lane->start, lane->end - lane->start, NULL, &error);

  if (n < 0)
    return step_failed (lane, lane->to, G_IO_OUT, error);

  lane->start += (gsize) n;
  lane->total += (guint64) n;
  if (lane->start == lane->end)
    lane->start = lane->end = 0;

  return STEP_AGAIN;
}

static Step
lane_finish (Lane *lane)
{
  ClocheSplice *self = lane->splice;

  lane->is_finished = TRUE;
  clear_source (&lane->source);
  (void) g_socket_shutdown (lane->to, FALSE, TRUE, NULL);       /* Fails only if the other side is gone: lane "in" sees it. */
  if (lane == &self->out)
    self->hangup_source = add_hangup_source (self);
  if (!self->in.is_finished || !self->out.is_finished)
    return STEP_WAIT;

  end (self, CLOCHE_EGRESS_REASON_LISTED);
  return STEP_ENDED;
}

static Step
lane_step (Lane *lane)
{
  if (lane->start < lane->end && !lane->is_held)
    return lane_write (lane);
  if (lane->from_ended)
    return lane_finish (lane);

  return lane_read (lane);
}

static void
lane_run (Lane *lane)
{
  Step step = STEP_AGAIN;

  for (guint i = 0; i < 2 * READS_A_TURN && step == STEP_AGAIN; i++)
    step = lane_step (lane);
  if (step == STEP_AGAIN) {
    if (lane->start < lane->end && !lane->is_held)
      wait_for (lane, lane->to, G_IO_OUT);
    else
      wait_for (lane, lane->from, G_IO_IN);
  }
}

static gboolean
lane_ready_cb (GSocket     *socket,
               GIOCondition condition,
               gpointer     data)
{
  Lane *lane = data;
  g_autoptr (ClocheSplice) hold = g_object_ref (lane->splice);

  lane_run (lane);

  /* The lane has made itself a new source, or wants none. */
  return G_SOURCE_REMOVE;
}

static void
cloche_splice_dispose (GObject *object)
{
  ClocheSplice *self = CLOCHE_SPLICE (object);

  clear_sources (self);
  g_clear_pointer (&self->first_bytes, cloche_first_bytes_free);
  g_clear_object (&self->client);
  g_clear_object (&self->world);
  g_clear_pointer (&self->out.buffer, g_free);
  g_clear_pointer (&self->in.buffer, g_free);

  G_OBJECT_CLASS (cloche_splice_parent_class)->dispose (object);
}

static void
cloche_splice_class_init (ClocheSpliceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_splice_dispose;

  signals[ENDED] = g_signal_new ("ended", CLOCHE_TYPE_SPLICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
cloche_splice_init (ClocheSplice *self)
{
}

static void
lane_init (Lane         *lane,
           ClocheSplice *self,
           GSocket      *from,
           GSocket      *to)
{
  lane->splice = self;
  lane->from = from;
  lane->to = to;
  lane->buffer = g_malloc (BUFFER_BYTES);
}

/**
 * cloche_splice_new:
 * @client: non-blocking
 * @world: non-blocking, connected
 * @first_bytes: what the client's first bytes are checked by; taken
 */
ClocheSplice *
cloche_splice_new (GSocket          *client,
                   GSocket          *world,
                   ClocheFirstBytes *first_bytes)
{
  ClocheSplice *self = g_object_new (CLOCHE_TYPE_SPLICE, NULL);

  self->client = g_object_ref (client);
  self->world = g_object_ref (world);
  self->first_bytes = first_bytes;
  lane_init (&self->out, self, self->client, self->world);
  lane_init (&self->in, self, self->world, self->client);
  self->out.is_held = TRUE;

  return self;
}

guint64
cloche_splice_get_bytes_in (ClocheSplice *self)
{
  g_return_val_if_fail (CLOCHE_IS_SPLICE (self), 0);

  return self->in.total;
}

guint64
cloche_splice_get_bytes_out (ClocheSplice *self)
{
  g_return_val_if_fail (CLOCHE_IS_SPLICE (self), 0);

  return self->out.total;
}

/**
 * cloche_splice_is_unnamed:
 *
 * Whether the client was let through without naming its host.
 */
gboolean
cloche_splice_is_unnamed (ClocheSplice *self)
{
  g_return_val_if_fail (CLOCHE_IS_SPLICE (self), FALSE);

  return self->is_unnamed;
}

void
cloche_splice_start (ClocheSplice *self)
{
  g_return_if_fail (CLOCHE_IS_SPLICE (self));

  wait_for (&self->out, self->client, G_IO_IN);
  wait_for (&self->in, self->world, G_IO_IN);
}

/**
 * cloche_splice_stop:
 * @is_reset: whether the network's side shall see a reset instead of an end
 *
 * Carries nothing more and closes the network's side. Does not emit "ended".
 */
void
cloche_splice_stop (ClocheSplice *self,
                    gboolean      is_reset)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_return_if_fail (CLOCHE_IS_SPLICE (self));

  self->is_ended = TRUE;
  clear_sources (self);
  if (is_reset)                 /* Without it the end is a plain one; there is nothing better to do. */
    (void) setsockopt (g_socket_get_fd (self->world), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  (void) g_socket_close (self->world, NULL);
}
