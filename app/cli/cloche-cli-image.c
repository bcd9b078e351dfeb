/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-image.h"

#include "cloche-cli-forge.h"
#include "cloche-cli-image-care.h"
#include "cloche-cli-image-text.h"
#include "cloche-cli-steps.h"
#include "cloche-image-artefact.h"
#include "cloche-image-builder.h"
#include "cloche-image-store.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define USAGE N_ ("Usage: clochectl image build|import|info|verify|gc [OPTION]…")

static int
fail (const GError *error)
{
  g_autofree char *text = cloche_cli_image_text (error);

  return cloche_cli_fail (error, text);
}

#define IMAGE_ONLY_ENTRY(variable) \
  { "image-only", 0, 0, G_OPTION_ARG_NONE, variable, N_ ("Do not make the machine that conversations start from"), NULL }

/* What conversations start from. */
static int
forge (ClocheCli         *cli,
       ClocheMachineHost *host,
       ClocheImageFolder *image,
       gboolean           if_needed,
       ClocheCliSteps    *steps)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheBaseFolder) base = cloche_cli_forge (cli, host, image, if_needed, steps, &error);

  return base != NULL ? CLOCHE_CLI_OK : fail (error);
}

static void
progress_cb (ClocheImageBuilder *builder,
             int                 step,
             double              done,
             gpointer            user_data)
{
  cloche_cli_steps_show (user_data, (ClocheImageStep) step, done);
}

static gboolean
export_image (ClocheCli         *cli,
              ClocheImageFolder *image,
              const char        *path,
              GError           **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  cloche_image_artefact_export_async (image, path, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_image_artefact_export_finish (result, error);
}

static ClocheImageBuilder *
make_builder (ClocheCli  *cli,
              const char *mirror,
              const char *security_mirror,
              gboolean    if_needed)
{
  g_autofree char *recipe_path = cloche_paths_dup_data_file ("recipe");
  g_autofree char *guest_path = cloche_paths_dup_data_file ("guest.cpio");
  ClocheImageBuilder *builder = cloche_image_builder_new (cloche_paths_get_data_dir (cli->paths),
                                                          cloche_paths_get_cache_dir (cli->paths),
                                                          recipe_path, guest_path);

  if (mirror != NULL)
    cloche_image_builder_set_mirror (builder, mirror, security_mirror);
  cloche_image_builder_set_if_needed (builder, if_needed);

  return builder;
}

static int
run_build (ClocheCli *cli,
           int        argc,
           char     **argv)
{
  g_autofree char *mirror = NULL, *security_mirror = NULL, *output = NULL;
  gboolean if_needed = FALSE, image_only = FALSE;
  const GOptionEntry entries[] = {
    { "mirror", 0, 0, G_OPTION_ARG_STRING, &mirror, N_ ("Take Debian’s packages from this address"), N_ ("ADDRESS") },
    { "security-mirror", 0, 0, G_OPTION_ARG_STRING, &security_mirror,
      N_ ("With --mirror: take security updates from this address"), N_ ("ADDRESS") },
    { "if-needed", 0, 0, G_OPTION_ARG_NONE, &if_needed, N_ ("Build only what is not there already"), NULL },
    IMAGE_ONLY_ENTRY (&image_only),
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      N_ ("Also write the image to a file that other computers can import"), N_ ("FILE") },
    { NULL }
  };
  ClocheCliWait wait = { NULL };
  g_autoptr (ClocheCliSteps) steps = cloche_cli_steps_new ();
  g_autoptr (ClocheMachineHost) host = NULL;
  g_autoptr (ClocheImageBuilder) builder = NULL;
  g_autoptr (ClocheImageFolder) image = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!cloche_cli_parse_exact ("image build", entries, 0, &argc, &argv))
    return CLOCHE_CLI_USAGE;

  if (!image_only && (host = cloche_cli_forge_prepare (cli, &error)) == NULL)
    return fail (error);

  builder = make_builder (cli, mirror, security_mirror, if_needed);
  g_signal_connect (builder, "progress", G_CALLBACK (progress_cb), steps);
  cloche_image_builder_build_async (builder, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  cloche_cli_steps_end (steps);

  image = cloche_image_builder_build_finish (builder, result, &error);
  if (image == NULL || (output != NULL && !export_image (cli, image, output, &error)))
    return fail (error);

  return image_only ? CLOCHE_CLI_OK : forge (cli, host, image, if_needed, steps);
}

static int
run_import (ClocheCli *cli,
            int        argc,
            char     **argv)
{
  gboolean image_only = FALSE;
  const GOptionEntry entries[] = { IMAGE_ONLY_ENTRY (&image_only), { NULL } };
  ClocheCliWait wait = { NULL };
  g_autoptr (ClocheCliSteps) steps = cloche_cli_steps_new ();
  g_autoptr (ClocheMachineHost) host = NULL;
  g_autoptr (ClocheImageFolder) image = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (!cloche_cli_parse_exact ("image import FILE", entries, 1, &argc, &argv))
    return CLOCHE_CLI_USAGE;

  if (!image_only && (host = cloche_cli_forge_prepare (cli, &error)) == NULL)
    return fail (error);

  cloche_image_artefact_import_async (argv[1], cloche_paths_get_data_dir (cli->paths), cli->cancellable,
                                      cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  image = cloche_image_artefact_import_finish (result, &error);
  if (image == NULL)
    return fail (error);

  return image_only ? CLOCHE_CLI_OK : forge (cli, host, image, TRUE, steps);
}

static const struct
{
  const char *name;
  int (*run) (ClocheCli *cli,
              int        argc,
              char     **argv);
} SUBCOMMANDS[] = {
  { "build", run_build },
  { "import", run_import },
  { "info", cloche_cli_image_info },
  { "verify", cloche_cli_image_verify },
  { "gc", cloche_cli_image_gc },
};

static int
run (ClocheCli *cli,
     int        argc,
     char     **argv)
{
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (SUBCOMMANDS); i++)
    if (strcmp (argv[1], SUBCOMMANDS[i].name) == 0)
      return SUBCOMMANDS[i].run (cli, argc - 1, argv + 1);

  if (argc == 2 && strcmp (argv[1], "--help") == 0) {
    g_print ("%s\n", _ (USAGE));
    return CLOCHE_CLI_OK;
  }
  g_printerr ("%s\n", _ (USAGE));

  return CLOCHE_CLI_USAGE;
}

const ClocheCliCommand cloche_cli_image_command = {
  "image", N_ ("Build, import and look after the image that machines start from"), run
};
