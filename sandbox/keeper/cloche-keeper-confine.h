/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes from this process, for good and before it reads the first byte of a guest's: every file and socket that it has not
 * got yet, starting programs, looking into other processes, and signals to any but @may_kill. 0 in there is nobody.
 * %CLOCHE_KEEPER_ERROR_CONFINE if the system cannot do that; the process must then not go on. */
gboolean cloche_keeper_confine (const GPid  *may_kill,
                                gsize        n_may_kill,
                                GError     **error);

/**
 * ClocheKeeperError:
 * @CLOCHE_KEEPER_ERROR_CONFINE: the kernel cannot confine the keeper
 * @CLOCHE_KEEPER_ERROR_GATE: the gate could not be started
 */
typedef enum {
  CLOCHE_KEEPER_ERROR_CONFINE,
  CLOCHE_KEEPER_ERROR_GATE,
} ClocheKeeperError;

#define CLOCHE_KEEPER_ERROR (cloche_keeper_error_quark ())
GQuark   cloche_keeper_error_quark (void);

G_END_DECLS
