/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-keeper-confine.h"
#include "cloche-keeper-rest.h"
#include "cloche-keeper.h"
#include "cloche-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the starter hands over: the same numbers as in cloche-keeper-launch.c. */
enum {
  FD_READY = 3,
  FD_LOCK,
  FD_WIRE,
  FD_GATE,
};

/* The numbers under which the gate finds what it inherits. */
enum {
  GATE_FD_KEEPER = 3,
  GATE_FD_LISTEN,
  GATE_FD_LOG,
  GATE_FD_TOKEN,
};

typedef struct
{
  char *folder_path;
  char *base_path;
  char *runtime_dir;
  char *qemu_path;
  char *cache_dir;
  int rest_ms;
  int expire_ms;

  GMainLoop *loop;
  ClocheMachineFolder *folder;
  ClocheBaseFolder *base;
  ClocheKeeper *keeper;
  int status;
} Program;

/* Tells the starter in one line how it went: {"ok":true} or what failed, by its domain and code. */
static void
say_ready (const GError *failure)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  json_object_set_boolean_member (object, "ok", failure == NULL);
  if (failure != NULL) {
    json_object_set_string_member (object, "domain", g_quark_to_string (failure->domain));
    json_object_set_int_member (object, "code", failure->code);
    json_object_set_string_member (object, "message", failure->message);
  }
  line = cloche_json_object_to_line (object);
  (void) cloche_write_all (FD_READY, line, strlen (line), NULL);        /* The starter may be gone. */
  (void) cloche_write_all (FD_READY, "\n", 1, NULL);
  (void) close (FD_READY);
}

static gboolean
quit_cb (gpointer user_data)
{
  Program *program = user_data;

  g_main_loop_quit (program->loop);
  return G_SOURCE_REMOVE;
}

static void
ended_cb (Program    *program,
          const char *reason)
{
  g_debug ("The machine ended: %s", reason);
  /* In a turn of its own, so that the last words to clients leave first. */
  g_idle_add_full (G_PRIORITY_LOW, quit_cb, program, NULL);
}

static gboolean
terminate_cb (gpointer user_data)
{
  Program *program = user_data;

  cloche_keeper_stop (program->keeper);
  return G_SOURCE_CONTINUE;
}

static void
fail (Program      *program,
      const GError *error)
{
  say_ready (error);
  program->status = 1;
  g_main_loop_quit (program->loop);
}

static void
booted_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr (GError) error = NULL;
  ClocheKeeperBoot *boot = cloche_keeper_boot_finish (CLOCHE_MACHINE_FOLDER (source), result, &error);

  if (boot == NULL) {
    fail (program, error);
    return;
  }
  cloche_keeper_take_machine (program->keeper, boot);
  say_ready (NULL);
}

static ClocheGateLink *
spawn_gate (Program *program,
            GError **error)
{
  g_autofree char *path = cloche_paths_dup_program ("cloche-gate");
  const char *const argv[] = {
    path, "--keeper-fd", "3", "--listen-fd", "4", "--log-fd", "5", "--token-fd", "6", NULL
  };
  int folder = cloche_machine_folder_peek_fd (program->folder);
  cloche_autofd int log = openat (folder, "egress.log", O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  cloche_autofd int token = openat (folder, "token", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  cloche_autofd int gate_listen = FD_GATE;
  int pair[2];
  cloche_autofd int theirs = -1;

  G_STATIC_ASSERT (GATE_FD_TOKEN == 6);
  if (log < 0 || token < 0 || socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
    cloche_set_errno_error (error, errno, "Could not prepare the gate");
    return NULL;
  }
  theirs = pair[1];

  if (!g_spawn_async_with_pipes_and_fds (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                                         NULL, NULL, -1, -1, -1,
                                         (const int[]) { theirs, gate_listen, log, token },
                                         (const int[]) { GATE_FD_KEEPER, GATE_FD_LISTEN, GATE_FD_LOG, GATE_FD_TOKEN },
                                         4, NULL, NULL, NULL, NULL, error)) {
    (void) close (pair[0]);
    return NULL;
  }

  return cloche_gate_link_new (pair[0], error);
}

/* Into keeper.log. Clients see for themselves that nobody listens any more. */
static void
gate_closed_cb (ClocheGateLink *gate)
{
  g_printerr ("The gate has ended: nothing gets out of the machine any more.\n");
}

static void
qemu_found_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheQemuProgram) qemu = cloche_qemu_program_find_finish (result, &error);

  if (qemu == NULL)
    fail (program, error);
  else
    cloche_keeper_boot_async (program->folder, program->base, qemu, program->runtime_dir, NULL, booted_cb, program);
}

