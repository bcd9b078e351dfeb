/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"

/* Nothing of what is tried here may leave: the addresses are private or reserved for documentation (RFC 5737), the name is
 * one that can never resolve (RFC 6761). */

typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  cloche_vm_fixture_set_up (&fixture->vm, data);
  fixture->machine = cloche_vm_fixture_new_machine (&fixture->vm);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  cloche_vm_stop (fixture->machine);
  g_clear_object (&fixture->machine);
  cloche_vm_fixture_tear_down (&fixture->vm, data);
}

static void
allow (Fixture           *fixture,
       const char *const *rules)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_set_network_async (fixture->machine, rules, NULL, cloche_vm_result_cb, &result);
  (void) cloche_machine_set_network_finish (fixture->machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);
}

/* The log's rows; the gate writes one when an attempt is over. */
static GPtrArray *
read_log (Fixture *fixture)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (fixture->vm.paths);
  g_autofree char *path = g_build_filename (machines, cloche_machine_get_id (fixture->machine), "egress.log", NULL);
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
    g_autoptr (GError) error = NULL;
    JsonObject *row = cloche_json_parse_object (lines[i], -1, &error);

    g_assert_no_error (error);
    g_ptr_array_add (rows, row);
  }

  return rows;
}

static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  static const char *const ALLOWED[] = { "allowed.invalid", NULL };
  static const char *const NAMES[] = { "10.11.12.13", "192.0.2.7", "denied.invalid", "169.254.169.254" };
  g_autoptr (GPtrArray) rows = NULL;

  allow (fixture, ALLOWED);
  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    g_autofree char *script = g_strdup_printf ("curl -sS -m 60 -o /dev/null http://%s/", NAMES[i]);
    g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (fixture->machine, script);

    if (g_strcmp0 (outcome->status, "error") != 0)
      g_error ("%s was reached: %s", NAMES[i], outcome->out->str);
  }

  rows = read_log (fixture);
  g_assert_cmpuint (rows->len, ==, G_N_ELEMENTS (NAMES));
  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    JsonObject *row = g_ptr_array_index (rows, i);

    g_assert_cmpstr (cloche_json_get_string (row, "name"), ==, NAMES[i]);
    g_assert_cmpint (cloche_json_get_int (row, "port", 0), ==, 80);
  }
}

/* What is neither TCP nor a question for a name goes nowhere, and makes no row. */
static void
test_other_protocols (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  outcome = cloche_vm_run_shell (
    fixture->machine,
    "cat > probe.py <<'END'\n"
    "import socket, struct\n"
    "def tries (name, f):\n"
    "    try:\n"
    "        print (name, 'REACHED', f ())\n"
    "    except OSError:\n"
    "        print (name, 'fails')\n"
    "def udp ():\n"
    "    s = socket.socket (socket.AF_INET, socket.SOCK_DGRAM); s.settimeout (5)\n"
    "    s.connect (('192.0.2.7', 123)); s.send (b'x' * 48); return s.recv (64)\n"
    "def icmp ():\n"
    "    s = socket.socket (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP); s.settimeout (5)\n"
    "    s.sendto (struct.pack ('!BBHHH', 8, 0, 0xf7ff, 0, 0), ('192.0.2.7', 0)); return s.recv (64)\n"
    "tries ('udp', udp); tries ('icmp', icmp)\n"
    "END\n"
    "sudo python3 probe.py");
  g_assert_cmpstr (outcome->status, ==, "ok");
  g_assert_cmpstr (outcome->out->str, ==, "udp fails\nicmp fails\n");
  rows = read_log (fixture);
  g_assert_cmpuint (rows->len, ==, 0);
}

/* The guest's own loopback works and the host's is not there: a server of this test's listens on it. */
static void
test_host_loopback (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *script = NULL;
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  g_assert_no_error (error);
  script = g_strdup_printf ("for host in 127.0.0.1 10.0.2.2 localhost '[::1]'; do"
                            " curl -sS -m 30 http://$host:%u/ 2> /dev/null && echo reached; done; true", port);
  outcome = cloche_vm_run_shell (fixture->machine, script);
  g_assert_cmpstr (outcome->status, ==, "ok");
  g_assert_cmpstr (outcome->out->str, ==, "");
}

/* With the guest's own package mirror allowed, apt works with no setting made by the user. */
static void
test_mirror (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (ClocheVmOutcome) hosts = NULL;
  g_autoptr (ClocheVmOutcome) update = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_auto (GStrv) rules = NULL;

  hosts = cloche_vm_run_shell (fixture->machine,
                               "grep -rhoE 'https?://[^/ ]+' /etc/apt/sources.list /etc/apt/sources.list.d 2> /dev/null |"
                               " sed 's|.*//||' | sort -u | tr '\\n' ' '");
  g_assert_cmpstr (hosts->status, ==, "ok");
  rules = g_strsplit (g_strstrip (hosts->out->str), " ", -1);
  g_assert_cmpuint (g_strv_length (rules), >, 0);

  allow (fixture, (const char *const *) rules);
  update = cloche_vm_run_shell (fixture->machine, "sudo apt-get update 2>&1");
  if (g_strcmp0 (update->status, "ok") != 0 || strstr (update->out->str, "Err:") != NULL)
    g_error ("apt-get update: %s", update->out->str);
  rows = read_log (fixture);
  g_assert_cmpuint (rows->len, >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/vm/egress/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("refused", test_refused);
  ADD ("other-protocols", test_other_protocols);
  ADD ("host-loopback", test_host_loopback);
  ADD ("mirror", test_mirror);

  return g_test_run ();
}
