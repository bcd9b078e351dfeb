/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "test-hello.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

static ssize_t
push_cb (gnutls_transport_ptr_t data,
         const void            *bytes,
         size_t                 length)
{
  g_byte_array_append (data, bytes, (guint) length);
  return (ssize_t) length;
}

static ssize_t
pull_cb (gnutls_transport_ptr_t data,
         void                  *bytes,
         size_t                 length)
{
  errno = EAGAIN;
  return -1;
}

static int
pull_timeout_cb (gnutls_transport_ptr_t data,
                 unsigned int           ms)
{
  return 0;
}

/* The bytes that a real TLS library sends first, for @name or for no name. */
GByteArray *
test_hello_new (const char *name,
                const char *priority)
{
  GByteArray *bytes = g_byte_array_new ();
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;

  g_assert_cmpint (gnutls_certificate_allocate_credentials (&credentials), ==, 0);
  g_assert_cmpint (gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK), ==, 0);
  g_assert_cmpint (gnutls_priority_set_direct (session, priority, NULL), ==, 0);
  g_assert_cmpint (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials), ==, 0);
  if (name != NULL)
    g_assert_cmpint (gnutls_server_name_set (session, GNUTLS_NAME_DNS, name, strlen (name)), ==, 0);
  gnutls_transport_set_ptr (session, bytes);
  gnutls_transport_set_push_function (session, push_cb);
  gnutls_transport_set_pull_function (session, pull_cb);
  gnutls_transport_set_pull_timeout_function (session, pull_timeout_cb);
  g_assert_cmpint (gnutls_handshake (session), ==, GNUTLS_E_AGAIN);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);

  return bytes;
}

/* The same hello in records of at most @record_bytes of payload. */
GByteArray *
test_hello_fragment (const GByteArray *hello,
                     gsize             record_bytes)
{
  GByteArray *out = g_byte_array_new ();

  for (gsize i = 5; i < hello->len; i += record_bytes) {
    gsize n = MIN (record_bytes, hello->len - i);
    guint8 header[5] = { 22, 3, 1, (guint8) (n >> 8), (guint8) n };

    g_byte_array_append (out, header, sizeof header);
    g_byte_array_append (out, hello->data + i, (guint) n);
  }

  return out;
}
