/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-names.h"

#include "cloche-alloc.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMES 32768

/* 198.18.0.0/15; the first 256 are left out: the resolver's own address is among them. */
#define NETWORK 0xc6120000u
#define MASK 0xfffe0000u
#define FIRST (NETWORK + 256)

struct cloche_names
{
  char *names[MAX_NAMES];       /* names[i] has the address FIRST + i */
  uint32_t hashes[MAX_NAMES];
  uint32_t n;                   /* in use */
  uint32_t next;                /* the one that is taken next, when all are in use: the oldest */
};

cloche_names *
cloche_names_new (void)
{
  return cloche_new (sizeof (cloche_names));
}

void
cloche_names_free (cloche_names *self)
{
  if (self == NULL)
    return;
  for (uint32_t i = 0; i < self->n; i++)
    free (self->names[i]);
  free (self);
}

/* FNV-1a: spares most of the string comparisons. */
static uint32_t
hash (const char *name)
{
  uint32_t value = 2166136261u;

  while (*name != '\0')
    value = (value ^ (uint8_t) *name++) * 16777619u;
  return value;
}

uint32_t
cloche_names_get_address (cloche_names *self,
                          const char   *name)
{
  uint32_t wanted = hash (name);
  uint32_t i;

  for (i = 0; i < self->n; i++)
    if (self->hashes[i] == wanted && strcmp (self->names[i], name) == 0)
      return htonl (FIRST + i);
  i = self->next;
  self->next = (self->next + 1) % MAX_NAMES;
  if (self->n < MAX_NAMES)
    self->n++;
  free (self->names[i]);
  self->names[i] = cloche_strdup (name);
  self->hashes[i] = wanted;
  return htonl (FIRST + i);
}

const char *
cloche_names_get_name (cloche_names *self,
                       uint32_t      address)
{
  uint32_t i = ntohl (address) - FIRST;

  return i < self->n ? self->names[i] : NULL;
}

int
cloche_names_is_synthetic (uint32_t address)
{
  return (ntohl (address) & MASK) == NETWORK;
}
