/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-vm-fixture.h"
#include "test-network.h"

#include <gnutls/x509.h>
#include <libsoup/soup.h>
#include <time.h>

/*
 * A computer in a company, in a network of this test's own (see test-network.c): TLS is signed by an authority of the
 * company's, which the computer came to trust after the base was made, and its user has npm and pip fetch packages from
 * odd addresses, on a port, below a path, with a password, one of them over plain HTTP. Machines do the same without a
 * setting made in them and without the password; but only once the address was allowed.
 */
typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
  SoupServer *servers[2];       /* HTTP and HTTPS */
  GString *paths;               /* what was asked for, a line each */
  guint n_authorized;           /* requests with a password or token */
} Fixture;

static Fixture shared;

#define NAME "good.example"
#define PIP_HOST NAME ":8081"
#define NPM_HOST NAME ":8443"
#define SECRET "hunter2"

/* Debian's list; cloche-host-customs.c knows the others. */
#define HOST_LIST "/etc/ssl/certs/ca-certificates.crt"

#define NPM_PATH "/repository/npm-all"
#define NPM_PACKAGE \
  "{\"name\": \"cloche-sample\", \"dist-tags\": {\"latest\": \"1.2.3\"}, \"versions\": {\"1.2.3\": {" \
  "\"name\": \"cloche-sample\", \"version\": \"1.2.3\", \"dist\": {" \
  "\"tarball\": \"https://" NPM_HOST "/t.tgz\", \"shasum\": \"0\"}}}}"

#define PIP_PATH "/repository/pypi/simple"
#define PIP_PAGE "<!DOCTYPE html><html><body><a href=\"cloche_sample-4.5.6-py3-none-any.whl\">4.5.6</a></body></html>"

static void
asked_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = NULL, *text = NULL;

  g_string_append_printf (shared.paths, "%s\n", path);
  shared.n_authorized += soup_message_headers_get_one (headers, "Authorization") != NULL;
  if (g_str_equal (path, NPM_PATH "/cloche-sample")) {
    type = "application/json";
    text = NPM_PACKAGE;
  } else if (g_str_equal (path, PIP_PATH "/cloche-sample/")) {
    type = "text/html";
    text = PIP_PAGE;
  }
  soup_server_message_set_status (message, text != NULL ? SOUP_STATUS_OK : SOUP_STATUS_NOT_FOUND, NULL);
  if (text != NULL)
    soup_server_message_set_response (message, type, SOUP_MEMORY_STATIC, text, strlen (text));
}

static SoupServer *
serve (guint16          port,
       GTlsCertificate *certificate)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("203.0.113.5", port);
  g_autoptr (GError) error = NULL;
  SoupServer *server = soup_server_new (NULL, NULL);

  soup_server_set_tls_certificate (server, certificate);
  soup_server_add_handler (server, NULL, asked_cb, NULL, NULL);
  (void) soup_server_listen (server, address, certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0, &error);
  g_assert_no_error (error);

  return server;
}

/* Signed by itself: the authority is the server. PEM, certificate and key. */
static char *
new_authority (gsize *ret_certificate_length)
{
  const unsigned int bits = GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1);
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t certificate, secret;
  char *pem;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, bits, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_init (&crt), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_version (crt, 3), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_serial (crt, "\1", 1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_activation_time (crt, time (NULL) - 24 * 60 * 60), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_expiration_time (crt, time (NULL) + 24 * 60 * 60), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_dn (crt, "CN=" NAME ",O=The test's company", NULL), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, NAME, strlen (NAME), GNUTLS_FSAN_SET), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_basic_constraints (crt, 1, -1), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_key (crt, key), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &certificate), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &secret), ==, 0);
  pem = g_strdup_printf ("%.*s%.*s", (int) certificate.size, certificate.data, (int) secret.size, secret.data);
  *ret_certificate_length = certificate.size;
  gnutls_free (certificate.data);
  gnutls_free (secret.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);

  return pem;
}

/* What the company did with this computer. */
static void
set_up_computer (void)
{
  gsize length;
  g_autofree char *pem = new_authority (&length);
  g_autofree char *known = NULL;
  g_autofree char *list = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (HOST_LIST, &known, NULL, NULL));
  list = g_strdup_printf ("%s%.*s", known, (int) length, pem);
  test_network_cover_file (HOST_LIST, list);

  g_setenv ("NPM_CONFIG_REGISTRY", "https://jane:" SECRET "@" NPM_HOST NPM_PATH "/?token=" SECRET, TRUE);
  g_setenv ("PIP_INDEX_URL", "http://jane:" SECRET "@" PIP_HOST PIP_PATH, TRUE);

  shared.paths = g_string_new (NULL);
  shared.servers[0] = serve (8081, NULL);
  shared.servers[1] = serve (8443, certificate);
}

