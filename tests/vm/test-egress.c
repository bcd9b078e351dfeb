/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"
#include "test-network.h"

#include <signal.h>

/*
 * A machine, its keeper and its gate in a network of this test's own, see test-network.c: 203.0.113.5 stands for the
 * internet, 10.9.8.7 for the local network, 127.0.0.1 is the host's loopback. Each has a server that counts what reaches
 * it.
 */
typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
  guint n_rows;                 /* of the log: what cases before this one made */
} Fixture;

static Fixture shared;

typedef struct
{
  const char *host;
  const char *outcome;          /* as probe.py says it */
  const char *name;             /* of the row in the log; NULL = no row */
  const char *reason;
} Attempt;

#define REFUSED "ConnectionResetError"

/* For each HOST PORT KIND of its arguments a line: "reached" if the server answered, else how it failed. */
#define PROBE \
  "cat > probe.py <<'END'\n" \
  "import socket, ssl, struct, sys\n" \
  "def hello (name):\n" \
  "    context = ssl.create_default_context ()\n" \
  "    context.check_hostname = False\n" \
  "    context.verify_mode = ssl.CERT_NONE\n" \
  "    incoming, outgoing = ssl.MemoryBIO (), ssl.MemoryBIO ()\n" \
  "    try:\n" \
  "        context.wrap_bio (incoming, outgoing, server_hostname=name).do_handshake ()\n" \
  "    except ssl.SSLWantReadError:\n" \
  "        return outgoing.read ()\n" \
  "def fragments (record):\n" \
  "    body = record[5:]\n" \
  "    return [record[:3] + struct.pack ('!H', len (body[i:i + 40])) + body[i:i + 40] for i in range (0, len (body), 40)]\n" \
  "def request (host):\n" \
  "    return [b'GET / HTTP/1.1\\r\\nHost: ' + host.encode () + b'\\r\\n\\r\\n']\n" \
  "def pieces (host, kind):\n" \
  "    kind, _, other = kind.partition ('=')\n" \
  "    if kind == 'http': return request (other or host)\n" \
  "    if kind == 'tls': return [hello (other or host)]\n" \
  "    if kind == 'tls-no-name': return [hello (None)]\n" \
  "    if kind == 'tls-pieces': return fragments (hello (other or host))\n" \
  "def attempt (host, port, kind):\n" \
  "    try:\n" \
  "        with socket.create_connection ((host, int (port)), 60) as s:\n" \
  "            s.setsockopt (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n" \
  "            for piece in pieces (host, kind): s.sendall (piece)\n" \
  "            return 'reached' if s.recv (4096) else 'ended'\n" \
  "    except BrokenPipeError:\n" \
  "        return 'ConnectionResetError'\n" \
  "    except OSError as e:\n" \
  "        return type (e).__name__\n" \
  "for i in range (1, len (sys.argv), 3):\n" \
  "    print (attempt (*sys.argv[i:i + 3]))\n" \
  "END\n"

static char *
probe (const char *arguments)
{
  g_autofree char *script = g_strdup_printf ("python3 probe.py %s", arguments);
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (shared.machine, script);

  if (g_strcmp0 (outcome->status, "ok") != 0)
    g_error ("the probe failed: %s", outcome->err->str);

  return g_strchomp (g_strdup (outcome->out->str));
}

/* Takes the row out of @rows: a connection's is written when it ends, which may be after later ones. */
static void
expect_row (GPtrArray     *rows,
            const Attempt *attempt,
            int            port)
{
  for (guint i = shared.n_rows; i < rows->len; i++) {
    JsonObject *row = g_ptr_array_index (rows, i);

    if (g_strcmp0 (cloche_json_get_string (row, "name"), attempt->name) != 0)
      continue;
    g_assert_cmpstr (cloche_json_get_string (row, "reason"), ==, attempt->reason);
    g_assert_cmpint (cloche_json_get_int (row, "port", 0), ==, port);
    g_ptr_array_remove_index (rows, i);
    return;
  }
  g_error ("no row for %s", attempt->host);
}

