/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* The browser in a machine, on pages of a server that the machine itself runs: what only a machine has. The rest is tried
 * outside of one, by browser-native, where it takes a tenth of the time. */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"

#include <string.h>

/* One machine serves all cases: each leaves it as the next one may find it. */
typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
} Fixture;

static Fixture shared;

#define SERVER \
  "import http.server, threading\n" \
  "PAGES = {\n" \
  "  '/': '<title>Shop</title><h1>Apples</h1><p id=o>none</p>'\n" \
  "       '<button onclick=\"o.textContent=\\'bought\\'\">Buy</button><label>Name <input></label>'\n" \
  "       '<a href=/file>Get the list</a>',\n" \
  "}\n" \
  "class Handler (http.server.BaseHTTPRequestHandler):\n" \
  "  def do_GET (self):\n" \
  "    self.send_response (200)\n" \
  "    if self.path in ('/file', '/large'):\n" \
  "      self.send_header ('Content-Type', 'application/octet-stream')\n" \
  "      self.send_header ('Content-Disposition', 'attachment; filename=\"../.list.csv\"')\n" \
  "      self.send_header ('Content-Length', '4' if self.path == '/file' else '1000000000')\n" \
  "      self.end_headers ()\n" \
  "      if self.path == '/file': self.wfile.write (b'a,b\\n')\n" \
  "      else:\n" \
  "        try:\n" \
  "          for _ in range (1000): self.wfile.write (bytes (1000000))\n" \
  "        except OSError: pass\n" \
  "      return\n" \
  "    self.send_header ('Content-Type', 'text/html')\n" \
  "    self.end_headers ()\n" \
  "    self.wfile.write (PAGES.get (self.path, '').encode ())\n" \
  "  def log_message (self, *rest): pass\n" \
  "server = http.server.ThreadingHTTPServer (('127.0.0.1', 8000), Handler)\n" \
  "threading.Thread (target=server.serve_forever, daemon=True).start ()"

/* @action: the request's text; @timeout_ms: what the one who asks gives it. */
static ClocheVmOutcome *
act_within (const char *action,
            guint       timeout_ms)
{
  g_autoptr (JsonObject) request = json_object_new ();
  gint64 started_us = g_get_monotonic_time ();
  ClocheVmOutcome *outcome;

  json_object_set_string_member (request, "op", "code");
  json_object_set_string_member (request, "kernel", "browser");
  json_object_set_string_member (request, "code", action);
  json_object_set_int_member (request, "timeout_ms", timeout_ms);
  outcome = cloche_vm_run (shared.machine, request);
  g_test_message ("%s: %s, %" G_GINT64_FORMAT " ms", action, outcome->status,
                  (g_get_monotonic_time () - started_us) / 1000);

  return outcome;
}

static ClocheVmOutcome *
act (const char *action)
{
  return act_within (action, 120000);
}

#define assert_shows(outcome, words) \
  G_STMT_START { \
    if (strstr ((outcome)->out->str, (words)) == NULL) \
    g_error ("“%s” is missing in: %s", (words), (outcome)->out->str); \
  } G_STMT_END

/* Warm, and yet nothing of it runs in a machine that has not asked for it. */
static void
test_asleep (void)
{
  g_autoptr (ClocheVmOutcome) outcome =
    cloche_vm_run_shell (shared.machine, "grep frozen /sys/fs/cgroup/work/service-browser/cgroup.events");

  g_assert_cmpstr (outcome->out->str, ==, "frozen 1\n");
}

static void
test_view (void)
{
  g_autoptr (ClocheVmOutcome) outcome = act ("{\"action\":\"navigate\",\"url\":\"localhost:8000\"}");

  g_assert_cmpstr (outcome->status, ==, "ok");
  assert_shows (outcome, "title: Shop\n");
  assert_shows (outcome, "# Apples\n");
  assert_shows (outcome, "button \"Buy\"");
}

