/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-client-hello.h"

#include <string.h>

/*
 * RFC 8446, section 5.1: a ClientHello "MAY be fragmented across several records", section 4: a handshake message is one
 * byte of type and three of length before its body. So two layers: records give up their payload byte by byte, and what
 * they carry is gathered until the message is whole. Then its body is read once. Every length is checked against what
 * holds it, and every vector has to end where its parent says.
 *
 *   RECORD_HEADER ──5 bytes──▶ RECORD_BODY ──payload read──▶ RECORD_HEADER
 *   RECORD_BODY ──message whole──▶ final
 *
 * Encrypted ClientHello: what is looked at is the outer name, and it has to be the allowed one; a server that unwraps
 * another inner name is one that the owner of the allowed name set up to do so.
 */

/* bytes: a ClientHello with post-quantum key shares has about 2 KiB; session tickets add some. */
#define MESSAGE_BYTES (32 * 1024)

#define RECORD_HEADER_BYTES    5
#define RECORD_BYTES           16384    /* RFC 8446, section 5.1 */
#define RECORD_HANDSHAKE       22
#define MESSAGE_HEADER_BYTES   4
#define MESSAGE_CLIENT_HELLO   1
#define EXTENSION_SERVER_NAME  0        /* RFC 6066, section 3 */
#define NAME_TYPE_HOST         0

struct _ClocheClientHello
{
  ClocheParse state;
  guint8 header[RECORD_HEADER_BYTES];
  gsize header_length;          /* bytes of header that are there */
  gsize record_left;            /* bytes of the record's payload that are still to come */
  GByteArray *message;
  char *name;                   /* NULL: the hello names no host */
};

typedef struct
{
  const guint8 *bytes;
  gsize left;
} Reader;

ClocheClientHello *
cloche_client_hello_new (void)
{
  ClocheClientHello *self = g_new0 (ClocheClientHello, 1);

  self->message = g_byte_array_new ();

  return self;
}

void
cloche_client_hello_free (ClocheClientHello *self)
{
  g_byte_array_unref (self->message);
  g_free (self->name);
  g_free (self);
}

static gboolean
read_number (Reader *reader,
             guint   n_bytes,
             gsize  *ret_value)
{
  gsize value = 0;

  if (reader->left < n_bytes)
    return FALSE;

  for (guint i = 0; i < n_bytes; i++)
    value = value << 8 | reader->bytes[i];
  reader->bytes += n_bytes;
  reader->left -= n_bytes;
  *ret_value = value;

  return TRUE;
}

/* Takes a vector whose length stands in @n_bytes before it; or, with 0, @length bytes. */
static gboolean
read_vector (Reader *reader,
             guint   n_bytes,
             gsize   length,
             Reader *ret_vector)
{
  if (n_bytes > 0 && !read_number (reader, n_bytes, &length))
    return FALSE;
  if (reader->left < length)
    return FALSE;

  ret_vector->bytes = reader->bytes;
  ret_vector->left = length;
  reader->bytes += length;
  reader->left -= length;

  return TRUE;
}

/* RFC 6066: the list "MUST NOT contain more than one name of the same name_type"; only one type was ever defined. */
static gboolean
read_server_name (ClocheClientHello *self,
                  Reader             extension)
{
  Reader list, name;
  gsize type;

  if (!read_vector (&extension, 2, 0, &list) || extension.left > 0 ||
      !read_number (&list, 1, &type) || type != NAME_TYPE_HOST ||
      !read_vector (&list, 2, 0, &name) || list.left > 0)
    return FALSE;
  if (name.left == 0 || memchr (name.bytes, 0, name.left) != NULL || self->name != NULL)
    return FALSE;

  self->name = g_strndup ((const char *) name.bytes, name.left);
  return TRUE;
}

static gboolean
read_extensions (ClocheClientHello *self,
                 Reader             extensions)
{
  while (extensions.left > 0) {
    Reader extension;
    gsize type;

    if (!read_number (&extensions, 2, &type) || !read_vector (&extensions, 2, 0, &extension))
      return FALSE;
    if (type == EXTENSION_SERVER_NAME && !read_server_name (self, extension))
      return FALSE;
  }

  return TRUE;
}