static char *
ask (const char *script)
{
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (shared.machine, script);

  return g_strdup_printf ("%s: %s%s", outcome->status, outcome->out->str, outcome->err->str);
}

/* The user has set where packages come from, and allowed nothing. */
static void
test_not_allowed (void)
{
  static const char *const NOTHING[] = { NULL };
  g_autofree char *npm = NULL;
  g_autofree char *pip = NULL;

  cloche_vm_allow (shared.machine, NOTHING);
  npm = ask ("curl -sS https://" NPM_HOST NPM_PATH "/cloche-sample");
  pip = ask ("curl -sS http://" PIP_HOST PIP_PATH "/cloche-sample/");
  g_assert_true (g_str_has_prefix (npm, "error: "));
  g_assert_true (g_str_has_prefix (pip, "error: "));
  g_assert_cmpstr (shared.paths->str, ==, "");
}

static void
test_allowed (void)
{
  static const char *const ALLOWED[] = { NPM_HOST, PIP_HOST, NULL };
  g_autofree char *npm = NULL;
  g_autofree char *pip = NULL;

  cloche_vm_allow (shared.machine, ALLOWED);
  npm = ask ("npm view cloche-sample version 2>&1");
  if (!g_str_equal (npm, "ok: 1.2.3\n"))
    g_error ("npm view ended in “%s”; asked for: %s", npm, shared.paths->str);
  pip = ask ("pip index versions cloche-sample 2> /dev/null | head -n 1");
  if (!g_str_equal (pip, "ok: cloche-sample (4.5.6)\n"))
    g_error ("pip index ended in “%s”; asked for: %s", pip, shared.paths->str);
}

/* The authority, by what asks the system's list; npm brings its own. */
static void
test_trusted (void)
{
  static const char *const ALLOWED[] = { NPM_HOST, NULL };
  g_autofree char *curl = NULL;

  cloche_vm_allow (shared.machine, ALLOWED);
  curl = ask ("curl -sSf https://" NPM_HOST NPM_PATH "/cloche-sample | jq -r .name");
  g_assert_cmpstr (curl, ==, "ok: cloche-sample\n");
}

/* Who can read everything in the machine finds no password, and nobody was told one. */
static void
test_no_password (void)
{
  g_autofree char *found = ask ("sudo grep -rlF " SECRET " /etc /root /home /workspace /proc/1/environ 2> /dev/null; true");

  g_assert_cmpstr (found, ==, "ok: ");
  g_assert_cmpuint (shared.n_authorized, ==, 0);
}

/* What somebody set in the machine goes before, and what the computer no longer sets is no longer in force. */
static void
test_changed (void)
{
  g_autofree char *own = ask ("echo '[global]' | sudo tee /etc/pip.conf");
  g_autofree char *npm = NULL;
  g_autofree char *pip = NULL;

  cloche_vm_stop (shared.machine);
  g_setenv ("NPM_CONFIG_REGISTRY", "https://other.example/npm/", TRUE);
  npm = ask ("grep -v '^#' /etc/npmrc");
  pip = ask ("cat /etc/pip.conf");
  g_assert_cmpstr (npm, ==, "ok: registry=https://other.example/npm/\n");
  g_assert_cmpstr (pip, ==, "ok: [global]\n");

  cloche_vm_stop (shared.machine);
  g_setenv ("NPM_CONFIG_REGISTRY", "http://localhost:4873/", TRUE);
  g_free (npm);
  npm = ask ("test ! -e /etc/npmrc");
  g_assert_cmpstr (npm, ==, "ok: ");
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!test_network_enter ())
    g_error ("This test needs namespaces of its own, which this system does not let an ordinary user have.");
  set_up_computer ();

  g_test_add_func ("/vm/customs/not-allowed", test_not_allowed);
  g_test_add_func ("/vm/customs/allowed", test_allowed);
  g_test_add_func ("/vm/customs/trusted", test_trusted);
  g_test_add_func ("/vm/customs/no-password", test_no_password);
  g_test_add_func ("/vm/customs/changed", test_changed);

  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  status = g_test_run ();
  cloche_vm_stop (shared.machine);
  g_object_unref (shared.machine);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);
  g_object_unref (shared.servers[0]);
  g_object_unref (shared.servers[1]);
  g_string_free (shared.paths, TRUE);

  return status;
}
