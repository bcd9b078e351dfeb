/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-steps.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

struct _ClocheCliSteps
{
  gboolean is_terminal;
  gboolean is_begun;
  ClocheImageStep step;
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
            double          done)
{
  int seconds = (int) ((g_get_monotonic_time () - self->begun_us) / G_USEC_PER_SEC);

  /* Translators: a step of building: number, of how many, what it does, and how long it has taken. */
  g_print (_ ("[%d/%d] %s, %d s"), self->step + 1, CLOCHE_IMAGE_N_STEPS, step_name (self->step), seconds);
  if (done >= 0)
    g_print (" %3.0f %%", floor (done * 100));
}

/**
 * cloche_cli_steps_new:
 */
ClocheCliSteps *
cloche_cli_steps_new (void)
{
  ClocheCliSteps *self = g_new0 (ClocheCliSteps, 1);

  self->is_terminal = isatty (STDOUT_FILENO);

  return self;
}

void
cloche_cli_steps_free (ClocheCliSteps *self)
{
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
    g_print ("\r\033[K");
  print_step (self, -1);
  g_print ("\n");
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
  if (self->is_begun && self->step != step)
    cloche_cli_steps_end (self);

  if (!self->is_begun) {
    self->is_begun = TRUE;
    self->step = step;
    self->begun_us = g_get_monotonic_time ();
  }

  if (self->is_terminal) {
    g_print ("\r\033[K");
    print_step (self, done);
    (void) fflush (stdout);     /* Nobody can be told if the terminal is gone. */
  }
}
