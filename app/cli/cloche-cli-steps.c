/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-steps.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* ms: how often something is to be seen of a step that takes long. */
#define TERMINAL_INTERVAL_MS 1000
#define LOG_INTERVAL_MS 10000

struct _ClocheCliSteps
{
  FILE *stream;
  gboolean is_terminal;
  guint timer;
  gboolean is_begun;
  ClocheImageStep step;
  double done;                  /* of this step, as last heard */
  gint64 begun_us;              /* monotonic: of this step */
};

static const char *
step_name (ClocheImageStep step)
{
  switch (step) {
  case CLOCHE_IMAGE_STEP_PACKAGES:
    return _ ("Fetching and installing Debian’s packages");
  case CLOCHE_IMAGE_STEP_ROOT:
    return _ ("Compressing the system");
  case CLOCHE_IMAGE_STEP_DESCRIBE:
    return _ ("Checking the image");
  case CLOCHE_IMAGE_STEP_BOOT:
    return _ ("Starting the machine for the first time");
  case CLOCHE_IMAGE_STEP_WARM:
    return _ ("Loading Python and its libraries");
  case CLOCHE_IMAGE_STEP_FREEZE:
    return _ ("Saving the machine");
  case CLOCHE_IMAGE_STEP_PUBLISH:
    return _ ("Checking what was saved");
  default:
    g_assert_not_reached ();
  }
}

static void
print_step (ClocheCliSteps *self,
            const char     *end)
{
  int seconds = (int) ((g_get_monotonic_time () - self->begun_us) / G_USEC_PER_SEC);

  /* Translators: a step of building: number, of how many, what it does, and how long it has taken. */
  fprintf (self->stream, _ ("[%d/%d] %s, %d s"), self->step + 1, CLOCHE_IMAGE_N_STEPS, step_name (self->step), seconds);
  if (self->done >= 0)
    fprintf (self->stream, " %3.0f %%", floor (self->done * 100));
  fputs (end, self->stream);
  (void) fflush (self->stream); /* Nobody can be told if the terminal is gone. */
}

static void
show_now (ClocheCliSteps *self)
{
  if (self->is_terminal)
    fputs ("\r\033[K", self->stream);
  print_step (self, self->is_terminal ? "" : " …\n");
}

static gboolean
timer_cb (gpointer user_data)
{
  ClocheCliSteps *self = user_data;

  if (self->is_begun)
    show_now (self);

  return G_SOURCE_CONTINUE;
}

/**
 * cloche_cli_steps_new:
 */
ClocheCliSteps *
cloche_cli_steps_new (void)
{
  gboolean is_terminal = isatty (STDOUT_FILENO);

  return cloche_cli_steps_new_for (stdout, is_terminal, is_terminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
}

/**
 * cloche_cli_steps_new_for:
 * @interval_ms: after how many ms a step that still takes shows itself again
 */
ClocheCliSteps *
cloche_cli_steps_new_for (FILE    *stream,
                          gboolean is_terminal,
                          guint    interval_ms)
{
  ClocheCliSteps *self = g_new0 (ClocheCliSteps, 1);

  self->stream = stream;
  self->is_terminal = is_terminal;
  self->timer = g_timeout_add (interval_ms, timer_cb, self);

  return self;
}

void
cloche_cli_steps_free (ClocheCliSteps *self)
{
  g_source_remove (self->timer);
  g_free (self);
}

/**
 * cloche_cli_steps_end:
 *
 * The step that was shown is over.
 */
void
cloche_cli_steps_end (ClocheCliSteps *self)
{
  if (!self->is_begun)
    return;

  if (self->is_terminal)
    fputs ("\r\033[K", self->stream);
  self->done = -1;
  print_step (self, "\n");
  self->is_begun = FALSE;
}

/**
 * cloche_cli_steps_show:
 * @done: 0…1, negative where nobody knows
 */
void
cloche_cli_steps_show (ClocheCliSteps *self,
                       ClocheImageStep step,
                       double          done)
{
  gboolean is_new;

  if (self->is_begun && self->step != step)
    cloche_cli_steps_end (self);

  self->done = done;
  is_new = !self->is_begun;
  if (is_new) {
    self->is_begun = TRUE;
    self->step = step;
    self->begun_us = g_get_monotonic_time ();
  }

  if (is_new || self->is_terminal)
    show_now (self);
}
