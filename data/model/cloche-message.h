/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message-part.h"
#include "cloche-raw-item.h"
#include "cloche-usage.h"

G_BEGIN_DECLS

typedef enum {
  CLOCHE_ROLE_SYSTEM,
  CLOCHE_ROLE_USER,
  CLOCHE_ROLE_ASSISTANT,
  CLOCHE_ROLE_TOOL,
} ClocheRole;

/**
 * ClocheMessageStatus:
 * @CLOCHE_MESSAGE_COMPLETE: all there
 * @CLOCHE_MESSAGE_INTERRUPTED: stopped by the person, cut by the network, or the program ended; what came is kept
 * @CLOCHE_MESSAGE_FAILED: the provider said so; see cloche_message_get_error_code()
 */
typedef enum {
  CLOCHE_MESSAGE_COMPLETE,
  CLOCHE_MESSAGE_INTERRUPTED,
  CLOCHE_MESSAGE_FAILED,
} ClocheMessageStatus;

/**
 * ClocheFinish:
 * @CLOCHE_FINISH_UNKNOWN: not said
 * @CLOCHE_FINISH_STOP: the model was done
 * @CLOCHE_FINISH_TOOL_CALLS: it waits for results
 * @CLOCHE_FINISH_LENGTH: the limit of output or context was reached; the last call may be cut
 * @CLOCHE_FINISH_REFUSED: refusal or content filter; no call may be run
 */
typedef enum {
  CLOCHE_FINISH_UNKNOWN,
  CLOCHE_FINISH_STOP,
  CLOCHE_FINISH_TOOL_CALLS,
  CLOCHE_FINISH_LENGTH,
  CLOCHE_FINISH_REFUSED,
} ClocheFinish;

/**
 * ClocheMessage:
 *
 * One message of a conversation's tree, in no provider's words. May be changed only while nobody else holds a reference;
 * cloche_message_copy() makes one that may.
 */
typedef struct _ClocheMessage ClocheMessage;

#define CLOCHE_TYPE_MESSAGE (cloche_message_get_type ())
GType                cloche_message_get_type (void);

ClocheMessage       *cloche_message_new                (ClocheRole  role,
                                                        const char *parent_id,
                                                        gint64      created_us) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessage       *cloche_message_new_with_id        (const char *id,
                                                        ClocheRole  role,
                                                        const char *parent_id,
                                                        gint64      created_us) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessage       *cloche_message_copy               (ClocheMessage *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessage       *cloche_message_copy_without_parts (ClocheMessage *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessage       *cloche_message_ref                (ClocheMessage *self);
void                 cloche_message_unref              (ClocheMessage *self);

const char          *cloche_message_get_id         (ClocheMessage *self);
const char          *cloche_message_get_parent_id  (ClocheMessage *self);
ClocheRole           cloche_message_get_role       (ClocheMessage *self);
gint64               cloche_message_get_created_us (ClocheMessage *self);

guint                cloche_message_get_n_parts (ClocheMessage *self);
ClocheMessagePart   *cloche_message_get_part    (ClocheMessage *self,
                                                 guint          index);
void                 cloche_message_take_part   (ClocheMessage     *self,
                                                 ClocheMessagePart *part);
char                *cloche_message_dup_text    (ClocheMessage *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean             cloche_message_has_calls   (ClocheMessage *self);
ClocheToolResult    *cloche_message_find_result (ClocheMessage *self,
                                                 const char    *call_id);

guint                cloche_message_get_n_raw_items (ClocheMessage *self);
ClocheRawItem       *cloche_message_get_raw_item    (ClocheMessage *self,
                                                     guint          index);
void                 cloche_message_take_raw_item   (ClocheMessage *self,
                                                     ClocheRawItem *item);

const char          *cloche_message_get_endpoint (ClocheMessage *self);
const char          *cloche_message_get_model    (ClocheMessage *self);
void                 cloche_message_set_model    (ClocheMessage *self,
                                                  const char    *endpoint,
                                                  const char    *model);

ClocheMessageStatus  cloche_message_get_status     (ClocheMessage *self);
void                 cloche_message_set_status     (ClocheMessage       *self,
                                                    ClocheMessageStatus  status);
const char          *cloche_message_get_error_code (ClocheMessage *self);
const char          *cloche_message_get_error_text (ClocheMessage *self);
void                 cloche_message_set_error      (ClocheMessage *self,
                                                    const char    *code,
                                                    const char    *text);

ClocheFinish         cloche_message_get_finish (ClocheMessage *self);
void                 cloche_message_set_finish (ClocheMessage *self,
                                                ClocheFinish   finish);
const ClocheUsage   *cloche_message_get_usage  (ClocheMessage *self);
void                 cloche_message_set_usage  (ClocheMessage     *self,
                                                const ClocheUsage *usage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheMessage, cloche_message_unref)

G_END_DECLS
