/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd.h"
#include "cloche-template-holder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

/*
 * cloche-holder RUNTIME-FOLDER
 *
 * Started by the first keeper that finds nobody at RUNTIME-FOLDER/holder.sock, with that socket, listening already, as
 * descriptor 3. Ends when nobody has been connected for a while. Whether it is there is decided under holder.lock, so
 * that there is never a second one. When its socket is gone, with the folder at the end of a session, nobody will come any
 * more: then it ends soon after the last one has left.
 */
#define LISTENER_FD 3

/* milliseconds: the while, when nobody can find the socket. */
#define HIDDEN_IDLE_MS 1000

typedef struct
{
  GMainLoop *loop;
  int folder_fd;
} Program;

static void
idle_cb (ClocheTemplateHolder *holder,
         gpointer              user_data)
{
  Program *program = user_data;
  cloche_autofd int lock_fd = openat (program->folder_fd, "holder.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  /* Somebody is just about to connect or to start another one: the next idle time will come. A client that connected at
   * this very moment sees its connection end without an answer, and asks again. */
  if (lock_fd >= 0 && flock (lock_fd, LOCK_EX | LOCK_NB) < 0)
    return;

  (void) unlinkat (program->folder_fd, "holder.sock", 0);       /* It may be gone already, with its folder. */
  g_main_loop_quit (program->loop);
}

static void
socket_changed_cb (GFileMonitor         *monitor,
                   GFile                *file,
                   GFile                *other_file,
                   GFileMonitorEvent     event,
                   ClocheTemplateHolder *holder)
{
  if (event == G_FILE_MONITOR_EVENT_DELETED)
    cloche_template_holder_set_idle_ms (holder, HIDDEN_IDLE_MS);
}

static gboolean
terminated_cb (gpointer user_data)
{
  Program *program = user_data;

  (void) unlinkat (program->folder_fd, "holder.sock", 0);
  g_main_loop_quit (program->loop);

  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) listener = NULL;
  g_autoptr (ClocheTemplateHolder) holder = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileMonitor) monitor = NULL;
  Program program = { loop, -1 };

  if (argc != 2) {
    g_printerr ("Usage: cloche-holder RUNTIME-FOLDER\n");
    return EXIT_FAILURE;
  }

  program.folder_fd = open (argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
  listener = g_socket_new_from_fd (LISTENER_FD, &error);
  if (program.folder_fd < 0 || listener == NULL) {
    g_printerr ("cloche-holder: %s\n", error != NULL ? error->message : g_strerror (errno));
    return EXIT_FAILURE;
  }

  file = g_file_new_build_filename (argv[1], "holder.sock", NULL);
  monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, &error);
  if (monitor == NULL) {
    g_printerr ("cloche-holder: %s\n", error->message);
    return EXIT_FAILURE;
  }

  /* It outlives the keeper that started it, and its terminal. */
  (void) setsid ();
  if (chdir ("/") < 0) {
    g_printerr ("cloche-holder: %s\n", g_strerror (errno));
    return EXIT_FAILURE;
  }
  holder = cloche_template_holder_new (listener, CLOCHE_HOLDER_IDLE_SECONDS * 1000);
  g_signal_connect (holder, "idle", G_CALLBACK (idle_cb), &program);
  g_signal_connect_object (monitor, "changed", G_CALLBACK (socket_changed_cb), holder, 0);
  g_unix_signal_add (SIGTERM, terminated_cb, &program);
  g_unix_signal_add (SIGHUP, terminated_cb, &program);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
