/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-id.h"

#include <errno.h>
#include <sys/random.h>

/* Lower-case base32 without the letters that people misread. 32 symbols, so five bits each: 60 bits in all. */
static const char ALPHABET[] = "abcdefghjkmnpqrstuvwxyz023456789";

G_STATIC_ASSERT (sizeof ALPHABET - 1 == 32);

/**
 * cloche_id_new:
 *
 * Makes a random id for a conversation, a machine or anything else that has a folder or a row.
 *
 * Shape: %CLOCHE_ID_LENGTH characters of [a-z0-9]; safe as a file name and in a socket's path.
 */
char *
cloche_id_new (void)
{
  guint8 bytes[CLOCHE_ID_LENGTH];
  char id[CLOCHE_ID_LENGTH + 1] = { 0 };
  ssize_t n;

  /* Reads of up to 256 bytes are never cut short once the kernel's generator is seeded: getrandom(2). */
  do
    n = getrandom (bytes, sizeof bytes, 0);
  while (n < 0 && errno == EINTR);
  g_assert (n == sizeof bytes);

  for (gsize i = 0; i < sizeof bytes; i++)
    id[i] = ALPHABET[bytes[i] % 32];

  return g_strdup (id);
}

/**
 * cloche_id_is_valid:
 * @id: (nullable): text from anywhere
 *
 * Whether @id has the shape that cloche_id_new() makes.
 */
gboolean
cloche_id_is_valid (const char *id)
{
  if (id == NULL || strlen (id) != CLOCHE_ID_LENGTH)
    return FALSE;

  return strspn (id, ALPHABET) == CLOCHE_ID_LENGTH;
}
