/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-vm-fixture.h"

/*
 * What a guest installs from, reached through the gate with only that host allowed and with no setting made by anybody:
 * the only tests that use the network, and only what the image was built from.
 */
typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
} Fixture;

static Fixture shared;

/* @script prints hosts, one a line. */
static void
allow_hosts_of (const char *script)
{
  g_autoptr (ClocheVmOutcome) hosts = cloche_vm_run_shell (shared.machine, script);
  g_auto (GStrv) rules = NULL;

  g_assert_cmpstr (hosts->status, ==, "ok");
  rules = g_strsplit (g_strstrip (hosts->out->str), "\n", -1);
  g_assert_cmpuint (g_strv_length (rules), >, 0);
  cloche_vm_allow (shared.machine, (const char *const *) rules);
}

/* The machine's own sources but for the largest list: it comes the same way as the others, and to read it takes apt half a
 * minute of an emulated processor. */
#define SMALL_LISTS "-o Dir::Etc::SourceParts=/nowhere -o Dir::Etc::SourceList=/tmp/small.sources"
#define MAKE_SMALL_LISTS "sed -E 's/^Suites: [^ ]+ /Suites: /' /etc/apt/sources.list.d/debian.sources > /tmp/small.sources"

static void
test_debian (void)
{
  g_autoptr (ClocheVmOutcome) update = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  allow_hosts_of (MAKE_SMALL_LISTS "; grep -hoE 'https?://[^/ ]+' /tmp/small.sources | sed 's|.*//||' | sort -u");
  update = cloche_vm_run_shell (shared.machine, "sudo apt-get update " SMALL_LISTS " 2>&1");
  if (g_strcmp0 (update->status, "ok") != 0 || strstr (update->out->str, "Err:") != NULL ||
      strstr (update->out->str, "Get:") == NULL)
    g_error ("apt-get update: %s", update->out->str);

  rows = cloche_vm_read_log (shared.machine, 1);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpstr (json_object_get_string_member (g_ptr_array_index (rows, i), "verdict"), ==, "allowed");
}

static void
test_npm (void)
{
  g_autoptr (ClocheVmOutcome) view = NULL;

  /* Not asked of npm: it takes eight seconds to start, emulated. */
  allow_hosts_of ("{ cat /etc/npmrc 2> /dev/null; echo registry=https://registry.npmjs.org/; } |"
                  " sed -nE '/^registry/ { s|.*://([^/]+)/?.*|\\1|p; q }'");
  view = cloche_vm_run_shell (shared.machine, "npm view left-pad name 2>&1");
  if (g_strcmp0 (view->status, "ok") != 0)
    g_error ("npm view: %s", view->out->str);
  g_assert_cmpstr (view->out->str, ==, "left-pad\n");
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vm/mirrors/debian", test_debian);
  g_test_add_func ("/vm/mirrors/npm", test_npm);

  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  status = g_test_run ();
  cloche_vm_stop (shared.machine);
  g_object_unref (shared.machine);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);

  return status;
}
