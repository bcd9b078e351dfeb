/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stdbool.h>

/* Names that would be the same in every fork. */
typedef struct
{
  const char *hostname;         /* letters, digits and dashes, at most 63 */
  const char *machine_id;       /* 32 lower-case hex digits */
} cloche_identity;

/* Whether the names can be used at all. */
bool cloche_identity_is_valid (const cloche_identity *self);
/*
 * Gives the machine its names, which every start gives it anew: they are written below /run/cloche/identity, where
 * /etc/hostname and /etc/machine-id of the image lead. 0 or -errno.
 */
int  cloche_identity_apply    (const cloche_identity *self);
