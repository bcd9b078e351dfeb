/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* One line for whoever reads the machine's console: standard error, which is /dev/console for PID 1. */
void cloche_console_say (const char *format,
                         ...) __attribute__ ((format (printf, 1, 2)));
