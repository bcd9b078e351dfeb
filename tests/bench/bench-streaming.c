/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 *
 * How smooth the window stays while an answer of 200 KB comes at 1,000 tokens a second: the gaps between the beats of a
 * timer of 4 ms in its main loop, beside those of the same window when the answer has ended. The display is tests/e2e's.
 * Usage: bench-streaming FOLDER prose|mixed|code; FOLDER is for data, and its maker takes it away.
 */
#include "cloche-application.h"
#include "cloche-window-private.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 1280
#define HEIGHT 720
#define BEAT_MS 4

/* bytes: less means that something was lost on the way. */
#define ANSWER_BYTES_MIN (200 * 1024)

/* ms: how long the window is measured when nothing comes. */
#define QUIET_MS 15000

typedef struct
{
  GArray *gaps;                 /* of double: ms from one beat to the next */
  gint64 last_us;
  guint n_frames;
  gulong frame_id;
  guint beat_id;
} Heart;

static gboolean
beat_cb (gpointer user_data)
{
  Heart *self = user_data;
  gint64 now_us = g_get_monotonic_time ();
  double gap_ms = (double) (now_us - self->last_us) / 1000;

  g_array_append_val (self->gaps, gap_ms);
  self->last_us = now_us;

  return G_SOURCE_CONTINUE;
}

static void
painted_cb (Heart *self)
{
  self->n_frames++;
}

/* As urgent as what a person does, and no more. */
static void
start (Heart        *self,
       ClocheWindow *window)
{
  self->gaps = g_array_new (FALSE, FALSE, sizeof (double));
  self->last_us = g_get_monotonic_time ();
  self->frame_id = g_signal_connect_swapped (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                                             G_CALLBACK (painted_cb), self);
  self->beat_id = g_timeout_add (BEAT_MS, beat_cb, self);
}

static void
stop (Heart        *self,
      ClocheWindow *window)
{
  g_source_remove (self->beat_id);
  g_signal_handler_disconnect (gtk_widget_get_frame_clock (GTK_WIDGET (window)), self->frame_id);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Returns: the 99th percentile */
static double
print (Heart      *self,
       const char *name,
       double      beside_ms)
{
  guint n = self->gaps->len;
  const double *gaps = (const double *) self->gaps->data;
  double sum_ms = 0;

  for (guint i = 0; i < n; i++)
    sum_ms += gaps[i];
  g_array_sort (self->gaps, compare);
  printf ("%-24s n %6u   median %5.1f ms   p95 %5.1f ms   p99 %5.1f ms   max %5.1f ms   %4.1f frames/s", name, n,
          gaps[n / 2], gaps[n - 1 - n / 20], gaps[n - 1 - n / 100], gaps[n - 1], self->n_frames * 1000 / sum_ms);
  if (beside_ms > 0)
    printf ("   p99 %.2f× quiet", gaps[n - 1 - n / 100] / beside_ms);
  printf ("\n");

  return gaps[n - 1 - n / 100];
}

static GSubprocess *
start_server (const char *kind)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *self = g_file_read_link ("/proc/self/exe", &error);
  g_autofree char *program = g_strconcat (self, "-server", NULL);
  GSubprocess *server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, kind, NULL);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *address = NULL;

  if (server == NULL)
    g_error ("%s", error->message);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  address = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  if (address == NULL)
    g_error ("The server says no address");
  g_setenv ("OLLAMA_HOST", address, TRUE);

  return server;
}

static ClocheContext *
make_context (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *run = g_build_filename (folder, "run", NULL);
  g_autoptr (ClochePaths) paths = cloche_paths_new (folder, folder, folder, run, &error);

  if (paths == NULL)
    g_error ("%s", error->message);

  return cloche_context_new (paths);
}

