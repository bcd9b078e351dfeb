/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-http-head.h"

#include <string.h>

/*
 * RFC 9112, read as strictly as a server could: whatever two servers might understand differently is refused, because
 * the host that we see must be the host that the server sees. So no folded lines, no blank before the colon, no bare CR,
 * no second Host. A lone LF ends a line for most servers and so does here.
 *
 *   LEADING ──other than CR, LF──▶ REQUEST ──LF──▶ FIELDS ──empty line──▶ final
 *
 * A first line without "HTTP/" is another protocol, and so is one with a NUL, or with a byte in its first word that no
 * method has: a client of a binary protocol is recognised by its first bytes, one of a line protocol by its first line.
 * A line with "HTTP/" that is not well formed is bad, never another protocol: a lenient server might take it.
 *
 * Only the first request of a connection is read; the ones after it go to the server that was checked.
 */

/* bytes: all of the head. Servers take 8 KiB (Apache) to 48 KiB (IIS: 16). */
#define HEAD_BYTES (32 * 1024)

/* fields of a request: Apache's default. */
#define MAX_FIELDS 100

typedef enum {
  STAGE_LEADING,
  STAGE_REQUEST,
  STAGE_FIELDS,
} Stage;

struct _ClocheHttpHead
{
  ClocheParse state;
  Stage stage;
  gsize n_bytes;                /* that were fed */
  guint n_fields;
  gboolean in_method;           /* no blank in the request line yet */
  GString *line;
  char *hosts[3];               /* what the target and the Host field say, NULL-terminated */
  guint n_hosts;
  gboolean has_host_field;
};

ClocheHttpHead *
cloche_http_head_new (void)
{
  ClocheHttpHead *self = g_new0 (ClocheHttpHead, 1);

  self->line = g_string_new (NULL);
  self->in_method = TRUE;

  return self;
}

void
cloche_http_head_free (ClocheHttpHead *self)
{
  g_string_free (self->line, TRUE);
  for (guint i = 0; i < self->n_hosts; i++)
    g_free (self->hosts[i]);
  g_free (self);
}

/* tchar of RFC 9110, section 5.6.2. */
static gboolean
is_token_char (guint8 c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static gboolean
is_token (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!is_token_char ((guint8) text[i]))
      return FALSE;

  return length > 0;
}

/* "http://HOST[:PORT]/…", the form that proxies get and that servers have to take (RFC 9112, section 3.2.2). */
static gboolean
read_absolute_form (ClocheHttpHead *self,
                    const char     *target)
{
  const char *authority = strstr (target, "://");

  if (authority == NULL || g_ascii_strncasecmp (target, "http://", 7) != 0)
    return FALSE;

  authority += 3;
  self->hosts[self->n_hosts++] = g_strndup (authority, strcspn (authority, "/?#\\"));
  return TRUE;
}

static ClocheParse
check_request_line (ClocheHttpHead *self)
{
  g_autofree char *upper = g_ascii_strup (self->line->str, -1);
  g_auto (GStrv) words = NULL;

  if (strstr (upper, "HTTP/") == NULL)
    return CLOCHE_PARSE_OTHER;

  words = g_strsplit (self->line->str, " ", -1);
  if (g_strv_length (words) != 3 || (strcmp (words[2], "HTTP/1.1") != 0 && strcmp (words[2], "HTTP/1.0") != 0))
    return CLOCHE_PARSE_BAD;
  if (!is_token (words[0], strlen (words[0])) || g_ascii_strcasecmp (words[0], "CONNECT") == 0)
    return CLOCHE_PARSE_BAD;
  if (words[1][0] != '/' && strcmp (words[1], "*") != 0 && !read_absolute_form (self, words[1]))
    return CLOCHE_PARSE_BAD;

  self->stage = STAGE_FIELDS;
  return CLOCHE_PARSE_MORE;
}

static ClocheParse
check_field (ClocheHttpHead *self)
{
  const char *line = self->line->str;
  const char *colon = strchr (line, ':');

  if (self->line->len == 0)
    return CLOCHE_PARSE_DONE;
  if (colon == NULL || !is_token (line, (gsize) (colon - line)) || ++self->n_fields > MAX_FIELDS)
    return CLOCHE_PARSE_BAD;
  if (colon - line != 4 || g_ascii_strncasecmp (line, "Host", 4) != 0)
    return CLOCHE_PARSE_MORE;
  if (self->has_host_field)
    return CLOCHE_PARSE_BAD;

  self->has_host_field = TRUE;
  self->hosts[self->n_hosts++] = g_strstrip (g_strdup (colon + 1));
  return CLOCHE_PARSE_MORE;
}

