/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheStoreError:
 * @CLOCHE_STORE_ERROR_NOT_FOUND: there is no such row or blob; it may have been deleted by another program
 * @CLOCHE_STORE_ERROR_NO_SPACE: the disk is full; nothing was changed, and the same call may succeed later
 * @CLOCHE_STORE_ERROR_READ_ONLY: database or folder cannot be written; reading goes on
 * @CLOCHE_STORE_ERROR_BUSY: another program holds the database for longer than we wait; try again
 * @CLOCHE_STORE_ERROR_IN_USE: somebody says something in this conversation just now; wait for them
 * @CLOCHE_STORE_ERROR_DAMAGED: database or row cannot be read
 * @CLOCHE_STORE_ERROR_NEWER: the database was written by a newer version of the program; nothing was touched
 * @CLOCHE_STORE_ERROR_FAILED: anything else; the message says what
 *
 * Failures of the store library. Every message but that of %CLOCHE_STORE_ERROR_IN_USE names the file.
 */
typedef enum {
  CLOCHE_STORE_ERROR_NOT_FOUND,
  CLOCHE_STORE_ERROR_NO_SPACE,
  CLOCHE_STORE_ERROR_READ_ONLY,
  CLOCHE_STORE_ERROR_BUSY,
  CLOCHE_STORE_ERROR_IN_USE,
  CLOCHE_STORE_ERROR_DAMAGED,
  CLOCHE_STORE_ERROR_NEWER,
  CLOCHE_STORE_ERROR_FAILED,
} ClocheStoreError;

#define CLOCHE_STORE_ERROR (cloche_store_error_quark ())
GQuark cloche_store_error_quark (void);

G_END_DECLS
