/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-gate-control.h"
#include "cloche-gate-link.h"

#define TEST_TOKEN "0123456789abcdef0123456789abcdef"

/* A real cloche-gate with its keeper's link and one client, and what came of them. */
typedef struct {
  char *folder;
  char *socket_path;
  char *log_path;
  GSubprocess *process;
  int keeper_fd;                /* the raw end, when there is no link */
  ClocheGateLink *link;
  ClocheGateControl *control;
  GPtrArray *rows;              /* of JsonObject: what "follow" said */
  GIOStream *reset_stream;      /* of the last "reset" */
  int reset_reason;             /* of the last "reset", or -1 */
} Gate;

#define GET(host) "GET / HTTP/1.1\r\nHost: " host "\r\n\r\n"

/* Begins a test in a network of its own; FALSE, and said so, where the system does not let an ordinary user have one. */
gboolean   gate_test_init     (int    *argc,
                               char ***argv);

/* Of a test of its own: a folder, and a gate that runs. */
void       gate_set_up        (Gate         *gate,
                               gconstpointer data);
void       gate_tear_down     (Gate         *gate,
                               gconstpointer data);

void       gate_folder_set_up (Gate *gate);
void       gate_start         (Gate *gate);
void       gate_start_bare    (Gate *gate,
                               int   log_fd);
void       gate_connect       (Gate *gate);
int        gate_stop          (Gate *gate);

void       gate_set_policy    (Gate       *gate,
                               const char *mode,
                               const char *rules);
GIOStream *gate_open          (Gate        *gate,
                               const char  *name,
                               guint16      port,
                               GError     **error);
GIOStream *gate_open_good     (Gate       *gate,
                               const char *name,
                               guint16     port);
void       gate_wait_reset    (Gate       *gate,
                               const char *reason);
void       gate_assert_refused (Gate       *gate,
                                const char *name,
                                guint16     port,
                                const char *reason);
void       gate_wait_rows     (Gate  *gate,
                               guint  n);
void       gate_assert_row    (Gate       *gate,
                               guint       index,
                               const char *name,
                               const char *address,
                               const char *verdict,
                               const char *reason);
char      *gate_read_log      (Gate *gate);

void       stream_write       (GIOStream  *stream,
                               const void *bytes,
                               gsize       length);
gssize     stream_read        (GIOStream *stream,
                               void      *bytes,
                               gsize      length);
void       stream_shut_down   (GIOStream *stream);
void       stream_assert_echo (GIOStream  *stream,
                               const void *bytes,
                               gsize       length);
