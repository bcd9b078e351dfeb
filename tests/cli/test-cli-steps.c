/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-steps.h"

#include <stdlib.h>
#include <string.h>

/* Without a terminal: each step when it begins and ends, however often it tells how far it is. */
static void
test_lines (void)
{
  char *text = NULL;
  size_t length;
  FILE *stream = open_memstream (&text, &length);
  g_autoptr (ClocheCliSteps) steps = cloche_cli_steps_new_for (stream, FALSE, 3600 * 1000);
  g_auto (GStrv) lines = NULL;

  for (int i = 0; i < 100; i++)
    cloche_cli_steps_show (steps, CLOCHE_IMAGE_STEP_PACKAGES, i / 100.0);
  cloche_cli_steps_show (steps, CLOCHE_IMAGE_STEP_ROOT, -1);
  cloche_cli_steps_end (steps);
  fclose (stream);

  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 5);
  g_assert_true (g_str_has_prefix (lines[0], "[1/7] "));
  g_assert_true (g_str_has_suffix (lines[0], "0 % …"));
  g_assert_true (g_str_has_prefix (lines[1], "[1/7] "));
  g_assert_true (g_str_has_prefix (lines[2], "[2/7] "));
  g_assert_true (g_str_has_suffix (lines[2], " s …"));
  g_assert_true (g_str_has_prefix (lines[3], "[2/7] "));
  g_assert_cmpstr (lines[4], ==, "");
  free (text);
}

/* A step of which nothing is heard shows itself all the same. */
static void
test_silence (void)
{
  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream (&text, &length);
  g_autoptr (ClocheCliSteps) steps = cloche_cli_steps_new_for (stream, FALSE, 1);

  cloche_cli_steps_show (steps, CLOCHE_IMAGE_STEP_WARM, -1);
  while (g_strstr_len (text, (gssize) length, "…\n[5/7]") == NULL)
    g_main_context_iteration (NULL, TRUE);
  fclose (stream);
  free (text);
}

static void
test_terminal (void)
{
  char *text = NULL;
  size_t length;
  FILE *stream = open_memstream (&text, &length);
  g_autoptr (ClocheCliSteps) steps = cloche_cli_steps_new_for (stream, TRUE, 3600 * 1000);

  cloche_cli_steps_show (steps, CLOCHE_IMAGE_STEP_PACKAGES, 0.5);
  cloche_cli_steps_show (steps, CLOCHE_IMAGE_STEP_PACKAGES, 0.6);
  cloche_cli_steps_end (steps);
  fclose (stream);
  g_assert_nonnull (strstr (text, " 50 %\r\033[K[1/7]"));
  g_assert_true (strchr (text, '\n') == text + strlen (text) - 1);
  free (text);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/steps/lines", test_lines);
  g_test_add_func ("/cli/steps/silence", test_silence);
  g_test_add_func ("/cli/steps/terminal", test_terminal);

  return g_test_run ();
}
