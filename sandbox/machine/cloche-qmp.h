/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* bytes: one line from QEMU; its longest honest answers (query-qmp-schema, which we never ask) stay below. */
#define CLOCHE_QMP_LINE_BYTES (1024 * 1024)

/**
 * ClocheQmp:
 *
 * A client of QEMU's machine protocol on a connected stream. One command at a time is on the way, others wait.
 *
 * Signals: "event" (const char *name, JsonObject *data or NULL); "closed" (GError *error).
 */
#define CLOCHE_TYPE_QMP (cloche_qmp_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQmp, cloche_qmp, CLOCHE, QMP, GObject)

ClocheQmp  *cloche_qmp_new (GSocketConnection *connection) G_GNUC_WARN_UNUSED_RESULT;

void        cloche_qmp_start_async   (ClocheQmp            *self,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean    cloche_qmp_start_finish  (ClocheQmp     *self,
                                      GAsyncResult  *result,
                                      GError       **error);

void        cloche_qmp_execute_async   (ClocheQmp            *self,
                                        const char           *command,
                                        JsonObject           *arguments,
                                        int                   fd,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
JsonNode   *cloche_qmp_execute_finish  (ClocheQmp     *self,
                                        GAsyncResult  *result,
                                        GError       **error) G_GNUC_WARN_UNUSED_RESULT;

void        cloche_qmp_close (ClocheQmp *self);

G_END_DECLS