static gboolean
begin (Program *program,
       GError **error)
{
  g_autofree char *machines_dir = g_path_get_dirname (program->folder_path);
  g_autofree char *id = g_path_get_basename (program->folder_path);
  g_autoptr (ClocheGateLink) gate = NULL;
  g_autoptr (ClocheKeeperServer) server = NULL;

  program->folder = cloche_machine_folder_open (machines_dir, id, error);
  if (program->folder == NULL)
    return FALSE;
  program->base = cloche_base_folder_open (program->base_path, error);
  if (program->base == NULL)
    return FALSE;
  gate = spawn_gate (program, error);
  if (gate == NULL)
    return FALSE;
  g_signal_connect (gate, "closed", G_CALLBACK (gate_closed_cb), NULL);
  server = cloche_keeper_server_new (FD_WIRE, cloche_machine_folder_get_token (program->folder), error);
  if (server == NULL)
    return FALSE;

  program->keeper = cloche_keeper_new (server, gate, program->base);
  cloche_keeper_set_patience (program->keeper, (guint) program->rest_ms, (guint) program->expire_ms);
  g_signal_connect_swapped (program->keeper, "ended", G_CALLBACK (ended_cb), program);
  g_unix_signal_add (SIGTERM, terminate_cb, program);
  cloche_qemu_program_find_async (program->qemu_path, program->cache_dir, NULL, qemu_found_cb, program);

  return TRUE;
}

static gboolean
parse_options (Program *program,
               int      argc,
               char   **argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &program->folder_path, "The machine's folder", "PATH" },
    { "base", 0, 0, G_OPTION_ARG_FILENAME, &program->base_path, "The base it is forked from", "PATH" },
    { "runtime", 0, 0, G_OPTION_ARG_FILENAME, &program->runtime_dir, "Where sockets live", "PATH" },
    { "qemu", 0, 0, G_OPTION_ARG_FILENAME, &program->qemu_path, "QEMU", "PATH" },
    { "cache", 0, 0, G_OPTION_ARG_FILENAME, &program->cache_dir, "Where what is known of QEMU is kept", "PATH" },
    { "rest-after", 0, 0, G_OPTION_ARG_INT, &program->rest_ms, "ms of idleness before it rests", "MS" },
    { "expire-after", 0, 0, G_OPTION_ARG_INT, &program->expire_ms, "ms without clients before it ends", "MS" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("– keeps one machine; started by clients");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;

  if (program->folder_path == NULL || program->base_path == NULL || program->runtime_dir == NULL ||
      program->qemu_path == NULL || program->cache_dir == NULL || program->rest_ms < 1 || program->expire_ms < 1) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "An option is missing");
    return FALSE;
  }

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  Program program = { .rest_ms = CLOCHE_KEEPER_REST_MS, .expire_ms = CLOCHE_KEEPER_EXPIRE_MS };
  g_autoptr (GError) error = NULL;

  for (int fd = FD_READY; fd <= FD_GATE; fd++)
    if (fcntl (fd, F_SETFD, FD_CLOEXEC) < 0) {
      g_printerr ("cloche-keeper is started by Cloche itself.\n");
      return 2;
    }

  /* It outlives the terminal and the client that started it. */
  (void) setsid ();
  (void) prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);   /* No core file with what is on its way to a client. */

  program.loop = g_main_loop_new (NULL, FALSE);
  if (parse_options (&program, argc, argv, &error) && begin (&program, &error)) {
    g_main_loop_run (program.loop);
  } else {
    say_ready (error);
    program.status = 1;
  }

  g_clear_object (&program.keeper);
  g_clear_object (&program.folder);
  g_clear_object (&program.base);
  g_main_loop_unref (program.loop);

  return program.status;
}
