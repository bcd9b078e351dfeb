/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"

#include "cloche-base-error.h"
#include "cloche-limits.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/*
 * JSON from models, servers, guests and files, read into json-glib's values.
 *
 * json-glib 1.6's own parser is not used on foreign bytes. It ends strings at \u0000, makes invalid UTF-8 of lone
 * surrogates, wraps integers that do not fit, overflows the C stack on deep nesting, and takes comments, single quotes,
 * octal numbers and two documents in one text for JSON. Whoever checks for all that before it has read the whole
 * grammar already, so this file builds the values in the same pass. It is RFC 8259 to the letter, with these decisions:
 *
 * - Invalid UTF-8, NUL bytes, \u0000 and lone surrogates become U+FFFD; nothing after them is lost.
 * - An integer beyond 64 bits becomes a double, as JavaScript has it; a number beyond a double is refused.
 * - Of members with one name the last wins.
 * - A byte order mark at the start is skipped.
 *
 * What one text can cost is bounded: its depth, its values, the members of one object and how often names repeat
 * (json-glib replaces a member by a linear search).
 */

/* values: one costs about 100 bytes of memory for two bytes of text ("0,"). */
#define MAX_VALUES 1000000

/* members of one object: names can be made to collide in GLib's hash table, which then takes quadratic time. */
#define MAX_MEMBERS 65536

/* in one text. */
#define MAX_REPEATED_NAMES 256

typedef struct
{
  const char *start;
  const char *p;
  const char *end;
  guint depth;
  guint n_values;
  guint n_repeated;
  GError **error;
} Parser;

static JsonNode *parse_value (Parser *self);

static gboolean
fail (Parser         *self,
      ClocheBaseError code,
      const char     *what)
{
  g_set_error (self->error, CLOCHE_BASE_ERROR, code,
               "Not valid JSON at byte %" G_GSIZE_FORMAT ": %s", (gsize) (self->p - self->start), what);
  return FALSE;
}

static gboolean
invalid (Parser     *self,
         const char *what)
{
  return fail (self, CLOCHE_BASE_ERROR_INVALID, self->p == self->end ? "the text ends too early" : what);
}

static void
skip_space (Parser *self)
{
  while (self->p < self->end && strchr (" \t\r\n", *self->p) != NULL)
    self->p++;
}

static gboolean
skip_char (Parser *self,
           char    c)
{
  if (self->p == self->end || *self->p != c)
    return FALSE;

  self->p++;
  return TRUE;
}

static gboolean
parse_hex4 (Parser   *self,
            gunichar *ret_unit)
{
  gunichar unit = 0;

  for (int i = 0; i < 4; i++, self->p++) {
    if (self->p == self->end || !g_ascii_isxdigit (*self->p))
      return invalid (self, "four hexadecimal digits expected after \\u");
    unit = unit * 16 + (gunichar) g_ascii_xdigit_value (*self->p);
  }

  *ret_unit = unit;
  return TRUE;
}

