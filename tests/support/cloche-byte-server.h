/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheByteScript:
 *
 * What a server does once it has read a request, byte by byte: for answers that no HTTP library would send.
 * After its last step the server waits for the next request on the same connection.
 */
typedef struct _ClocheByteScript ClocheByteScript;

ClocheByteScript *cloche_byte_script_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_byte_script_free (ClocheByteScript *self);

void              cloche_byte_script_send       (ClocheByteScript *self,
                                                 const char       *text);
void              cloche_byte_script_send_bytes (ClocheByteScript *self,
                                                 const void       *bytes,
                                                 gsize             length);
void              cloche_byte_script_send_split (ClocheByteScript *self,
                                                 const char       *text);
void              cloche_byte_script_send_for_ever (ClocheByteScript *self,
                                                    const char       *text);
void              cloche_byte_script_wait       (ClocheByteScript *self,
                                                 const char       *event);
void              cloche_byte_script_close      (ClocheByteScript *self);
void              cloche_byte_script_reset      (ClocheByteScript *self);

void              cloche_byte_script_head       (ClocheByteScript *self,
                                                 unsigned          status,
                                                 const char       *headers);
void              cloche_byte_script_chunk      (ClocheByteScript *self,
                                                 const char       *text);
void              cloche_byte_script_answer     (ClocheByteScript *self,
                                                 unsigned          status,
                                                 const char       *content_type,
                                                 const char       *body);

/**
 * ClocheByteRequest:
 * @method: as sent
 * @target: as sent: a path, or a whole URI when it came as if to a proxy
 * @head: all header lines
 * @body: never %NULL
 */
typedef struct {
  char *method;
  char *target;
  char *head;
  GBytes *body;
} ClocheByteRequest;

/* Returns: (transfer full): what to answer @request with */
typedef ClocheByteScript *(*ClocheByteAnswerFunc) (const ClocheByteRequest *request,
                                                   gpointer                 user_data);

/**
 * ClocheByteServer:
 *
 * A server on loopback that plays scripts and keeps what it was asked. Lives in the default main context; waits for
 * events, never for time.
 */
#define CLOCHE_TYPE_BYTE_SERVER (cloche_byte_server_get_type ())
G_DECLARE_FINAL_TYPE (ClocheByteServer, cloche_byte_server, CLOCHE, BYTE_SERVER, GObject)

ClocheByteServer        *cloche_byte_server_new      (void) G_GNUC_WARN_UNUSED_RESULT;
guint                    cloche_byte_server_get_port (ClocheByteServer *self);
char                    *cloche_byte_server_dup_uri  (ClocheByteServer *self,
                                                      const char       *path) G_GNUC_WARN_UNUSED_RESULT;

void                     cloche_byte_server_add          (ClocheByteServer     *self,
                                                          const char           *path,
                                                          ClocheByteScript     *script);
void                     cloche_byte_server_set_answerer (ClocheByteServer     *self,
                                                          ClocheByteAnswerFunc  func,
                                                          gpointer              user_data);
void                     cloche_byte_server_greet        (ClocheByteServer     *self,
                                                          const char           *text);
void                     cloche_byte_server_fire         (ClocheByteServer     *self,
                                                          const char           *event);

guint                    cloche_byte_server_get_n_requests  (ClocheByteServer *self);
const ClocheByteRequest *cloche_byte_server_get_request     (ClocheByteServer *self,
                                                             guint             index);
guint                    cloche_byte_server_get_n_hung_up   (ClocheByteServer *self);
guint                    cloche_byte_server_get_n_connected (ClocheByteServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheByteScript, cloche_byte_script_free)

G_END_DECLS
