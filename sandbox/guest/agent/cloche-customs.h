/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stdbool.h>

/*
 * The customs of the computer that the machine runs on: its time zone, the certificates it trusts, where its user has
 * packages from. The forge tells them once, and they become part of the template, in the layer that every disk lies upon;
 * a machine that starts later is told them again, certificates only if they have changed, and writes what differs to its
 * own disk.
 */
typedef struct
{
  const char *timezone;         /* "Europe/Berlin"; one that the machine does not know is left out */
  const char *ca_bundle;        /* PEM; NULL: nothing new */
  const char *npm_registry;     /* address; NULL: npm's own */
  const char *pip_index;        /* address; NULL: pip's own */
} cloche_customs;

/* Whether the zone can be used as a name of a file, and the addresses as text in one. */
bool cloche_customs_are_valid (const cloche_customs *self);
/* Compares with what is in force, and writes what differs below @root ("" for the machine's own). 0 or -errno. */
int  cloche_customs_adopt     (const cloche_customs *self,
                               const char           *root);
