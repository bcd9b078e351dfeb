/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Addresses that stand for names: 198.18.0.0/15, which RFC 2544 keeps out of the Internet. A name keeps its address until
 * 32,768 newer ones have been asked for.
 */

#include <stdint.h>

typedef struct cloche_names cloche_names;

cloche_names *cloche_names_new        (void);
void          cloche_names_free       (cloche_names *self);

/* The address of @name, network byte order. */
uint32_t      cloche_names_get_address (cloche_names *self,
                                        const char   *name);
/* NULL: no name has @address (any more). */
const char   *cloche_names_get_name    (cloche_names *self,
                                        uint32_t      address);
/* Whether @address is one that can stand for a name. */
int           cloche_names_is_synthetic (uint32_t address);
