/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sse-parser.h"

#include "cloche-llm-error.h"

#include <string.h>

static void
append_event (GString              *out,
              const ClocheSseEvent *event)
{
  g_string_append_printf (out, "[%s|%.*s]", event->type, (int) event->length, event->data);
}

/* Feeds @bytes in pieces of @step bytes, the first one of @first, and joins the events as "[type|data]". */
static char *
parse (const char *bytes,
       gsize       length,
       gsize       first,
       gsize       step)
{
  g_autoptr (ClocheSseParser) parser = cloche_sse_parser_new (1000);
  g_autoptr (GError) error = NULL;
  GString *out = g_string_new (NULL);
  const ClocheSseEvent *event;

  for (gsize start = 0, n = first; start < length; start += n, n = step) {
    g_assert_true (cloche_sse_parser_push (parser, bytes + start, MIN (n, length - start), &error));
    while ((event = cloche_sse_parser_pop (parser, &error)) != NULL)
      append_event (out, event);
    g_assert_no_error (error);
  }
  event = cloche_sse_parser_pop_last (parser, &error);
  g_assert_no_error (error);
  if (event != NULL) {
    g_string_append_c (out, '~');
    append_event (out, event);
  }

  return g_string_free (out, FALSE);
}

/* The same in two pieces cut anywhere, and one byte at a time. "~" marks an event that the end of the stream cut. */
static void
check (const char *bytes,
       const char *expected)
{
  gsize length = strlen (bytes);
  g_autofree char *drip = parse (bytes, length, 1, 1);

  g_assert_cmpstr (drip, ==, expected);
  for (gsize first = 1; first <= length; first++) {
    g_autofree char *out = parse (bytes, length, first, length);

    g_assert_cmpstr (out, ==, expected);
  }
}

static void
test_fields (void)
{
  check ("", "");
  check ("data: one\n\ndata: two\n\n", "[message|one][message|two]");
  check ("data:x\n\n", "[message|x]");
  check ("data:  x \n\n", "[message| x ]");
  check ("data: {\"a\":\ndata: 1}\n\n", "[message|{\"a\":\n1}]");
  check ("event: error\ndata: no\n\ndata: yes\n\n", "[error|no][message|yes]");
  check ("event: a\nevent: b\ndata: x\n\n", "[b|x]");
  check ("id: 7\nretry: 10\nodd: 1\nodd\ndatax: 2\ndata: x\n\n", "[message|x]");
  check ("data: é☃\n\n", "[message|é☃]");
}

/* Neither comments nor blank lines nor an event without data are events; its type goes with it. */
static void
test_nothing (void)
{
  check (": OPENROUTER PROCESSING\n\n:\n\ndata: x\n\n: keep-alive\n\n", "[message|x]");
  check ("\n\n\ndata: x\n\n\n\n", "[message|x]");
  check ("event: ping\n\ndata: x\n\n", "[message|x]");
  check ("data:\n\ndata\n\ndata: x\n\n", "[message|x]");
  check ("data\ndata\n\n", "[message|\n]");
}

static void
test_line_ends (void)
{
  check ("data: a\r\n\r\ndata: b\r\n\r\n", "[message|a][message|b]");
  check ("data: a\r\rdata: b\r\r", "[message|a][message|b]");
  check ("data: a\n\r\ndata: b\r\rdata: c\r\n\n", "[message|a][message|b][message|c]");
  check ("data: a\r\ndata: b\r\n\r\n", "[message|a\nb]");
}

static void
test_byte_order_mark (void)
{
  check ("\xef\xbb\xbf" "data: x\n\n", "[message|x]");
  check ("data: x\n\n\xef\xbb\xbf" "data: y\n\n", "[message|x]");
}

static void
test_without_blank_line (void)
{
  check ("data: x", "~[message|x]");
  check ("data: x\n", "~[message|x]");
  check ("data: x\n\nevent: end\ndata: y\r", "[message|x]~[end|y]");
  check ("data: x\n\n: comment", "[message|x]");
}

static void
test_zero_bytes (void)
{
  static const char BYTES[] = "data: a\0b\n\n";
  g_autoptr (ClocheSseParser) parser = cloche_sse_parser_new (100);
  const ClocheSseEvent *event;

  g_assert_true (cloche_sse_parser_push (parser, BYTES, sizeof BYTES - 1, NULL));
  event = cloche_sse_parser_pop (parser, NULL);
  g_assert_nonnull (event);
  g_assert_cmpmem (event->data, event->length, "a\0b", 3);
}

static void
assert_too_large (ClocheSseParser *parser,
                  GError         **error)
{
  g_assert_error (*error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
  g_clear_error (error);
  g_assert_null (cloche_sse_parser_pop (parser, error));
  g_assert_no_error (*error);
}

/* One endless line, and one endless event of short lines: both end, and so does what comes after them. */
static void
test_too_large (void)
{
  g_autoptr (ClocheSseParser) line = cloche_sse_parser_new (100);
  g_autoptr (ClocheSseParser) event = cloche_sse_parser_new (100);
  g_autoptr (GError) error = NULL;
  gsize pushed = 0;

  for (; cloche_sse_parser_push (line, "data: xxxxxxxxx", 15, &error); pushed += 15)
    g_assert_null (cloche_sse_parser_pop (line, &error));
  g_assert_cmpuint (pushed, <, 200);
  assert_too_large (line, &error);

  for (pushed = 0; error == NULL; pushed += 8) {
    g_assert_cmpuint (pushed, <, 800);
    g_assert_true (cloche_sse_parser_push (event, "data: x\n", 8, NULL));
    g_assert_null (cloche_sse_parser_pop (event, &error));
  }
  g_assert_cmpuint (pushed, >, 8 * 50);
  assert_too_large (event, &error);
  g_assert_false (cloche_sse_parser_push (event, "\n", 1, &error));
  assert_too_large (event, &error);
  g_assert_null (cloche_sse_parser_pop_last (event, &error));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/llm/sse/fields", test_fields);
  g_test_add_func ("/llm/sse/nothing", test_nothing);
  g_test_add_func ("/llm/sse/line-ends", test_line_ends);
  g_test_add_func ("/llm/sse/byte-order-mark", test_byte_order_mark);
  g_test_add_func ("/llm/sse/without-blank-line", test_without_blank_line);
  g_test_add_func ("/llm/sse/zero-bytes", test_zero_bytes);
  g_test_add_func ("/llm/sse/too-large", test_too_large);

  return g_test_run ();
}
