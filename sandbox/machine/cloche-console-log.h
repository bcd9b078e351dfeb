/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* bytes: what is kept of a machine's console: a boot of Debian's kernel says about 30 KiB. */
#define CLOCHE_CONSOLE_LOG_BYTES (64 * 1024)

/**
 * ClocheConsoleLog:
 *
 * The newest %CLOCHE_CONSOLE_LOG_BYTES that came from a socket: the guest's serial console and what QEMU and its jail
 * print. All of it is the guest's word; it is cut to lines and made printable when asked for.
 */
#define CLOCHE_TYPE_CONSOLE_LOG (cloche_console_log_get_type ())
G_DECLARE_FINAL_TYPE (ClocheConsoleLog, cloche_console_log, CLOCHE, CONSOLE_LOG, GObject)

ClocheConsoleLog *cloche_console_log_new           (GSocket          *socket) G_GNUC_WARN_UNUSED_RESULT;

char             *cloche_console_log_dup_text      (ClocheConsoleLog *self) G_GNUC_WARN_UNUSED_RESULT;
char             *cloche_console_log_dup_last_line (ClocheConsoleLog *self) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_console_log_drain         (ClocheConsoleLog *self);

G_END_DECLS
