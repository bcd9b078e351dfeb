/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* bytes: one line from QEMU. Its longest honest one (query-qmp-schema) is never asked for; the rest stay far below. */
#define CLOCHE_QMP_LINE_BYTES (1024 * 1024)

/* commands waiting for an answer; more means that QEMU has stopped answering. */
#define CLOCHE_QMP_QUEUE_LENGTH 64

/**
 * ClocheQmp:
 *
 * A client of QEMU's machine protocol on a connected socket. One command at a time is on its way, the others wait.
 *
 * Signals: "event" (const char *name, JsonObject *data or NULL); "closed" (const GError *error), once.
 */
#define CLOCHE_TYPE_QMP (cloche_qmp_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQmp, cloche_qmp, CLOCHE, QMP, GObject)

ClocheQmp *cloche_qmp_new            (GSocket             *socket) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_qmp_execute_async  (ClocheQmp            *self,
                                      const char           *command,
                                      JsonObject           *arguments,
                                      int                   fd,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
JsonNode  *cloche_qmp_execute_finish (ClocheQmp            *self,
                                      GAsyncResult         *result,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_qmp_close          (ClocheQmp            *self);
void       cloche_qmp_end            (ClocheQmp            *self);

G_END_DECLS
