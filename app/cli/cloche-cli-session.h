/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-cli-outputs.h"
#include "cloche-cli-printer.h"
#include "cloche-cli.h"
#include "cloche-context.h"

G_BEGIN_DECLS

/**
 * ClocheCliSession:
 *
 * One conversation in a terminal: what the commands that hold one share. Each function waits for its answer, tells the
 * person of a failure and returns an exit code, %CLOCHE_CLI_OK if there was none.
 */
typedef struct _ClocheCliSession ClocheCliSession;

ClocheCliSession *cloche_cli_session_new    (ClocheCli        *cli) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_cli_session_free   (ClocheCliSession *self);

ClocheContext    *cloche_cli_session_get_context (ClocheCliSession *self);
ClocheChat       *cloche_cli_session_get_chat    (ClocheCliSession *self);

int               cloche_cli_session_open   (ClocheCliSession *self);
int               cloche_cli_session_begin  (ClocheCliSession *self,
                                             const char       *title);
int               cloche_cli_session_resume (ClocheCliSession *self,
                                             const char       *id);
int               cloche_cli_session_check_machine (ClocheCliSession *self);
int               cloche_cli_session_allow  (ClocheCliSession   *self,
                                             const char *const  *hosts);
int               cloche_cli_session_ask    (ClocheCliSession   *self,
                                             const char         *text,
                                             const char *const  *paths);
int               cloche_cli_session_save   (ClocheCliSession *self,
                                             ClocheCliOutputs *outputs,
                                             guint             first);
int               cloche_cli_session_stop_machine (ClocheCliSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliSession, cloche_cli_session_free)

G_END_DECLS
