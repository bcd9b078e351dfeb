/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-string.h"

#include "cloche-limits.h"

#include <string.h>

/**
 * cloche_set_str:
 * @str_pointer: (inout): an owned string or %NULL
 * @new_str: (nullable): what it shall be; may be part of the old string
 *
 * g_set_str() of GLib 2.76. Returns whether anything changed.
 */
gboolean
cloche_set_str (char      **str_pointer,
                const char *new_str)
{
  char *copy;

  if (g_strcmp0 (*str_pointer, new_str) == 0)
    return FALSE;

  copy = g_strdup (new_str);
  g_free (*str_pointer);
  *str_pointer = copy;

  return TRUE;
}

/* Characters that change how their neighbours are shown, so that a name or a host reads as another one: the
 * bidirectional controls (Unicode TR 9, table 4), zero-width ones, and line and paragraph separators. */
static gboolean
is_deceptive (gunichar c)
{
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
}

/**
 * cloche_text_make_printable:
 * @bytes: text from anywhere; may be invalid UTF-8 and hold NUL
 * @length: its length in bytes, or -1 if it ends in NUL
 *
 * Makes one line that a terminal or a label can show: invalid UTF-8, control and deceptive characters become U+FFFD.
 */
char *
cloche_text_make_printable (const char *bytes,
                            gssize      length)
{
  g_autofree char *valid = g_utf8_make_valid (bytes, length);
  GString *out = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (out, g_unichar_iscntrl (c) || is_deceptive (c) ? 0xfffd : c);
  }

  return g_string_free (out, FALSE);
}

/* Cuts @name to the file system's limit on a character border, keeping a short extension. */
static void
shorten (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  gsize keep = dot != NULL && strlen (dot) <= 16 ? strlen (dot) : 0;
  g_autofree char *extension = g_strdup (keep > 0 ? dot : "");
  gsize cut = CLOCHE_LIMIT_FILE_NAME_BYTES - keep;

  if (name->len <= CLOCHE_LIMIT_FILE_NAME_BYTES)
    return;

  while (cut > 0 && (name->str[cut] & 0xc0) == 0x80)
    cut--;
  g_string_truncate (name, cut);
  g_string_append (name, extension);
}

/**
 * cloche_file_name_sanitize:
 * @name: a name or path from a guest, a server or a drag; may be invalid UTF-8
 *
 * Makes a name for one new file on the host out of @name: only what follows the last "/" or "\", no control or
 * deceptive characters, nothing hidden (leading dots go) and nothing longer than a file system takes.
 * Never empty, never "." or "..".
 */
char *
cloche_file_name_sanitize (const char *name)
{
  g_autofree char *printable = cloche_text_make_printable (name, -1);
  const char *start = printable;
  GString *out;

  for (const char *p = printable; *p != '\0'; p++)
    if ((*p == '/' || *p == '\\') && p[1] != '\0')
      start = p + 1;

  while (*start == '.' || *start == ' ')
    start++;

  out = g_string_new (NULL);
  for (const char *p = start; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (out, c == 0xfffd || c == '/' || c == '\\' ? '_' : c);
  }

  while (out->len > 0 && (out->str[out->len - 1] == ' ' || out->str[out->len - 1] == '.'))
    g_string_truncate (out, out->len - 1);
  if (out->len == 0)
    g_string_assign (out, "file");
  shorten (out);

  return g_string_free (out, FALSE);
}
