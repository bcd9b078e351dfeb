/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine.h"

G_BEGIN_DECLS

/*
 * Real machines for tests. Every fixture has folders of its own; all share the forged bases that CLOCHE_TEST_BASES names,
 * which the gate (tools/check.sh) makes. Without one a test fails: no machine is not a reason to skip.
 */
typedef struct
{
  char *dir;
  ClochePaths *paths;
  ClocheMachineHost *host;
} ClocheVmFixture;

void           cloche_vm_fixture_set_up    (ClocheVmFixture *fixture,
                                            gconstpointer    data);
void           cloche_vm_fixture_tear_down (ClocheVmFixture *fixture,
                                            gconstpointer    data);

ClocheMachine *cloche_vm_fixture_new_machine (ClocheVmFixture *fixture) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ClocheVmOutcome:
 * @status: of the end event; NULL if the job was lost, then @error tells
 * @code: exit status, or -1
 * @result: text/plain of the last result; NULL = none
 * @mimes: all MIME types that came, each in angle brackets
 */
typedef struct
{
  GString *out;
  GString *err;
  GString *mimes;
  char *result;
  char *exception;
  char *status;
  gint64 code;
  GError *error;
} ClocheVmOutcome;

ClocheVmOutcome *cloche_vm_run        (ClocheMachine   *machine,
                                       JsonObject      *request) G_GNUC_WARN_UNUSED_RESULT;
ClocheVmOutcome *cloche_vm_run_python (ClocheMachine   *machine,
                                       const char      *code) G_GNUC_WARN_UNUSED_RESULT;
ClocheVmOutcome *cloche_vm_run_shell  (ClocheMachine   *machine,
                                       const char      *script) G_GNUC_WARN_UNUSED_RESULT;
ClocheVmOutcome *cloche_vm_follow     (ClocheJob       *job) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_vm_outcome_free (ClocheVmOutcome *outcome);

/* Runs the main loop until the asynchronous call that was given this callback and @result_slot has ended. */
void             cloche_vm_result_cb  (GObject         *source,
                                       GAsyncResult    *result,
                                       gpointer         result_slot);
GAsyncResult    *cloche_vm_wait       (GAsyncResult   **result_slot);

void             cloche_vm_start      (ClocheMachine   *machine);
void             cloche_vm_stop       (ClocheMachine   *machine);
JsonObject      *cloche_vm_request    (ClocheMachine   *machine,
                                       JsonObject      *request,
                                       GError         **error);

/* Processes: QEMU's and the keeper's id, and what the kernel says of one in /proc/PID/status. */
pid_t            cloche_vm_get_qemu    (ClocheMachine  *machine);
pid_t            cloche_vm_find_keeper (ClocheMachine  *machine);
pid_t            cloche_vm_get_parent  (pid_t           pid);
pid_t            cloche_vm_find_child  (pid_t           parent,
                                        const char     *name);
char            *cloche_vm_read_process (pid_t          pid,
                                         const char    *field) G_GNUC_WARN_UNUSED_RESULT;

void             cloche_vm_set_policy (ClocheMachine     *machine,
                                       ClocheEgressMode   mode,
                                       const char *const *rules);
void             cloche_vm_allow      (ClocheMachine   *machine,
                                       const char *const *rules);
GPtrArray       *cloche_vm_read_log   (ClocheMachine   *machine,
                                       guint            n_rows) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheVmOutcome, cloche_vm_outcome_free)

G_END_DECLS