/* Each attempt fares as it must, and makes one row or none. */
static void
expect (const Attempt *attempts,
        gsize          n_attempts,
        int            port,
        const char    *kind)
{
  g_autoptr (GString) arguments = g_string_new (NULL);
  g_autoptr (GPtrArray) rows = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *out = NULL;
  guint n_expected = shared.n_rows;

  for (gsize i = 0; i < n_attempts; i++) {
    g_string_append_printf (arguments, "%s %d %s ", attempts[i].host, port, kind);
    n_expected += attempts[i].name != NULL;
  }
  out = probe (arguments->str);
  lines = g_strsplit (out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, n_attempts);
  rows = cloche_vm_read_log (shared.machine, n_expected);
  g_assert_cmpuint (rows->len, ==, n_expected);

  for (gsize i = 0; i < n_attempts; i++) {
    if (g_strcmp0 (lines[i], attempts[i].outcome) != 0)
      g_error ("%s: expected %s, got %s", attempts[i].host, attempts[i].outcome, lines[i]);
    if (attempts[i].name != NULL)
      expect_row (rows, &attempts[i], port);
  }
  g_assert_cmpuint (rows->len, ==, shared.n_rows);
  shared.n_rows = n_expected;
}

/* A row for what only the gate could know, and nothing at all reaches the loopback, the local network or a name that was
 * not allowed: not by its address, nor by a name that was allowed and leads there. */
static void
test_refused (void)
{
  static const char *const ALLOWED[] = {
    "good.example", "inside.example", "loop.example", "metadata.example", "nowhere.invalid", NULL
  };
  static const Attempt ATTEMPTS[] = {
    { "10.9.8.7", REFUSED, "10.9.8.7", "not-listed" },
    { "169.254.169.254", REFUSED, "169.254.169.254", "not-listed" },
    { "10.0.2.2", REFUSED, "10.0.2.2", "not-listed" },
    { "203.0.113.5", REFUSED, "203.0.113.5", "not-listed" },
    { "::ffff:10.9.8.7", REFUSED, "10.9.8.7", "not-listed" },
    { "64:ff9b::a09:807", REFUSED, "64:ff9b::a09:807", "not-listed" },
    { "fd00::1", REFUSED, "fd00::1", "not-listed" },
    { "other.example", REFUSED, "other.example", "not-listed" },
    { "evil-good.example", REFUSED, "evil-good.example", "not-listed" },
    { "inside.example", REFUSED, "inside.example", "private-address" },
    { "loop.example", REFUSED, "loop.example", "private-address" },
    { "metadata.example", REFUSED, "metadata.example", "private-address" },
    { "nowhere.invalid", REFUSED, "nowhere.invalid", "name-not-found" },
    /* The guest's own loopback, where nobody listens: the host's is not there. */
    { "127.0.0.1", "ConnectionRefusedError", NULL, NULL },
    { "::1", "ConnectionRefusedError", NULL, NULL },
    { "localhost", "ConnectionRefusedError", NULL, NULL },
  };
  g_autoptr (TestServer) inside = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (TestServer) metadata = test_server_new ("169.254.169.254", 80, NULL);
  g_autoptr (TestServer) loopback = test_server_new ("127.0.0.1", 80, NULL);
  g_autoptr (TestServer) outside = test_server_new ("203.0.113.5", 80, NULL);

  cloche_vm_allow (shared.machine, ALLOWED);
  expect (ATTEMPTS, G_N_ELEMENTS (ATTEMPTS), 80, "http");
  g_assert_cmpuint (inside->n_connections, ==, 0);
  g_assert_cmpuint (metadata->n_connections, ==, 0);
  g_assert_cmpuint (loopback->n_connections, ==, 0);
  g_assert_cmpuint (outside->n_connections, ==, 0);
}

/* An address of the local network that was allowed by hand is reached, and only that one: the floor is lifted for nothing
 * else, not even for a name that leads elsewhere below it. */
static void
test_allowed_by_hand (void)
{
  static const char *const ALLOWED[] = { "10.9.8.7", "loop.example", NULL };
  static const Attempt ATTEMPTS[] = {
    { "10.9.8.7", "reached", "10.9.8.7", "listed" },
    { "10.9.8.8", REFUSED, "10.9.8.8", "not-listed" },
    { "169.254.169.254", REFUSED, "169.254.169.254", "not-listed" },
    { "loop.example", REFUSED, "loop.example", "private-address" },
  };
  g_autoptr (TestServer) inside = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (TestServer) metadata = test_server_new ("169.254.169.254", 80, NULL);
  g_autoptr (TestServer) loopback = test_server_new ("127.0.0.1", 80, NULL);

  cloche_vm_allow (shared.machine, ALLOWED);
  expect (ATTEMPTS, G_N_ELEMENTS (ATTEMPTS), 80, "http");
  g_assert_cmpuint (inside->n_connections, ==, 1);
  g_assert_cmpuint (metadata->n_connections, ==, 0);
  g_assert_cmpuint (loopback->n_connections, ==, 0);
}