/* After "\u". Two escapes that are a surrogate pair make one character. */
static gboolean
parse_unicode_escape (Parser  *self,
                      GString *out)
{
  gunichar high = 0;
  gunichar low = 0;
  const char *after_high;

  if (!parse_hex4 (self, &high))
    return FALSE;

  after_high = self->p;
  if (high >= 0xd800 && high <= 0xdbff && self->end - self->p >= 2 && memcmp (self->p, "\\u", 2) == 0) {
    self->p += 2;
    if (!parse_hex4 (self, &low))
      return FALSE;
  }

  if (low >= 0xdc00 && low <= 0xdfff) {
    g_string_append_unichar (out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
    return TRUE;
  }

  self->p = after_high;
  g_string_append_unichar (out, high == 0 || (high >= 0xd800 && high <= 0xdfff) ? 0xfffd : high);
  return TRUE;
}

static gboolean
parse_escape (Parser  *self,
              GString *out)
{
  static const char FROM[] = "\"\\/bfnrt";
  static const char TO[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (skip_char (self, 'u'))
    return parse_unicode_escape (self, out);

  found = self->p < self->end ? strchr (FROM, *self->p) : NULL;
  if (found == NULL)
    return invalid (self, "unknown escape in a string");

  g_string_append_c (out, TO[found - FROM]);
  self->p++;
  return TRUE;
}

/* The text is valid UTF-8 without NUL by now. */
static char *
parse_string (Parser *self)
{
  g_autoptr (GString) out = NULL;

  if (!skip_char (self, '"')) {
    invalid (self, "a string in double quotes expected");
    return NULL;
  }

  out = g_string_new (NULL);
  while (!skip_char (self, '"')) {
    const char *run = self->p;

    while (self->p < self->end && *self->p != '"' && *self->p != '\\' && (guchar) *self->p >= 0x20)
      self->p++;
    g_string_append_len (out, run, self->p - run);

    if (skip_char (self, '\\')) {
      if (!parse_escape (self, out))
        return NULL;
    } else if (self->p == self->end || *self->p != '"') {
      invalid (self, "control character in a string");
      return NULL;
    }
  }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
skip_digits (Parser *self)
{
  const char *start = self->p;

  while (self->p < self->end && g_ascii_isdigit (*self->p))
    self->p++;

  return self->p > start || invalid (self, "a digit expected");
}

/* Steps over one number; @ret_is_integer: it has neither fraction nor exponent. */
static gboolean
skip_number (Parser   *self,
             gboolean *ret_is_integer)
{
  gboolean is_integer = TRUE;

  (void) skip_char (self, '-');         /* A number may or may not have a sign. */
  if (!skip_char (self, '0') && !skip_digits (self))
    return FALSE;

  if (skip_char (self, '.')) {
    is_integer = FALSE;
    if (!skip_digits (self))
      return FALSE;
  }

  if (skip_char (self, 'e') || skip_char (self, 'E')) {
    is_integer = FALSE;
    if (!skip_char (self, '+'))
      (void) skip_char (self, '-');     /* Nor need its exponent. */
    if (!skip_digits (self))
      return FALSE;
  }

  *ret_is_integer = is_integer;
  return TRUE;
}

static JsonNode *
parse_number (Parser *self)
{
  const char *start = self->p;
  gboolean is_integer = FALSE;
  g_autofree char *text = NULL;
  double real;

  if (!skip_number (self, &is_integer))
    return NULL;

  text = g_strndup (start, (gsize) (self->p - start));
  if (is_integer) {
    gint64 integer;

    errno = 0;
    integer = g_ascii_strtoll (text, NULL, 10);
    if (errno == 0)
      return json_node_init_int (json_node_alloc (), integer);
  }

  real = g_ascii_strtod (text, NULL);
  if (!isfinite (real)) {
    fail (self, CLOCHE_BASE_ERROR_INVALID, "the number before is too large");
    return NULL;
  }

  return json_node_init_double (json_node_alloc (), real);
}

static JsonNode *
parse_literal (Parser *self)
{
  static const char *const WORDS[] = { "null", "true", "false" };

  for (gsize i = 0; i < G_N_ELEMENTS (WORDS); i++) {
    gsize length = strlen (WORDS[i]);

    if ((gsize) (self->end - self->p) < length || memcmp (self->p, WORDS[i], length) != 0)
      continue;
    self->p += length;
    return i == 0 ? json_node_init_null (json_node_alloc ()) : json_node_init_boolean (json_node_alloc (), i == 1);
  }

  invalid (self, "a value expected");
  return NULL;
}

static JsonNode *
parse_array (Parser *self)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonNode *node;

  skip_space (self);
  if (!skip_char (self, ']'))
    for (;;) {
      node = parse_value (self);
      if (node == NULL)
        return NULL;
      json_array_add_element (array, node);

      if (skip_char (self, ']'))
        break;
      if (!skip_char (self, ',')) {
        invalid (self, "a comma or the end of the array expected");
        return NULL;
      }
    }

  node = json_node_alloc ();
  return json_node_init_array (node, array);
}

static gboolean
parse_member (Parser     *self,
              JsonObject *object)
{
  g_autofree char *name = NULL;
  JsonNode *value;

  skip_space (self);
  name = parse_string (self);
  if (name == NULL)
    return FALSE;

  skip_space (self);
  if (!skip_char (self, ':'))
    return invalid (self, "a colon expected");

  value = parse_value (self);
  if (value == NULL)
    return FALSE;

  if (json_object_has_member (object, name))
    self->n_repeated++;
  json_object_set_member (object, name, value);
  if (json_object_get_size (object) > MAX_MEMBERS || self->n_repeated > MAX_REPEATED_NAMES)
    return fail (self, CLOCHE_BASE_ERROR_TOO_LARGE, "an object has too many members");

  return TRUE;
}

static JsonNode *
parse_object (Parser *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode *node;

  skip_space (self);
  if (!skip_char (self, '}'))
    for (;;) {
      if (!parse_member (self, object))
        return NULL;

      if (skip_char (self, '}'))
        break;
      if (!skip_char (self, ',')) {
        invalid (self, "a comma or the end of the object expected");
        return NULL;
      }
    }

  node = json_node_alloc ();
  return json_node_init_object (node, object);
}

static JsonNode *
parse_container (Parser  *self,
                 gboolean is_object)
{
  JsonNode *node;

  if (self->depth == CLOCHE_LIMIT_JSON_DEPTH) {
    fail (self, CLOCHE_BASE_ERROR_TOO_DEEP, "it nests too deep");
    return NULL;
  }

  self->depth++;
  node = is_object ? parse_object (self) : parse_array (self);
  self->depth--;

  return node;
}

static JsonNode *
parse_string_value (Parser *self)
{
  g_autofree char *text = parse_string (self);

  return text != NULL ? json_node_init_string (json_node_alloc (), text) : NULL;
}

/* One value with the space around it. */
static JsonNode *
parse_value (Parser *self)
{
  JsonNode *node;

  if (++self->n_values > MAX_VALUES) {
    fail (self, CLOCHE_BASE_ERROR_TOO_LARGE, "it has too many values");
    return NULL;
  }

  skip_space (self);
  if (skip_char (self, '{'))
    node = parse_container (self, TRUE);
  else if (skip_char (self, '['))
    node = parse_container (self, FALSE);
  else if (self->p < self->end && *self->p == '"')
    node = parse_string_value (self);
  else if (self->p < self->end && (*self->p == '-' || g_ascii_isdigit (*self->p)))
    node = parse_number (self);
  else
    node = parse_literal (self);
  skip_space (self);

  return node;
}

/**
 * cloche_json_parse:
 * @bytes: (nullable): one JSON document from anywhere; may be invalid UTF-8 and hold NUL; %NULL only if @length is 0
 * @length: its length in bytes, or -1 if it ends in NUL; capping it is for whoever read it
 *
 * Reads one JSON document and nothing else; see the top of the file for what is repaired and what refused.
 * The cost is linear in @length, up to about 100 MB of memory.
 *
 * Errors: %CLOCHE_BASE_ERROR_INVALID, %CLOCHE_BASE_ERROR_TOO_DEEP beyond %CLOCHE_LIMIT_JSON_DEPTH,
 * %CLOCHE_BASE_ERROR_TOO_LARGE for more than a million values or an object of more than 65,536 members. The message names the
 * byte, counted in the text after invalid UTF-8 was replaced. Source: RFC 8259.
 */
JsonNode *
cloche_json_parse (const char *bytes,
                   gssize      length,
                   GError    **error)
{
  gsize n_bytes = length >= 0 ? (gsize) length : strlen (bytes);
  g_autofree char *repaired = NULL;
  g_autoptr (JsonNode) root = NULL;
  Parser self = { .error = error };

  if (!g_utf8_validate_len (bytes, n_bytes, NULL)) {
    repaired = g_utf8_make_valid (bytes, (gssize) n_bytes);
    n_bytes = strlen (repaired);
  }

  self.start = repaired != NULL ? repaired : bytes != NULL ? bytes : "";
  self.p = self.start;
  self.end = self.start + n_bytes;
  if (n_bytes >= 3 && memcmp (self.p, "\xef\xbb\xbf", 3) == 0)
    self.p += 3;

  root = parse_value (&self);
  if (root == NULL)
    return NULL;

  if (self.p != self.end) {
    invalid (&self, "something follows the document");
    return NULL;
  }

  return g_steal_pointer (&root);
}

/**
 * cloche_json_parse_object:
 *
 * Like cloche_json_parse(), for a document that must be an object.
 */
JsonObject *
cloche_json_parse_object (const char *bytes,
                          gssize      length,
                          GError    **error)
{
  g_autoptr (JsonNode) root = cloche_json_parse (bytes, length, error);

  if (root == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error_literal (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID, "The JSON document is not an object");
    return NULL;
  }

  return json_node_dup_object (root);
}