/* RFC 8446, section 4.1.2; up to TLS 1.2 the extensions may be absent (RFC 5246, section 7.4.1.2). */
static gboolean
read_hello (ClocheClientHello *self,
            Reader             hello)
{
  Reader skipped, extensions;
  gsize version;

  if (!read_number (&hello, 2, &version) || version >> 8 != 3 ||
      !read_vector (&hello, 0, 32, &skipped) ||         /* random */
      !read_vector (&hello, 1, 0, &skipped) ||          /* session id */
      !read_vector (&hello, 2, 0, &skipped) ||          /* cipher suites */
      !read_vector (&hello, 1, 0, &skipped))            /* compression methods */
    return FALSE;
  if (hello.left == 0)
    return TRUE;

  return read_vector (&hello, 2, 0, &extensions) && hello.left == 0 && read_extensions (self, extensions);
}

static ClocheParse
check_message (ClocheClientHello *self)
{
  Reader reader = { self->message->data, self->message->len };
  Reader body;
  gsize type, length;

  if (!read_number (&reader, 1, &type))
    return CLOCHE_PARSE_MORE;
  if (type != MESSAGE_CLIENT_HELLO)
    return CLOCHE_PARSE_BAD;
  if (!read_number (&reader, 3, &length))
    return CLOCHE_PARSE_MORE;
  if (length > MESSAGE_BYTES)
    return CLOCHE_PARSE_BAD;
  if (!read_vector (&reader, 0, length, &body))
    return CLOCHE_PARSE_MORE;

  return read_hello (self, body) ? CLOCHE_PARSE_DONE : CLOCHE_PARSE_BAD;
}

/* The header is judged as soon as a byte of it tells, so that another protocol does not wait for five. */
static ClocheParse
check_header (ClocheClientHello *self)
{
  gboolean is_first = self->message->len == 0;

  if (self->header[0] != RECORD_HANDSHAKE || (self->header_length > 1 && self->header[1] != 3))
    return is_first ? CLOCHE_PARSE_OTHER : CLOCHE_PARSE_BAD;
  if (self->header_length < RECORD_HEADER_BYTES)
    return CLOCHE_PARSE_MORE;

  self->header_length = 0;
  self->record_left = (gsize) self->header[3] << 8 | self->header[4];
  /* RFC 8446, section 5.1: no handshake record is empty. */
  return self->record_left == 0 || self->record_left > RECORD_BYTES ? CLOCHE_PARSE_BAD : CLOCHE_PARSE_MORE;
}

/* How much of the message to gather before it is worth looking at again: its header, then all of it. */
static gsize
message_wants (ClocheClientHello *self)
{
  const guint8 *header = self->message->data;

  if (self->message->len < MESSAGE_HEADER_BYTES)
    return 1;

  return MESSAGE_HEADER_BYTES + ((gsize) header[1] << 16 | (gsize) header[2] << 8 | header[3]) - self->message->len;
}

/**
 * cloche_client_hello_feed:
 * @bytes: the next bytes of the client; may end anywhere. What follows the hello is not looked at
 *
 * Returns: where the parser stands; %CLOCHE_PARSE_BAD also for several names and for more than 32 KiB
 */
ClocheParse
cloche_client_hello_feed (ClocheClientHello *self,
                          const guint8      *bytes,
                          gsize              length)
{
  g_return_val_if_fail (self != NULL, CLOCHE_PARSE_BAD);

  while (length > 0 && self->state == CLOCHE_PARSE_MORE) {
    gsize n = 1;

    if (self->record_left == 0) {
      self->header[self->header_length++] = *bytes;
      self->state = check_header (self);
    } else {
      n = MIN (MIN (length, self->record_left), message_wants (self));
      g_byte_array_append (self->message, bytes, (guint) n);
      self->record_left -= n;
      if (self->message->len <= MESSAGE_HEADER_BYTES || message_wants (self) == 0)
        self->state = check_message (self);
    }
    bytes += n;
    length -= n;
  }

  return self->state;
}

/**
 * cloche_client_hello_get_name:
 *
 * Returns: (nullable): once done, the server name as the client sent it: any bytes but NUL; %NULL if it sent none
 */
const char *
cloche_client_hello_get_name (ClocheClientHello *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->state == CLOCHE_PARSE_DONE ? self->name : NULL;
}
