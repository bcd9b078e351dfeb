/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 *
 * The browser in machines: from the request for a new machine to the view of a page that the machine itself serves, and
 * what each action takes after that. CLOCHE_TEST_BASES: where the bases are. Prints n, median and 95th percentile.
 */
#include "cloche-vm-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  N_MACHINES = 3,
  N_ACTIONS = 4,                /* of each kind, in each machine */
};

#define ADDRESS "http://127.0.0.1:8000/"

/* The page of tests/bench/browser.py. */
#define SERVER \
  "import http.server, threading\n" \
  "ROWS = ''.join (f'<tr><td>{i}<td>Apple {i}<td>{i * 7 % 90}.50<td><a href=/{i}>More of {i}</a>' for i in range (60))\n" \
  "NAV = ''.join (f'<a href=/n{i}>Part {i}</a> ' for i in range (20))\n" \
  "PAGE = '<!DOCTYPE html><html lang=en><title>Shop</title><nav>' + NAV + '</nav><h1>Apples</h1><p id=o>none</p>' \\\n" \
  "  '<button onclick=\"fetch (\\'/data\\').then (a => a.text ()).then (t => o.textContent = t)\">Buy</button>' \\\n" \
  "  '<form><label>Name <input name=name></label><select aria-label=Size><option>Small<option>Large</select></form>' \\\n" \
  "  '<table>' + ROWS + '</table>'\n" \
  "class Handler (http.server.BaseHTTPRequestHandler):\n" \
  "  protocol_version = 'HTTP/1.1'\n" \
  "  def do_GET (self):\n" \
  "    body = ('bought' if self.path == '/data' else PAGE).encode ()\n" \
  "    self.send_response (200)\n" \
  "    self.send_header ('Content-Type', 'text/html; charset=utf-8')\n" \
  "    self.send_header ('Content-Length', str (len (body)))\n" \
  "    self.end_headers ()\n" \
  "    self.wfile.write (body)\n" \
  "  def log_message (self, *rest): pass\n" \
  "server = http.server.ThreadingHTTPServer (('127.0.0.1', 8000), Handler)\n" \
  "threading.Thread (target=server.serve_forever, daemon=True).start ()"

#define OPEN "{\"action\":\"navigate\",\"url\":\"" ADDRESS "\"}"

static const struct
{
  const char *name;
  const char *action;
} KINDS[] = {
  { "navigate", OPEN },
  { "snapshot", "{\"action\":\"snapshot\"}" },
  { "click", "{\"action\":\"click\",\"ref\":\"Buy\"}" },
  { "type", "{\"action\":\"type\",\"ref\":\"Name\",\"text\":\"Bob\"}" },
};

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
print (const char *name,
       GArray     *values)
{
  g_array_sort (values, compare);
  printf ("%-30s n %3u   median %9.1f ms   p95 %9.1f ms\n", name, values->len,
          g_array_index (values, double, values->len / 2),
          g_array_index (values, double, MIN (values->len - 1, values->len * 95 / 100)));
}

static void
add_ms_since (GArray *values,
              gint64  started_us)
{
  double ms = (double) (g_get_monotonic_time () - started_us) / 1000;

  g_array_append_val (values, ms);
}

static void
act (ClocheMachine *machine,
     const char    *action)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  json_object_set_string_member (request, "op", "code");
  json_object_set_string_member (request, "kernel", "browser");
  json_object_set_string_member (request, "code", action);
  outcome = cloche_vm_run (machine, request);
  if (g_strcmp0 (outcome->status, "ok") != 0)
    g_error ("%s ended with “%s”: %s", action, outcome->status, outcome->out->str);
}

int
main (void)
{
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) later = g_array_new (FALSE, FALSE, sizeof (double));
  GArray *figures[G_N_ELEMENTS (KINDS)];
  ClocheVmFixture vm;

  for (gsize kind = 0; kind < G_N_ELEMENTS (KINDS); kind++)
    figures[kind] = g_array_new (FALSE, FALSE, sizeof (double));
  cloche_vm_fixture_set_up (&vm, NULL);

  for (int n = 0; n < N_MACHINES; n++) {
    g_autoptr (ClocheMachine) machine = cloche_vm_fixture_new_machine (&vm);
    gint64 spawned_us = g_get_monotonic_time ();
    gint64 started_us;

    cloche_vm_start (machine);
    cloche_vm_outcome_free (cloche_vm_run_python (machine, SERVER));
    started_us = g_get_monotonic_time ();
    act (machine, OPEN);
    add_ms_since (first, started_us);
    add_ms_since (whole, spawned_us);

    for (int i = 0; i < N_ACTIONS; i++) {
      for (gsize kind = 0; kind < G_N_ELEMENTS (KINDS); kind++) {
        started_us = g_get_monotonic_time ();
        act (machine, KINDS[kind].action);
        add_ms_since (figures[kind], started_us);
        add_ms_since (later, started_us);
      }
    }
    cloche_vm_stop (machine);
  }

  print ("spawn to first view", whole);
  print ("  the browser's part", first);
  print ("later actions", later);
  for (gsize kind = 0; kind < G_N_ELEMENTS (KINDS); kind++) {
    g_autofree char *name = g_strdup_printf ("  %s", KINDS[kind].name);

    print (name, figures[kind]);
    g_array_unref (figures[kind]);
  }
  cloche_vm_fixture_tear_down (&vm, NULL);

  return EXIT_SUCCESS;
}
