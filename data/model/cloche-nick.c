/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-nick.h"

/**
 * cloche_nick_find:
 * @nicks: (array zero-terminated=1): the words, in the order of the enum
 * @nick: (nullable): a word from anywhere
 * @ret_value: (out): its place; untouched if it is none of them
 */
gboolean
cloche_nick_find (const char *const *nicks,
                  const char        *nick,
                  guint             *ret_value)
{
  for (guint i = 0; nicks[i] != NULL; i++)
    if (g_strcmp0 (nicks[i], nick) == 0) {
      *ret_value = i;
      return TRUE;
    }

  return FALSE;
}