static ClocheParse
end_line (ClocheHttpHead *self)
{
  ClocheParse state;

  if (self->line->len > 0 && self->line->str[self->line->len - 1] == '\r')
    g_string_truncate (self->line, self->line->len - 1);
  if (self->stage == STAGE_FIELDS && memchr (self->line->str, '\r', self->line->len) != NULL)
    return CLOCHE_PARSE_BAD;

  state = self->stage == STAGE_REQUEST ? check_request_line (self) : check_field (self);
  g_string_truncate (self->line, 0);
  return state;
}

/* Whether what has come so far can still be a request line. */
static gboolean
request_may_have (ClocheHttpHead *self,
                  guint8          c)
{
  if (self->in_method && (c == ' ' || c == '\t' || c == '\r'))
    self->in_method = FALSE;

  return self->in_method ? is_token_char (c) : c != '\0';
}

static ClocheParse
feed_byte (ClocheHttpHead *self,
           guint8          c)
{
  if (self->stage == STAGE_LEADING) {
    /* RFC 9112, section 2.2: servers skip empty lines before a request, so they do not make it another protocol. */
    if (c == '\r' || c == '\n')
      return CLOCHE_PARSE_MORE;
    self->stage = STAGE_REQUEST;
    if (!is_token_char (c))
      return CLOCHE_PARSE_OTHER;
    g_string_append_c (self->line, (char) c);
    return CLOCHE_PARSE_MORE;
  }

  if (c == '\n')
    return end_line (self);
  if (self->stage == STAGE_REQUEST && !request_may_have (self, c))
    return CLOCHE_PARSE_OTHER;
  if (c == '\0')
    return CLOCHE_PARSE_BAD;

  g_string_append_c (self->line, (char) c);
  return CLOCHE_PARSE_MORE;
}

/**
 * cloche_http_head_feed:
 * @bytes: the next bytes of the client; may end anywhere. What follows the head is not looked at
 *
 * Returns: where the parser stands; %CLOCHE_PARSE_BAD also for CONNECT, for HTTP/2 ("PRI * HTTP/2.0"), for a second Host
 *   field and for more than 32 KiB
 */
ClocheParse
cloche_http_head_feed (ClocheHttpHead *self,
                       const guint8   *bytes,
                       gsize           length)
{
  g_return_val_if_fail (self != NULL, CLOCHE_PARSE_BAD);

  for (gsize i = 0; i < length && self->state == CLOCHE_PARSE_MORE; i++) {
    self->state = feed_byte (self, bytes[i]);
    if (++self->n_bytes >= HEAD_BYTES && self->state == CLOCHE_PARSE_MORE)
      self->state = CLOCHE_PARSE_BAD;
  }

  return self->state;
}

/**
 * cloche_http_head_end:
 *
 * The client has said all it has to say. Returns where that leaves the parser, never %CLOCHE_PARSE_MORE: a request that
 * breaks off is bad, half a line is another protocol.
 */
ClocheParse
cloche_http_head_end (ClocheHttpHead *self)
{
  g_return_val_if_fail (self != NULL, CLOCHE_PARSE_BAD);

  if (self->state == CLOCHE_PARSE_MORE)
    self->state = self->stage == STAGE_FIELDS ? CLOCHE_PARSE_BAD : CLOCHE_PARSE_OTHER;

  return self->state;
}

/**
 * cloche_http_head_get_hosts:
 *
 * Returns: (array zero-terminated=1): once done, every host that the request names, none to two, each with its port as
 *   the client sent it; all have to be the allowed one
 */
const char *const *
cloche_http_head_get_hosts (ClocheHttpHead *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->hosts;
}

/**
 * cloche_http_host_split:
 * @text: HOST or HOST:PORT, from a client
 * @ret_host: (out): the host; an IPv6 address keeps its brackets
 * @ret_port: (out): 0 if there is none
 *
 * Returns: %FALSE if it is neither
 */
gboolean
cloche_http_host_split (const char *text,
                        char      **ret_host,
                        guint16    *ret_port)
{
  const char *bracket = text[0] == '[' ? strchr (text, ']') : NULL;
  const char *colon = strchr (bracket != NULL ? bracket : text, ':');
  guint64 port = 0;

  if (text[0] == '[' && bracket == NULL)
    return FALSE;
  /* RFC 3986, section 3.2.3: the port may be empty. */
  if (colon != NULL && colon[1] != '\0' && !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
    return FALSE;

  *ret_host = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  *ret_port = (guint16) port;
  return TRUE;
}
