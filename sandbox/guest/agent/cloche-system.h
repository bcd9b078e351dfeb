/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* What PID 1 of a machine does once: the mounts, names and limits that an init system would see to. */

/* 0, or a negative errno: the machine cannot run work. */
int  cloche_system_set_up (void);
/* Ends the machine: the kernel flushes, then powers off; QEMU exits. */
void cloche_system_halt   (void) __attribute__ ((noreturn));
