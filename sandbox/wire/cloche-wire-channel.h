/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-yamux.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What the two sides of a ClocheWireStream share, and what its session tells it: private to this folder.
 */

/* The session as its channels see it. */
typedef struct
{
  cloche_yamux *mux;
  void (*output_queued) (gpointer owner);               /* There may be something to send. */
  void (*released) (guint32  id,
                    gpointer owner);                    /* Nobody holds this channel's stream any more. */
  gpointer owner;                                       /* Borrowed; %NULL once the session is over. */
} ClocheWireLink;

ClocheWireLink *cloche_wire_link_ref   (ClocheWireLink *self);
void            cloche_wire_link_unref (ClocheWireLink *self);
ClocheWireLink *cloche_wire_link_new   (cloche_yamux   *mux,
                                        gpointer        owner) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _ClocheWireChannel ClocheWireChannel;

/* What @task waited for may be there: try again. */
typedef void (*ClocheWireChannelReady) (ClocheWireChannel *channel,
                                        GTask             *task);

ClocheWireChannel *cloche_wire_channel_new   (ClocheWireLink    *link,
                                              guint32            id) G_GNUC_WARN_UNUSED_RESULT;
ClocheWireChannel *cloche_wire_channel_ref   (ClocheWireChannel *self);
void               cloche_wire_channel_unref (ClocheWireChannel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheWireChannel, cloche_wire_channel_unref)

guint32            cloche_wire_channel_get_id   (ClocheWireChannel *self);
gboolean           cloche_wire_channel_is_reset (ClocheWireChannel *self);

/* Reading: bytes, the end or a failure are there; without: wait. */
gboolean           cloche_wire_channel_is_readable   (ClocheWireChannel       *self);
const guint8      *cloche_wire_channel_peek          (ClocheWireChannel       *self,
                                                      gsize                   *ret_length,
                                                      GError                 **error);
void               cloche_wire_channel_consume       (ClocheWireChannel       *self,
                                                      gsize                    length);
void               cloche_wire_channel_wait_readable (ClocheWireChannel       *self,
                                                      GTask                   *task,
                                                      ClocheWireChannelReady   ready);

gssize             cloche_wire_channel_write         (ClocheWireChannel       *self,
                                                      gconstpointer            bytes,
                                                      gsize                    length,
                                                      GError                 **error);
void               cloche_wire_channel_wait_writable (ClocheWireChannel       *self,
                                                      GTask                   *task,
                                                      ClocheWireChannelReady   ready);

/* What the holder of the stream does. Each may be called again, and after the session's end. */
void               cloche_wire_channel_finish      (ClocheWireChannel *self);
void               cloche_wire_channel_close_input (ClocheWireChannel *self);
void               cloche_wire_channel_reset       (ClocheWireChannel *self);
void               cloche_wire_channel_release     (ClocheWireChannel *self);

/* What the session reports. */
void               cloche_wire_channel_received (ClocheWireChannel *self,
                                                 const guint8      *bytes,
                                                 gsize              length);
void               cloche_wire_channel_finished (ClocheWireChannel *self);
void               cloche_wire_channel_writable (ClocheWireChannel *self);
void               cloche_wire_channel_failed   (ClocheWireChannel *self,
                                                 const GError      *error);

G_END_DECLS
