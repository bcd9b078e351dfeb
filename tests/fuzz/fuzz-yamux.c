/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-yamux.h"

#include <assert.h>

/* The first byte says which side we are, how the rest is cut and what we do with each stream. */
typedef struct
{
  cloche_yamux *mux;
  uint8_t how;
  size_t unconsumed;
} Session;

enum
{
  IS_CLIENT = 1,
  ACCEPTS = 2,
  CONSUMES = 4,
  ECHOES = 8,
  RESETS = 16,
  OPENS = 32,
};

static void
opened (uint32_t id,
        void    *user_data)
{
  Session *session = user_data;

  if ((session->how & ACCEPTS) != 0)
    assert (cloche_yamux_accept (session->mux, id) == 0);
}

static void
received (uint32_t       id,
          const uint8_t *bytes,
          size_t         length,
          void          *user_data)
{
  Session *session = user_data;

  assert (length > 0 && length <= CLOCHE_YAMUX_WINDOW_BYTES);
  if ((session->how & CONSUMES) != 0)
    assert (cloche_yamux_consumed (session->mux, id, length) == 0);
  else
    session->unconsumed += length;
  assert (session->unconsumed <= (size_t) CLOCHE_YAMUX_MAX_STREAMS * CLOCHE_YAMUX_WINDOW_BYTES);
  if ((session->how & ECHOES) != 0)
    (void) cloche_yamux_write (session->mux, id, bytes, length);
  if ((session->how & RESETS) != 0 && bytes[0] == 0)
    assert (cloche_yamux_reset (session->mux, id) == 0);
}

static void
finished (uint32_t id,
          void    *user_data)
{
  Session *session = user_data;

  (void) cloche_yamux_finish (session->mux, id);
}

static void
closed (uint32_t id,
        bool     was_reset,
        void    *user_data)
{
  Session *session = user_data;

  assert (cloche_yamux_write (session->mux, id, "x", 1) < 0);
}

static void
writable (uint32_t id,
          void    *user_data)
{
  Session *session = user_data;

  assert (cloche_yamux_write (session->mux, id, "x", 1) == 1);
}

/* Every frame that goes out is one that the other side could read. */
static void
drain (Session *session)
{
  const uint8_t *bytes;
  size_t length;

  while ((length = cloche_yamux_peek_output (session->mux, &bytes)) > 0) {
    assert (length <= CLOCHE_YAMUX_STAGE_BYTES);
    cloche_yamux_output_sent (session->mux, length / 2 + 1);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  static const cloche_yamux_events EVENTS = { opened, received, finished, closed, writable, NULL, NULL };
  Session session = { .how = length > 0 ? bytes[0] : 0 };
  size_t step = (size_t) (session.how >> 6) * 7 + 1;
  int result = 0;

  session.mux = cloche_yamux_new ((session.how & IS_CLIENT) != 0, &EVENTS, &session);
  assert (session.mux != NULL);
  for (size_t at = 1; at < length; at += step) {
    int last = result;

    if ((session.how & OPENS) != 0 && at % 64 < step)
      (void) cloche_yamux_open (session.mux);
    result = cloche_yamux_feed (session.mux, bytes + at, length - at < step ? length - at : step);
    assert (last == 0 || result == last);
    assert (cloche_yamux_get_n_streams (session.mux) <= CLOCHE_YAMUX_MAX_STREAMS);
    if (at % 5 == 0)
      drain (&session);
  }
  drain (&session);
  assert (cloche_yamux_get_output_bytes (session.mux) == 0);
  cloche_yamux_free (session.mux);

  return 0;
}