/* Who was let through to a host has to speak to that host: nothing of another conversation reaches it. */
static void
test_names_inside (void)
{
  static const char *const ALLOWED[] = { "good.example", NULL };
  static const struct { int port; const char *kind; Attempt attempt; } CASES[] = {
    { 80, "http", { "good.example", "reached", "good.example", "listed" } },
    { 443, "tls", { "good.example", "reached", "good.example", "listed" } },
    { 443, "tls-pieces", { "good.example", "reached", "good.example", "listed" } },
    { 80, "http=evil.example", { "good.example", REFUSED, "good.example", "host-mismatch" } },
    { 443, "tls=evil.example", { "good.example", REFUSED, "good.example", "sni-mismatch" } },
    { 443, "tls-pieces=evil.example", { "good.example", REFUSED, "good.example", "sni-mismatch" } },
    { 443, "tls-no-name", { "good.example", REFUSED, "good.example", "no-sni" } },
  };
  g_autoptr (TestServer) http = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (TestServer) https = test_server_new ("203.0.113.5", 443, NULL);
  gsize n_good = 0;

  cloche_vm_allow (shared.machine, ALLOWED);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    expect (&CASES[i].attempt, 1, CASES[i].port, CASES[i].kind);
    if (i == 2)
      n_good = http->received->len + https->received->len;
  }
  g_assert_cmpuint (n_good, >, 0);
  g_assert_cmpuint (http->received->len + https->received->len, ==, n_good);
}

/* What is neither TCP nor a question for a name goes nowhere, even for root and where everything else is allowed, and makes
 * no row. */
static void
test_other_protocols (void)
{
  static const char *const ALLOWED[] = { "203.0.113.5", "good.example", NULL };
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("203.0.113.5", 123);
  g_autoptr (GSocket) server = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_assert_true (g_socket_bind (server, address, TRUE, NULL));
  g_socket_set_blocking (server, FALSE);
  cloche_vm_allow (shared.machine, ALLOWED);
  outcome = cloche_vm_run_shell (
    shared.machine,
    "cat > protocols.py <<'END'\n"
    "import socket, struct\n"
    "def tries (name, f):\n"
    "    try:\n"
    "        print (name, 'REACHED', f ())\n"
    "    except OSError:\n"
    "        print (name, 'fails')\n"
    "def udp ():\n"
    "    s = socket.socket (socket.AF_INET, socket.SOCK_DGRAM); s.settimeout (5)\n"
    "    s.connect (('203.0.113.5', 123)); s.send (b'x' * 48); return s.recv (64)\n"
    "def icmp ():\n"
    "    s = socket.socket (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP); s.settimeout (5)\n"
    "    s.sendto (struct.pack ('!BBHHH', 8, 0, 0xf7ff, 0, 0), ('203.0.113.5', 0)); return s.recv (64)\n"
    "tries ('udp', udp); tries ('icmp', icmp)\n"
    "END\n"
    "sudo python3 protocols.py; ls /sys/class/net");
  g_assert_cmpstr (outcome->status, ==, "ok");
  g_assert_cmpstr (outcome->out->str, ==, "udp fails\nicmp fails\ndummy0\nlo\n");
  g_assert_cmpint (g_socket_condition_check (server, G_IO_IN), ==, 0);
  rows = cloche_vm_read_log (shared.machine, 0);
  g_assert_cmpuint (rows->len, ==, shared.n_rows);
}

typedef struct
{
  guint n_questions;
  GHashTable *hosts;            /* that were asked about */
} Storm;

static void
say_no_cb (ClocheMachineNetwork *network,
           JsonObject           *question,
           gpointer              user_data)
{
  Storm *storm = user_data;

  storm->n_questions++;
  g_hash_table_add (storm->hosts, g_strdup (cloche_json_get_string (question, "name")));
  cloche_machine_network_answer_async (network, cloche_json_get_int (question, "id", 0), FALSE, NULL, NULL, NULL);
}

/* Four hundred hosts, a hundred at a time, which is what the guest's own queue of connections takes: a handful of questions,
 * everything is refused, and the machine works on. */
