/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-command.h"

#include "cloche-base-error.h"
#include "cloche-image-error.h"
#include "cloche-string.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* lines: enough of a failed program's output to see why, little enough for a dialog. */
#define TAIL_LINES 30
/* bytes: a longer line is cut; no tool that we run writes one. */
#define LINE_MAX_BYTES 4096

/* The newest lines of a program's output, the oldest first. */
static void
remember_line (GQueue *tail,
               char   *take_line)
{
  g_queue_push_tail (tail, take_line);
  if (tail->length > TAIL_LINES)
    g_free (g_queue_pop_head (tail));
}

static char *
join_tail (GQueue *tail)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *l = tail->head; l != NULL; l = l->next) {
    if (text->len > 0)
      g_string_append_c (text, '\n');
    g_string_append (text, l->data);
  }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Between fork and exec: only calls that are safe there. Whatever happens to us, no program of ours goes on. */
static void
die_with_parent (gpointer user_data)
{
  (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
spawn (const char *const *argv,
       const char *const *environment,
       GError           **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) local_error = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  for (gsize i = 0; environment != NULL && environment[i] != NULL; i += 2)
    g_subprocess_launcher_setenv (launcher, environment[i], environment[i + 1], TRUE);

  process = g_subprocess_launcher_spawnv (launcher, argv, &local_error);
  if (g_error_matches (local_error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT)) {
    g_set_error_literal (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_TOOL, argv[0]);
    return NULL;
  }
  if (process == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return g_steal_pointer (&process);
}

static gboolean
read_lines (GSubprocess        *process,
            GQueue             *tail,
            ClocheImageLineFunc line_func,
            gpointer            user_data,
            GCancellable       *cancellable,
            GError            **error)
{
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autoptr (GError) local_error = NULL;

  for (;;) {
    gsize length;
    g_autofree char *line = g_data_input_stream_read_line (input, &length, cancellable, &local_error);
    g_autofree char *printable = NULL;

    if (line == NULL)
      break;
    printable = cloche_text_make_printable (line, (gssize) MIN (length, LINE_MAX_BYTES));
    if (line_func != NULL)
      line_func (printable, user_data);
    remember_line (tail, g_steal_pointer (&printable));
  }

  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_image_command_run:
 * @argv: a program and its arguments, never a shell's text
 * @environment: (nullable): names and values in turn, added to ours
 * @line_func: (nullable): called in this thread for each line of output and error
 *
 * Runs a program to its end and blocks meanwhile; call it in a worker thread. The program is killed when @cancellable is
 * cancelled and when this process dies.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_TOOL, %CLOCHE_IMAGE_ERROR_TOOL_FAILED or %CLOCHE_IMAGE_ERROR_NO_SPACE with the end of the
 * output as the message, %G_IO_ERROR.
 */
gboolean
cloche_image_command_run (const char *const  *argv,
                          const char *const  *environment,
                          ClocheImageLineFunc line_func,
                          gpointer            user_data,
                          GCancellable       *cancellable,
                          GError            **error)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *text = NULL;
  GQueue tail = G_QUEUE_INIT;
  gboolean is_read;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  process = spawn (argv, environment, error);
  if (process == NULL)
    return FALSE;

  is_read = read_lines (process, &tail, line_func, user_data, cancellable, error);
  if (!is_read)
    g_subprocess_force_exit (process);
  (void) g_subprocess_wait (process, NULL, NULL);       /* Cannot fail without a cancellable. */
  text = join_tail (&tail);
  g_queue_clear_full (&tail, g_free);
  if (!is_read)
    return FALSE;

  if (!g_subprocess_get_successful (process)) {
    /* The tools tell a full disk in their words only; we have asked them for those of the C locale. */
    gboolean is_full = strstr (text, "No space left on device") != NULL;

    g_set_error (error, CLOCHE_IMAGE_ERROR, is_full ? CLOCHE_IMAGE_ERROR_NO_SPACE : CLOCHE_IMAGE_ERROR_TOOL_FAILED,
                 "%s: %s", argv[0], *text != '\0' ? text : "failed and said nothing");
    return FALSE;
  }

  return TRUE;
}

/*
 * Where packages are unpacked. Own mounts, so that what the package tools mount is gone when they are, however they end; own
 * process ids, so that killing the first process ends all of them. An ordinary user becomes root of a user namespace that
 * also has the ids of /etc/subuid; root needs none. The last form is for a chroot, whose root is no mount point.
 */
static const char *const AS_ROOT[] = {
  "unshare", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--", NULL
};
static const char *const AS_ROOT_IN_CHROOT[] = {
  "unshare", "--mount", "--propagation", "unchanged", "--pid", "--fork", "--kill-child=SIGKILL", "--", NULL
};
static const char *const AS_USER[] = {
  "unshare", "--user", "--map-root-user", "--map-auto", "--mount", "--pid", "--fork", "--kill-child=SIGKILL", "--", NULL
};

static GStrv
join_argv (const char *const *head,
           const char *const *tail)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_addv (builder, (const char **) head);
  g_strv_builder_addv (builder, (const char **) tail);

  return g_strv_builder_end (builder);
}

/**
 * cloche_image_command_in_namespace:
 *
 * Returns: (transfer full): @argv, run as root of fresh namespaces in which this user's files belong to root. The same
 * user always gets the same ids, so that one command can read what another has written.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_NAMESPACE, %CLOCHE_IMAGE_ERROR_NO_TOOL. Blocks for some milliseconds.
 */
GStrv
cloche_image_command_in_namespace (const char *const *argv,
                                   GError           **error)
{
  static const char *const TRUE_ARGV[] = { "true", NULL };
  const char *const *const forms[] = { geteuid () == 0 ? AS_ROOT : AS_USER, geteuid () == 0 ? AS_ROOT_IN_CHROOT : NULL };
  g_autoptr (GError) local_error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (forms) && forms[i] != NULL; i++) {
    g_auto (GStrv) probe = join_argv (forms[i], TRUE_ARGV);

    g_clear_error (&local_error);
    if (cloche_image_command_run ((const char *const *) probe, NULL, NULL, NULL, NULL, &local_error))
      return join_argv (forms[i], argv);
  }

  if (g_error_matches (local_error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_TOOL_FAILED)) {
    g_set_error_literal (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_NAMESPACE, local_error->message);
    return NULL;
  }
  g_propagate_error (error, g_steal_pointer (&local_error));

  return NULL;
}