static void
turn_until (gboolean (*is_true)(gpointer),
            gpointer   object)
{
  while (!is_true (object))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
has_window (gpointer application)
{
  return gtk_application_get_active_window (application) != NULL;
}

static gboolean
has_models (gpointer context)
{
  return g_list_model_get_n_items (G_LIST_MODEL (cloche_context_get_models (context))) > 0;
}

static gboolean
has_chat (gpointer window)
{
  ClocheChat *chat = cloche_chat_view_get_chat (CLOCHE_WINDOW (window)->chat_view);

  return chat != NULL && cloche_chat_get_model (chat) != NULL;
}

static ClocheItem *
dup_answer (ClocheChat *chat)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (chat));
  g_autoptr (ClocheItem) item = n > 0 ? g_list_model_get_item (G_LIST_MODEL (chat), n - 1) : NULL;

  return item != NULL && cloche_item_get_kind (item) == CLOCHE_ITEM_ANSWER ? g_steal_pointer (&item) : NULL;
}

static gboolean
has_begun (gpointer chat)
{
  g_autoptr (ClocheItem) item = dup_answer (chat);

  return item != NULL && *cloche_item_get_text (item) != '\0';
}

static gboolean
has_ended (gpointer chat)
{
  return !cloche_chat_is_busy (chat);
}

static gboolean
is_over (gpointer is_over)
{
  return *(gboolean *) is_over;
}

static void
time_is_up_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* A new conversation with the server's model, as the window makes it. */
static ClocheChat *
begin (ClocheContext *context,
       ClocheWindow  *window)
{
  GSettings *settings = cloche_context_get_settings (context);
  g_autoptr (ClocheModelChoice) choice = NULL;

  turn_until (has_models, context);
  choice = g_list_model_get_item (G_LIST_MODEL (cloche_context_get_models (context)), 0);
  g_settings_set_string (settings, "endpoint", cloche_model_info_get_endpoint (cloche_model_choice_get_info (choice)));
  g_settings_set_string (settings, "model", cloche_model_info_get_id (cloche_model_choice_get_info (choice)));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.new", NULL);
  turn_until (has_chat, window);

  return cloche_chat_view_get_chat (window->chat_view);
}

/* From the first words to the last. */
static void
measure_streaming (Heart        *heart,
                   ClocheWindow *window,
                   ClocheChat   *chat)
{
  g_autoptr (ClocheItem) item = NULL;

  cloche_chat_view_send (window->chat_view, "Tell me everything", NULL);
  turn_until (has_begun, chat);
  start (heart, window);
  turn_until (has_ended, chat);
  stop (heart, window);
  item = dup_answer (chat);
  if (item == NULL || strlen (cloche_item_get_text (item)) < ANSWER_BYTES_MIN)
    g_error ("The answer did not come");
}

static void
measure_quiet (Heart        *heart,
               ClocheWindow *window)
{
  gboolean is_up = FALSE;

  start (heart, window);
  g_timeout_add_once (QUIET_MS, time_is_up_cb, &is_up);
  turn_until (is_over, &is_up);
  stop (heart, window);
}

static void
report (Heart      *streaming,
        Heart      *quiet,
        const char *kind)
{
  g_autofree char *quiet_name = g_strdup_printf ("%s, quiet", kind);
  g_autofree char *streaming_name = g_strdup_printf ("%s, streaming", kind);
  double beside_ms = print (quiet, quiet_name, 0);

  (void) print (streaming, streaming_name, beside_ms);        /* Nothing is compared with it. */
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) server = NULL;
  g_autoptr (ClocheContext) context = NULL;
  g_autoptr (ClocheApplication) application = NULL;
  Heart streaming = { 0 };
  Heart quiet = { 0 };
  ClocheWindow *window;

  if (argc != 3) {
    fprintf (stderr, "Usage: %s FOLDER prose|mixed|code\n", argv[0]);
    return 2;
  }

  server = start_server (argv[2]);
  context = make_context (argv[1]);
  application = cloche_application_new (context);
  if (!g_application_register (G_APPLICATION (application), NULL, &error))
    g_error ("%s", error->message);
  g_application_activate (G_APPLICATION (application));
  turn_until (has_window, application);
  window = CLOCHE_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (application)));
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);

  measure_streaming (&streaming, window, begin (context, window));
  measure_quiet (&quiet, window);
  report (&streaming, &quiet, argv[2]);

  g_subprocess_force_exit (server);
  g_array_unref (streaming.gaps);
  g_array_unref (quiet.gaps);
  gtk_window_destroy (GTK_WINDOW (window));

  return 0;
}