/* Its own account, Chromium's sandbox, the limits; and nobody of the person's account may look into it. */
static void
test_walls (void)
{
  static const char SCRIPT[] =
    "main=$(pgrep -of 'chromium-headless-shell --') && ps -o user= -p $main\n"
    "grep -h ^Seccomp: /proc/$(pgrep -f type=renderer | head -1)/status\n"
    "tr '\\0' ' ' < /proc/$main/cmdline | grep -c -- --no-sandbox\n"
    "cat /proc/$(pgrep -of browser/main.mjs)/oom_score_adj\n"
    "grep -c max /sys/fs/cgroup/work/service-browser/memory.max\n"
    "id -nG browser";
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (shared.machine, SCRIPT);

  g_assert_cmpstr (outcome->out->str, ==, "browser\nSeccomp:\t2\n0\n500\n0\nbrowser\n");
}

static void
test_download (void)
{
  g_autoptr (ClocheVmOutcome) outcome = act ("{\"action\":\"click\",\"ref\":\"Get the list\"}");
  g_autoptr (ClocheVmOutcome) kept =
    cloche_vm_run_shell (shared.machine, "cat /workspace/downloads/*.csv; rm -r /workspace/downloads && ls /workspace");

  assert_shows (outcome, "Downloaded to /workspace/downloads/list.csv");
  g_assert_cmpstr (kept->out->str, ==, "a,b\n");
}

/* The disk of a machine holds less: what is too large must end before it is full. */
static void
test_too_large (void)
{
  g_autoptr (ClocheVmOutcome) outcome = act ("{\"action\":\"navigate\",\"url\":\"localhost:8000/large\"}");
  g_autoptr (ClocheVmOutcome) left = cloche_vm_run_shell (shared.machine, "find /workspace/downloads -type f");

  assert_shows (outcome, "was stopped, for it is larger than");
  g_assert_cmpstr (left->out->str, ==, "");
}

/* Nobody is there who could be asked, so the gate says no. */
static void
test_refused (void)
{
  g_autoptr (ClocheVmOutcome) outcome = act ("{\"action\":\"navigate\",\"url\":\"example.com\"}");

  g_assert_cmpstr (outcome->status, ==, "error");
}

/* Frozen when nobody has used it for a while, so that the machine can rest. */
static void
test_rest (void)
{
  static const char SCRIPT[] =
    "until grep -q 'frozen 1' /sys/fs/cgroup/work/service-browser/cgroup.events; do sleep 0.2; done";
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (shared.machine, SCRIPT);
  g_autoptr (ClocheVmOutcome) after = act ("{\"action\":\"snapshot\"}");

  g_assert_cmpstr (outcome->status, ==, "ok");
  assert_shows (after, "# Apples\n");
}

/* A service that hears nothing is ended after its time, with all of Chromium. That another one is started by the next request
 * is agent-code's to try: here that takes the better part of a minute. */
static void
test_stuck (void)
{
  g_autoptr (ClocheVmOutcome) stopped = cloche_vm_run_shell (shared.machine, "sudo pkill -STOP -f '[b]rowser/main.mjs'");
  g_autoptr (ClocheVmOutcome) first = act_within ("{\"action\":\"snapshot\"}", 100);
  g_autoptr (ClocheVmOutcome) left =
    cloche_vm_run_shell (shared.machine, "while pgrep -u browser > /dev/null; do sleep 0.1; done");

  g_assert_cmpstr (stopped->status, ==, "ok");
  g_assert_cmpstr (first->status, ==, "timeout");
  g_assert_cmpstr (left->status, ==, "ok");
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  cloche_vm_start (shared.machine);
  cloche_vm_outcome_free (cloche_vm_run_python (shared.machine, SERVER));

  g_test_add_func ("/vm/browser/asleep", test_asleep);
  g_test_add_func ("/vm/browser/view", test_view);
  g_test_add_func ("/vm/browser/walls", test_walls);
  g_test_add_func ("/vm/browser/download", test_download);
  g_test_add_func ("/vm/browser/too-large", test_too_large);
  g_test_add_func ("/vm/browser/rest", test_rest);
  g_test_add_func ("/vm/browser/refused", test_refused);
  g_test_add_func ("/vm/browser/stuck", test_stuck);
  status = g_test_run ();

  cloche_vm_stop (shared.machine);
  g_clear_object (&shared.machine);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);

  return status;
}
