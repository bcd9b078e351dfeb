/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* Which system calls are refused from here on. 0 or negative errno. @exec_fd: the only descriptor that may be executed,
 * above every later limit on descriptors. */
int cloche_jail_filter_enforce (int exec_fd);
