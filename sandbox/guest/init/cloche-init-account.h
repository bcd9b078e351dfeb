/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Adds the account that work runs as, "user" (1000, a member of sudo), with its home and /workspace, to the layer @tree:
 * Debian's account files of @debian and one line more. In a layer, so that no fork has to write it to its own disk. 0, or
 * -1 with errno.
 */
int cloche_init_account_add (const char *debian,
                             const char *tree);
