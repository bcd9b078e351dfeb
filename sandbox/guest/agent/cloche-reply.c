/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-reply.h"

#include "cloche-alloc.h"
#include "cloche-limits.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* bytes: a message of an error. */
#define MESSAGE_BYTES 512

/* jansson recurses as deep as the text nests, so the depth is counted before it sees the text. */
static bool
is_shallow (const char *line,
            size_t      length)
{
  bool is_quoted = false;
  int depth = 0;

  for (size_t i = 0; i < length; i++) {
    if (is_quoted) {
      if (line[i] == '\\')
        i++;
      else if (line[i] == '"')
        is_quoted = false;
    } else if (line[i] == '"') {
      is_quoted = true;
    } else if (line[i] == '{' || line[i] == '[') {
      if (++depth > CLOCHE_LIMIT_JSON_DEPTH)
        return false;
    } else if (line[i] == '}' || line[i] == ']') {
      depth--;
    }
  }
  return true;
}

json_t *
cloche_request_parse (const char *line,
                      size_t      length)
{
  json_t *request;

  if (length > CLOCHE_LIMIT_LINE_BYTES || !is_shallow (line, length))
    return NULL;
  request = json_loadb (line, length, JSON_REJECT_DUPLICATES, NULL);
  if (request != NULL && !json_is_object (request)) {
    json_decref (request);
    return NULL;
  }
  return request;
}

const char *
cloche_request_text (json_t     *request,
                     const char *name,
                     const char *fallback)
{
  json_t *value = json_object_get (request, name);

  return json_is_string (value) ? json_string_value (value) : fallback;
}

int64_t
cloche_request_number (json_t     *request,
                       const char *name,
                       int64_t     fallback)
{
  json_t *value = json_object_get (request, name);

  return json_is_integer (value) ? json_integer_value (value) : fallback;
}

bool
cloche_request_flag (json_t     *request,
                     const char *name)
{
  return json_is_true (json_object_get (request, name));
}

/* The length of the UTF-8 sequence that starts here, or 0. json_string() is the judge; this finds the pieces for it. */
static size_t
get_sequence_length (const char *bytes)
{
  unsigned char first = (unsigned char) bytes[0];
  size_t length = first < 0x80 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : (first & 0xf8) == 0xf0 ? 4 : 0;
  json_t *probe;

  if (length <= 1)
    return length;
  if (strnlen (bytes, length) < length)
    return 0;
  probe = json_stringn (bytes, length);
  json_decref (probe);
  return probe != NULL ? length : 0;
}

json_t *
cloche_json_text (const char *bytes)
{
  json_t *text = json_string (bytes);
  char *clean, *end;

  if (text != NULL)
    return text;
  clean = end = cloche_new (strlen (bytes) * 3 + 1);
  while (*bytes != '\0') {
    size_t length = get_sequence_length (bytes);

    memcpy (end, length > 0 ? bytes : "\xef\xbf\xbd", length > 0 ? length : 3);
    end += length > 0 ? length : 3;
    bytes += length > 0 ? length : 1;
  }
  text = json_stringn (clean, (size_t) (end - clean));
  free (clean);
  return text;
}

static void
send_line (cloche_stream *stream,
           json_t        *line)
{
  char *text = json_dumps (line, JSON_COMPACT);

  json_decref (line);
  if (text == NULL)
    abort ();
  (void) cloche_stream_send (stream, text, strlen (text)); /* Queued if need be. */
  (void) cloche_stream_send (stream, "\n", 1);
  free (text);
}

void
cloche_reply (cloche_stream *stream,
              json_t        *answer)
{
  json_t *line = json_pack ("{s:b}", "ok", 1);

  if (answer != NULL) {
    (void) json_object_update (line, answer);
    json_decref (answer);
  }
  send_line (stream, line);
}

void
cloche_reply_end (cloche_stream *stream,
                  json_t        *answer)
{
  cloche_reply (stream, answer);
  cloche_stream_let_go (stream);
}

void
cloche_reply_error (cloche_stream *stream,
                    const char    *code,
                    const char    *format,
                    ...)
{
  char message[MESSAGE_BYTES];
  va_list arguments;

  va_start (arguments, format);
  (void) vsnprintf (message, sizeof message, format, arguments);
  va_end (arguments);
  send_line (stream, json_pack ("{s:b, s:s, s:o}", "ok", 0, "error", code, "message", cloche_json_text (message)));
  cloche_stream_let_go (stream);
}

const char *
cloche_reply_errno_code (int error)
{
  switch (error) {
  case ENOENT:
  case ENOTDIR:
    return "not-found";

  case EEXIST:
    return "exists";

  case EACCES:
  case EPERM:
  case EROFS:
  case EXDEV:
  case ELOOP:
    return "denied";

  case EFBIG:
  case EMSGSIZE:
    return "too-large";

  case ENOSPC:
  case EDQUOT:
    return "no-space";

  case EINVAL:
  case ENAMETOOLONG:
  case EISDIR:
    return "invalid";

  default:
    return "failed";
  }
}

void
cloche_reply_errno (cloche_stream *stream,
                    int            error,
                    const char    *what)
{
  cloche_reply_error (stream, cloche_reply_errno_code (error), "%s: %s", what, strerror (error));
}
