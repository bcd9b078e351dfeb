/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-sse-parser.h"

#include <string.h>

/* bytes: small, so that the caps are met. */
#define MAX_BYTES 64

static void
append (GString              *out,
        const ClocheSseEvent *event)
{
  g_assert_cmpuint (event->length, >, 0);
  g_assert_cmpuint (event->length, <=, MAX_BYTES);
  g_assert_cmpint (event->data[event->length], ==, '\0');
  g_string_append_printf (out, "%s %" G_GSIZE_FORMAT " ", event->type, event->length);
  g_string_append_len (out, event->data, (gssize) event->length);
}

/* What @bytes say in pieces of @step bytes; @ret_is_whole: no cap was met */
static char *
parse (const uint8_t *bytes,
       size_t         length,
       size_t         step,
       gboolean      *ret_is_whole)
{
  g_autoptr (ClocheSseParser) parser = cloche_sse_parser_new (MAX_BYTES);
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);
  const ClocheSseEvent *event;

  for (size_t i = 0; error == NULL && i < length; i += step) {
    if (!cloche_sse_parser_push (parser, bytes + i, MIN (step, length - i), &error))
      break;
    while ((event = cloche_sse_parser_pop (parser, &error)) != NULL)
      append (out, event);
  }
  if (error == NULL && (event = cloche_sse_parser_pop_last (parser, &error)) != NULL)
    append (out, event);
  *ret_is_whole = error == NULL;

  return g_string_free (out, FALSE);
}

/* A stream says the same byte by byte as in one piece, unless one of its lines was too long to wait for. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  gboolean is_whole, is_whole_in_drips;
  g_autofree char *whole = parse (bytes, length, MAX (length, 1), &is_whole);
  g_autofree char *drip = parse (bytes, length, 1, &is_whole_in_drips);

  if (is_whole && is_whole_in_drips)
    g_assert_cmpstr (whole, ==, drip);
  else if (!is_whole)
    g_assert_false (is_whole_in_drips);

  return 0;
}
