/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheAppError:
 * @CLOCHE_APP_ERROR_BUSY: a turn runs; wait for it or stop it
 * @CLOCHE_APP_ERROR_IN_USE: another program says something in the conversation, or nobody can; nothing was said
 * @CLOCHE_APP_ERROR_NO_MODEL: no model was chosen
 * @CLOCHE_APP_ERROR_IS_FOLDER: a folder was attached; attach its files
 * @CLOCHE_APP_ERROR_TOO_LARGE: a file is larger than what is taken
 * @CLOCHE_APP_ERROR_ORIGINAL_CHANGED: somebody else has written to a file that was to be replaced; it was left as it is
 * @CLOCHE_APP_ERROR_FAILED: a turn ended without an answer; the conversation says why
 *
 * Failures of the app library. The message is a translated sentence for the person.
 */
typedef enum {
  CLOCHE_APP_ERROR_BUSY,
  CLOCHE_APP_ERROR_IN_USE,
  CLOCHE_APP_ERROR_NO_MODEL,
  CLOCHE_APP_ERROR_IS_FOLDER,
  CLOCHE_APP_ERROR_TOO_LARGE,
  CLOCHE_APP_ERROR_ORIGINAL_CHANGED,
  CLOCHE_APP_ERROR_FAILED,
} ClocheAppError;

#define CLOCHE_APP_ERROR (cloche_app_error_quark ())
GQuark cloche_app_error_quark (void);

G_END_DECLS
