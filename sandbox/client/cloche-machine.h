/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-job.h"
#include "cloche-machine-host.h"
#include "cloche-machine-network.h"

G_BEGIN_DECLS

/**
 * ClocheMachineState:
 * @CLOCHE_MACHINE_STATE_ASLEEP: nothing runs; what is on the disk is safe
 * @CLOCHE_MACHINE_STATE_STARTING: on its way
 * @CLOCHE_MACHINE_STATE_READY: answers
 */
typedef enum {
  CLOCHE_MACHINE_STATE_ASLEEP,
  CLOCHE_MACHINE_STATE_STARTING,
  CLOCHE_MACHINE_STATE_READY,
} ClocheMachineState;

/**
 * ClocheMachine:
 *
 * One conversation's machine, as a client sees it. Several clients may have the same one. Everything that comes from it
 * has been checked by its keeper and is a claim of the guest nevertheless.
 *
 * Properties: "state"; "memory-bytes" (of the host, 0 = not known). Signals: "disk-full" (the host's: the machine stands
 * still until there is room), "memory-lost" (the machine had to be started anew on its disk: files are there, variables
 * are not).
 */
#define CLOCHE_TYPE_MACHINE (cloche_machine_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMachine, cloche_machine, CLOCHE, MACHINE, GObject)

/* @kind: "file", "folder", "link" or "other". */
typedef struct
{
  char *path;
  char *kind;
  guint64 size;                 /* bytes */
  gint64 mtime_us;              /* µs since 1970 UTC */
} ClocheMachineEntry;

void                cloche_machine_entry_free (ClocheMachineEntry *self);

ClocheMachine      *cloche_machine_new (ClocheMachineHost *host,
                                        const char        *id) G_GNUC_WARN_UNUSED_RESULT;

const char         *cloche_machine_get_id           (ClocheMachine *self);
ClocheMachineState  cloche_machine_get_state        (ClocheMachine *self);
guint64             cloche_machine_get_memory_bytes (ClocheMachine *self);
ClocheMachineHost  *cloche_machine_get_host         (ClocheMachine *self);
ClocheMachineNetwork *cloche_machine_get_network    (ClocheMachine *self);
JsonObject         *cloche_machine_get_status       (ClocheMachine *self);

/* Starts it, or joins whoever started it. Every operation below does so by itself. */
void                cloche_machine_start_async      (ClocheMachine        *self,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
gboolean            cloche_machine_start_finish     (ClocheMachine        *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
void                cloche_machine_stop_async       (ClocheMachine        *self,
                                                     gboolean              force,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
gboolean            cloche_machine_stop_finish      (ClocheMachine        *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

/* Stops it and deletes all there is of it. */
void                cloche_machine_delete_async     (ClocheMachine        *self,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
gboolean            cloche_machine_delete_finish    (ClocheMachine        *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);

/* Any operation of protocol.md that is answered by one line. */
void                cloche_machine_request_async    (ClocheMachine        *self,
                                                     JsonObject           *request,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
JsonObject         *cloche_machine_request_finish   (ClocheMachine        *self,
                                                     GAsyncResult         *result,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Operations that are answered by records: exec, code, attach. */
void                cloche_machine_run_async        (ClocheMachine        *self,
                                                     JsonObject           *request,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
ClocheJob          *cloche_machine_run_finish       (ClocheMachine        *self,
                                                     GAsyncResult         *result,
                                                     GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void                cloche_machine_put_async        (ClocheMachine         *self,
                                                     GInputStream          *content,
                                                     guint64                size,
                                                     const char            *path,
                                                     gboolean               overwrite,
                                                     GCancellable          *cancellable,
                                                     GFileProgressCallback  progress,
                                                     gpointer               progress_data,
                                                     GAsyncReadyCallback    callback,
                                                     gpointer               user_data);
gboolean            cloche_machine_put_finish       (ClocheMachine         *self,
                                                     GAsyncResult          *result,
                                                     GError               **error);
void                cloche_machine_get_async        (ClocheMachine         *self,
                                                     const char            *path,
                                                     GOutputStream         *target,
                                                     guint64                max_bytes,
                                                     GCancellable          *cancellable,
                                                     GFileProgressCallback  progress,
                                                     gpointer               progress_data,
                                                     GAsyncReadyCallback    callback,
                                                     gpointer               user_data);
gboolean            cloche_machine_get_finish       (ClocheMachine         *self,
                                                     GAsyncResult          *result,
                                                     guint64               *ret_size,
                                                     GError               **error);
void                cloche_machine_list_async       (ClocheMachine         *self,
                                                     const char            *path,
                                                     guint                  depth,
                                                     GCancellable          *cancellable,
                                                     GAsyncReadyCallback    callback,
                                                     gpointer               user_data);
GPtrArray          *cloche_machine_list_finish      (ClocheMachine         *self,
                                                     GAsyncResult          *result,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheMachineEntry, cloche_machine_entry_free)

G_END_DECLS
