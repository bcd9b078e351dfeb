/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-text.h"

#include <string.h>

/* characters: how far a cut may move to fall on the end of a line, as a part of what is kept there. */
#define LINE_SEARCH_DIVISOR 4

/* bytes: an escape sequence that is longer than this is not waited for. */
#define MAX_ESCAPE_BYTES 64

/* Steps over one escape sequence (ECMA-48) that starts at @p; at least one character. */
static const char *
skip_escape (const char *p)
{
  if (p[1] == '[') {                                    /* CSI … final byte */
    p += 2;
    while (*p >= 0x20 && *p <= 0x3f)
      p++;
    return *p >= 0x40 && *p <= 0x7e ? p + 1 : p;
  }

  if (p[1] != '\0' && strchr ("]PX^_", p[1]) != NULL) { /* OSC, DCS, SOS, PM, APC … BEL or ESC \ */
    p += 2;
    while (*p != '\0' && *p != '\a' && *p != '\033' && *p != '\n')
      p++;
    if (*p == '\a')
      return p + 1;
    return *p == '\033' && p[1] == '\\' ? p + 2 : p;
  }

  p++;
  while (*p >= 0x20 && *p <= 0x2f)
    p++;
  return *p >= 0x30 && *p <= 0x7e ? p + 1 : p;
}

/* Whether the sequence at the start of @rest has its end there, too. */
static gboolean
is_escape_whole (const char *rest)
{
  const char *end = skip_escape (rest);

  if (*end != '\0')
    return TRUE;
  if (rest[1] == '[')
    return end - rest > 2 && end[-1] >= 0x40;
  if (rest[1] != '\0' && strchr ("]PX^_", rest[1]) != NULL)
    return end[-1] == '\a' || (end[-1] == '\\' && end[-2] == '\033');

  return rest[1] != '\0' && end[-1] >= 0x30;
}

/* Where a character that is cut off by the end of @bytes begins, else @length. */
static gsize
whole_characters (const char *bytes,
                  gsize       length)
{
  for (gsize back = 1; back <= MIN (length, 4); back++) {
    guchar c = (guchar) bytes[length - back];
    gsize need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

    if ((c & 0xc0) != 0x80)
      return need > back ? length - back : length;
  }

  return length;
}

/**
 * cloche_tool_text_get_whole_length:
 * @bytes: of a stream; may end anywhere
 *
 * How much of @bytes can be shown by itself: it does not end inside a character, an escape sequence or a CR LF.
 */
gsize
cloche_tool_text_get_whole_length (const char *bytes,
                                   gsize       length)
{
  gsize start = length > MAX_ESCAPE_BYTES ? length - MAX_ESCAPE_BYTES : 0;

  for (gsize i = length; i > start; i--) {
    g_autofree char *rest = NULL;

    if (bytes[i - 1] != '\033')
      continue;
    rest = g_strndup (bytes + i - 1, length - i + 1);
    if (!is_escape_whole (rest))
      return i - 1;
    break;
  }

  length = whole_characters (bytes, length);
  return length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
}

/**
 * cloche_tool_text_clean:
 * @bytes: what a program printed; anything
 *
 * Makes it plain text: valid UTF-8, no escape sequences, no control characters but line feed and tab (NUL becomes
 * U+FFFD), and of a line that was printed over, what was printed last.
 */
char *
cloche_tool_text_clean (const char *bytes,
                        gsize       length)
{
  g_autofree char *valid = g_utf8_make_valid (length > 0 ? bytes : "", (gssize) length);
  GString *out = g_string_sized_new (strlen (valid));
  gsize line_start = 0;

  for (const char *p = valid; *p != '\0';) {
    const char *run = p;
    gunichar c;

    while (*p >= 0x20 && *p < 0x7f)
      p++;
    g_string_append_len (out, run, p - run);
    if (*p == '\0')
      break;

    c = g_utf8_get_char (p);
    if (c == 0x1b) {
      p = skip_escape (p);
      continue;
    }

    /* A line that returns to its start is printed over: progress bars do so hundreds of times. */
    if (c == '\r' && p[1] != '\n' && p[1] != '\0')
      g_string_truncate (out, line_start);
    else if (c == '\n' || c == '\t' || !g_unichar_iscntrl (c))
      g_string_append_unichar (out, c);
    p = g_utf8_next_char (p);
    if (c == '\n')
      line_start = out->len;
  }

  return g_string_free (out, FALSE);
}

/* The end of the head: after a line feed at or shortly before @p. */
static const char *
line_end_before (const char *start,
                 const char *p)
{
  const char *limit = p - (p - start) / LINE_SEARCH_DIVISOR;

  for (const char *q = p; q > limit; q--)
    if (q[-1] == '\n')
      return q;

  return p;
}

/* The start of the tail: after a line feed at or shortly after @p. */
static const char *
line_start_after (const char *p,
                  const char *end)
{
  const char *limit = p + (end - p) / LINE_SEARCH_DIVISOR;

  for (const char *q = p; q < limit; q++)
    if (q[-1] == '\n')
      return q;

  return p;
}

/**
 * cloche_tool_text_cut:
 * @text: valid UTF-8
 * @max_chars: characters to keep
 * @ret_omitted: (out) (optional): characters that were left out
 *
 * Cuts a long text in its middle: 60 % of what is kept is its head, where a program says what it does, 40 % its tail,
 * where it says how it ended. Cuts at ends of lines if there are any near.
 */
char *
cloche_tool_text_cut (const char *text,
                      gsize       max_chars,
                      gsize      *ret_omitted)
{
  gsize length = (gsize) g_utf8_strlen (text, -1);
  const char *end = text + strlen (text);
  const char *head_end, *tail_start;
  gsize omitted;

  if (length <= max_chars) {
    if (ret_omitted != NULL)
      *ret_omitted = 0;
    return g_strdup (text);
  }

  head_end = g_utf8_offset_to_pointer (text, (glong) (max_chars * 6 / 10));
  head_end = line_end_before (text, head_end);
  tail_start = g_utf8_offset_to_pointer (text, (glong) (length - max_chars * 4 / 10));
  tail_start = line_start_after (tail_start, end);
  omitted = (gsize) g_utf8_strlen (head_end, tail_start - head_end);
  if (ret_omitted != NULL)
    *ret_omitted = omitted;

  return g_strdup_printf ("%.*s%s[… %" G_GSIZE_FORMAT " characters omitted …]\n%s",
                          (int) (head_end - text), text,
                          head_end > text && head_end[-1] == '\n' ? "" : "\n",
                          omitted, tail_start);
}
