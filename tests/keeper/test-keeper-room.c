/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-agent.h"
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-keeper-room.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A machine whose QEMU says that the disk is full, on disks that are and that are not: a memory file, whose file system
 * says that it has no room at all, and a file of the test's folder. The QEMU is never started.
 */
typedef struct
{
  ClocheFakeAgent agent;
  ClocheQemu *qemu;
  ClocheKeeperRoom *room;
  int disk_fd;
  int n_changed;
} Fixture;

static void
changed_cb (Fixture *fixture)
{
  fixture->n_changed++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheQemuProgram) program = NULL;
  g_autoptr (ClocheMachineShape) shape = NULL;
  g_autoptr (ClocheQemuSpec) spec = NULL;
  g_autoptr (GBytes) ok = g_bytes_new_static ("{\"ok\":true}\n", 12);

  cloche_fake_agent_set_up (&fixture->agent, NULL);
  cloche_fake_agent_say (&fixture->agent, ok);
  cloche_qemu_program_find_async (NULL, NULL, NULL, cloche_fake_result_cb, &result);
  program = cloche_qemu_program_find_finish (cloche_fake_wait (&result), &error);
  g_assert_no_error (error);
  shape = cloche_machine_shape_new (program->version, CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_SMALL);
  spec = cloche_qemu_spec_new (program, shape);
  fixture->qemu = cloche_qemu_new (spec);
  fixture->disk_fd = memfd_create ("full", MFD_CLOEXEC);
  fixture->room = cloche_keeper_room_new (fixture->qemu, fixture->agent.guest, fixture->disk_fd);
  g_signal_connect_swapped (fixture->room, "changed", G_CALLBACK (changed_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->room));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&fixture->qemu));
  cloche_fake_agent_tear_down (&fixture->agent, NULL);
  cloche_clear_fd (&fixture->disk_fd);
}

static void
make_room (Fixture *fixture)
{
  g_autofree char *path = NULL;
  cloche_autofd int file = g_file_open_tmp ("cloche-room-XXXXXX", &path, NULL);

  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (dup3 (file, fixture->disk_fd, O_CLOEXEC), ==, fixture->disk_fd);
}

/* Told once, however often QEMU says it; when there is room, the clock is set, and who wants to know is told again. */
static void
test_full_and_room (Fixture      *fixture,
                    gconstpointer data)
{
  g_assert_false (cloche_keeper_room_is_full (fixture->room));
  g_signal_emit_by_name (fixture->qemu, "disk-full");
  g_signal_emit_by_name (fixture->qemu, "disk-full");
  g_assert_true (cloche_keeper_room_is_full (fixture->room));
  g_assert_cmpint (fixture->n_changed, ==, 1);

  make_room (fixture);
  while (cloche_keeper_room_is_full (fixture->room) || fixture->agent.n_requests == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (fixture->n_changed, ==, 2);
  g_assert_cmpuint (fixture->agent.n_requests, ==, 1);
  g_assert_cmpstr (cloche_json_get_string (fixture->agent.request, "op"), ==, "clock");
  g_assert_cmpint (cloche_json_get_int (fixture->agent.request, "realtime_us", 0), >, 0);
}

static gboolean
waited_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* Nothing is done to the machine before; a source of a lower priority and a longer time comes after at least one look. */
static void
test_still_full (Fixture      *fixture,
                 gconstpointer data)
{
  gboolean has_looked = FALSE;

  g_signal_emit_by_name (fixture->qemu, "disk-full");
  (void) g_timeout_add_seconds_full (G_PRIORITY_LOW, 3, waited_cb, &has_looked, NULL);
  while (!has_looked)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (cloche_keeper_room_is_full (fixture->room));
  g_assert_cmpint (fixture->n_changed, ==, 1);
  g_assert_cmpuint (fixture->agent.n_requests, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/keeper/room/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("full-and-room", test_full_and_room);
  ADD ("still-full", test_still_full);

  return g_test_run ();
}
