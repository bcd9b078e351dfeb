/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stdbool.h>

/*
 * Moves the whole machine, with all that lives in it, from the template's throw-away root onto the conversation's own
 * disk: mounts it, makes it the upper layer over the same lower ones, and pivots. The lower layers are the very mounts
 * that the throw-away root stood on, so what was read before is in the page cache still, and what is mapped stays mapped.
 *
 * 0 and *ret_is_fresh (the disk had never been used), or a negative errno; then the old root is still there.
 */
int cloche_own_disk_move (bool *ret_is_fresh);
