/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-agent.h"

/* Who the machine is: names and places that would be the same in every fork. Each value is checked before it is used. */
typedef struct
{
  const char *hostname;         /* letters, digits and dashes, at most 63 */
  const char *machine_id;       /* 32 lower-case hex digits */
  const char *locale;           /* "de_DE.UTF-8"; one that the machine has not got becomes C.UTF-8 */
  const char *timezone;         /* "Europe/Berlin"; one that the machine does not know is left out */
} cloche_identity;

/* Whether the names can be used at all. */
bool cloche_identity_is_valid (const cloche_identity *self);
/* Writes all of it into the present root, and *agent's locale. 0 or -errno of what matters: host name and machine id. */
int  cloche_identity_apply    (const cloche_identity *self,
                               cloche_agent          *agent);
