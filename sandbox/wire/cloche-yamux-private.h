/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * What the three files of the multiplexer share: cloche-yamux.c (streams and the public calls), cloche-yamux-input.c
 * (frames in) and cloche-yamux-output.c (frames out).
 *
 * A stream is in the table from open or SYN until it is closed. Its two directions end on their own:
 *
 *   receiving:  open --FIN from peer--> peer_finished
 *   sending:    open --finish()--> finish_wanted --FIN staged--> finish_staged
 *
 * Both ended, or a reset by either side: it leaves the table. Frames for ids that have left it are dropped, as the
 * reference implementation does (session.go, handleStreamMessage): they were under way when we reset.
 */

#include "cloche-byte-queue.h"
#include "cloche-yamux.h"

#define CLOCHE_YAMUX_HEADER_BYTES 12
#define CLOCHE_YAMUX_N_BUCKETS 64

enum
{
  CLOCHE_YAMUX_TYPE_DATA = 0,
  CLOCHE_YAMUX_TYPE_WINDOW = 1,
  CLOCHE_YAMUX_TYPE_PING = 2,
  CLOCHE_YAMUX_TYPE_GO_AWAY = 3,
};

enum
{
  CLOCHE_YAMUX_FLAG_SYN = 1,
  CLOCHE_YAMUX_FLAG_ACK = 2,
  CLOCHE_YAMUX_FLAG_FIN = 4,
  CLOCHE_YAMUX_FLAG_RST = 8,
};

enum
{
  CLOCHE_YAMUX_GO_AWAY_NORMAL = 0,
  CLOCHE_YAMUX_GO_AWAY_PROTOCOL = 1,
  CLOCHE_YAMUX_GO_AWAY_INTERNAL = 2,
};

typedef struct cloche_yamux_stream cloche_yamux_stream;

/* A place in one of the session's lists; a list's head is one too. Not in a list: next is NULL. */
typedef struct cloche_yamux_link cloche_yamux_link;
struct cloche_yamux_link
{
  cloche_yamux_link *prev;
  cloche_yamux_link *next;
  cloche_yamux_stream *stream;
};

struct cloche_yamux_stream
{
  uint32_t id;
  cloche_yamux_stream *next_in_bucket;
  void *data;                   /* The caller's. */

  cloche_byte_queue output;
  uint32_t send_window;         /* bytes that the peer has room for beyond @output. */

  /* bytes; the three always sum to CLOCHE_YAMUX_WINDOW_BYTES, but for a frame that is just coming in. */
  uint32_t receive_window;      /* The peer may still send these. */
  uint32_t unconsumed;          /* The caller has these. */
  uint32_t consumed;            /* Dealt with, and not handed back to the peer yet. */

  cloche_yamux_link urgent;     /* Has a window frame to send: SYN, ACK or room. */
  cloche_yamux_link ready;      /* Has data or FIN to send. */
  cloche_yamux_link waiting;    /* Could write if the output cap had room; or, when finished, is to be closed. */

  bool is_ours;
  bool is_accepted;             /* By us. */
  bool is_acknowledged;         /* By the peer. */
  bool needs_syn;
  bool needs_ack;
  bool wants_writable;          /* A write took less than asked. */
  bool has_turn;                /* writable() was called: the next write may pass those that wait. */
  bool peer_finished;
  bool finish_wanted;
  bool finish_staged;
  bool is_gone;                 /* Being closed; only its data may be asked for. */
};

struct cloche_yamux
{
  bool is_client;
  cloche_yamux_events events;
  void *user_data;
  int error;                    /* Negative errno of the breach that ended the session. */

  cloche_yamux_stream *buckets[CLOCHE_YAMUX_N_BUCKETS];
  unsigned n_streams;
  unsigned n_unaccepted;        /* Of the peer's streams. */
  unsigned n_unacknowledged;    /* Of ours. */
  uint64_t next_id;             /* Of ours; 64 bits, so that running out is seen. */
  uint32_t last_peer_id;
  bool we_went_away;
  bool peer_went_away;

  /* Input. */
  uint8_t header[CLOCHE_YAMUX_HEADER_BYTES];
  size_t n_header_bytes;
  uint32_t body_id;
  uint32_t body_left;           /* bytes of the data frame that is coming in. */
  bool body_finishes;           /* That frame carries FIN. */
  size_t slice_bytes;           /* Fed since the flood count began. */
  unsigned slice_control_frames;
  uint64_t n_control_frames;

  /* Output. */
  cloche_byte_queue control;    /* Whole frames that belong to no stream. */
  cloche_yamux_link urgent;
  cloche_yamux_link ready;
  cloche_yamux_link waiting;
  cloche_yamux_link dying;
  size_t stream_output_bytes;   /* Sum over all streams. */
  bool needs_last_words;
  size_t stage_start;
  size_t stage_length;          /* bytes from @stage_start on. */
  uint8_t stage[CLOCHE_YAMUX_STAGE_BYTES];
};

/* cloche-yamux.c */
cloche_yamux_stream *_cloche_yamux_find  (cloche_yamux        *self,
                                          uint32_t             id);
cloche_yamux_stream *_cloche_yamux_add   (cloche_yamux        *self,
                                          uint32_t             id,
                                          bool                 is_ours);
void                 _cloche_yamux_close (cloche_yamux        *self,
                                          cloche_yamux_stream *stream,
                                          bool                 was_reset);
int                  _cloche_yamux_fail  (cloche_yamux        *self,
                                          int                  error);

/* cloche-yamux-output.c */
void                 _cloche_yamux_list_init     (cloche_yamux_link   *head);
void                 _cloche_yamux_link_append   (cloche_yamux_link   *head,
                                                  cloche_yamux_link   *link);
void                 _cloche_yamux_link_remove   (cloche_yamux_link   *link);
int                  _cloche_yamux_queue_control (cloche_yamux        *self,
                                                  uint8_t              type,
                                                  uint16_t             flags,
                                                  uint32_t             id,
                                                  uint32_t             length);
bool                 _cloche_yamux_can_write     (cloche_yamux_stream *stream);
size_t               _cloche_yamux_get_room      (const cloche_yamux  *self);
void                 _cloche_yamux_serve_waiting (cloche_yamux        *self);
