/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-sandbox.h"

G_BEGIN_DECLS

#define CLOCHE_TYPE_FAKE_SANDBOX (cloche_fake_sandbox_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFakeSandbox, cloche_fake_sandbox, CLOCHE, FAKE_SANDBOX, GObject)

/* Returns: the "end" event as JSON; NULL: the machine cannot be reached; "": runs until it is cancelled. */
typedef const char *(*ClocheFakeRunner) (ClocheFakeSandbox           *sandbox,
                                         gboolean                     is_shell,
                                         const char                  *text,
                                         const ClocheSandboxListener *listener);

/* A machine that is a table of files, and a function for all that runs. */
ClocheFakeSandbox *cloche_fake_sandbox_new        (ClocheFakeRunner   runner) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_fake_sandbox_write      (ClocheFakeSandbox *self,
                                                   const char        *path,
                                                   const char        *text);
char              *cloche_fake_sandbox_dup_text   (ClocheFakeSandbox *self,
                                                   const char        *path) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_fake_sandbox_refuse      (ClocheFakeSandbox *self,
                                                   const char        *refusals);
guint              cloche_fake_sandbox_get_n_runs  (ClocheFakeSandbox *self);
guint              cloche_fake_sandbox_get_n_syncs (ClocheFakeSandbox *self);

G_END_DECLS