static void
test_storm_of_questions (void)
{
  Storm storm = { 0, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  ClocheMachineNetwork *network = cloche_machine_get_network (shared.machine);
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (ClocheVmOutcome) after = NULL;
  gulong id = g_signal_connect (network, "question", G_CALLBACK (say_no_cb), &storm);

  cloche_vm_set_policy (shared.machine, CLOCHE_EGRESS_MODE_ASK, NULL);
  outcome = cloche_vm_run_shell (
    shared.machine,
    "cat > storm.py <<'END'\n"
    "import asyncio, collections\n"
    "turns = asyncio.Semaphore (100)\n"
    "async def one (i):\n"
    "    async with turns:\n"
    "        try:\n"
    "            reader, writer = await asyncio.open_connection (f'10.20.{i // 200}.{i % 200}', 80)\n"
    "            return 'ended' if await reader.read (1) == b'' else 'reached'\n"
    "        except OSError:\n"
    "            return 'reset'\n"
    "async def all ():\n"
    "    print (dict (collections.Counter (await asyncio.gather (*map (one, range (400))))))\n"
    "asyncio.run (all ())\n"
    "END\n"
    "python3 storm.py");
  g_assert_cmpstr (outcome->out->str, ==, "{'reset': 400}\n");
  g_assert_cmpuint (storm.n_questions, >=, 8);
  g_assert_cmpuint (storm.n_questions, <, 40);
  g_assert_cmpuint (g_hash_table_size (storm.hosts), ==, storm.n_questions);
  after = cloche_vm_run_shell (shared.machine, "echo alive");
  g_assert_cmpstr (after->out->str, ==, "alive\n");

  g_signal_handler_disconnect (network, id);
  g_hash_table_unref (storm.hosts);
}

/* The only process that has the network is killed. Nothing gets out, what was let through is cut off rather than ended, and
 * the machine lives on, for this client and for others; its next start brings the network back. */
static void
test_gate_killed (void)
{
  static const Attempt AGAIN = { "good.example", "reached", "good.example", "listed" };
  ClocheMachineNetwork *network = cloche_machine_get_network (shared.machine);
  g_autoptr (TestServer) outside = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (ClocheMachine) other = NULL;
  g_autoptr (ClocheVmOutcome) opened = NULL;
  g_autoptr (ClocheVmOutcome) cut = NULL;
  g_autoptr (ClocheVmOutcome) alive = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autofree char *refused = NULL;
  guint n_connections;

  cloche_vm_set_policy (shared.machine, CLOCHE_EGRESS_MODE_OPEN, NULL);
  opened = cloche_vm_run_python (shared.machine,
                                 "import socket\n"
                                 "s = socket.create_connection(('good.example', 80))\n"
                                 "s.sendall(b'GET / HTTP/1.1\\r\\nHost: good.example\\r\\n\\r\\n')\n"
                                 "s.recv(1)");
  g_assert_cmpstr (opened->result, ==, "b'G'");
  n_connections = outside->n_connections;

  g_assert_cmpint (kill (cloche_vm_find_child (cloche_vm_find_keeper (shared.machine), "cloche-gate"), SIGKILL), ==, 0);
  while (!cloche_machine_network_has_ended (network))
    g_main_context_iteration (NULL, TRUE);
  cut = cloche_vm_run_python (shared.machine,
                              "try:\n"
                              "  while s.recv(4096): pass\n"
                              "  what = 'ended'\n"
                              "except ConnectionResetError:\n"
                              "  what = 'cut'\n"
                              "what");
  g_assert_cmpstr (cut->result, ==, "'cut'");
  refused = probe ("good.example 80 http 203.0.113.5 80 http");
  g_assert_cmpstr (refused, ==, REFUSED "\n" REFUSED);
  g_assert_cmpuint (outside->n_connections, ==, n_connections);

  other = cloche_machine_new (shared.vm.host, cloche_machine_get_id (shared.machine));
  alive = cloche_vm_run_shell (other, "echo alive");
  g_assert_cmpstr (alive->out->str, ==, "alive\n");
  g_assert_true (cloche_machine_network_has_ended (cloche_machine_get_network (other)));

  cloche_vm_stop (shared.machine);
  rows = cloche_vm_read_log (shared.machine, 0);
  shared.n_rows = rows->len;
  expect (&AGAIN, 1, 80, "http");
  g_assert_false (cloche_machine_network_has_ended (network));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (ClocheVmOutcome) made = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!test_network_enter ())
    g_error ("This test needs namespaces of its own, which this system does not let an ordinary user have.");

  g_test_add_func ("/vm/egress/refused", test_refused);
  g_test_add_func ("/vm/egress/allowed-by-hand", test_allowed_by_hand);
  g_test_add_func ("/vm/egress/names-inside", test_names_inside);
  g_test_add_func ("/vm/egress/other-protocols", test_other_protocols);
  g_test_add_func ("/vm/egress/storm-of-questions", test_storm_of_questions);
  g_test_add_func ("/vm/egress/gate-killed", test_gate_killed);

  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  cloche_machine_network_set_asking (cloche_machine_get_network (shared.machine), TRUE);
  made = cloche_vm_run_shell (shared.machine, PROBE);
  g_assert_cmpstr (made->status, ==, "ok");
  status = g_test_run ();
  cloche_vm_stop (shared.machine);
  g_object_unref (shared.machine);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);

  return status;
}
