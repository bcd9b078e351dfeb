/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-forge.h"

#include "cloche-forge.h"
#include "cloche-json.h"

/* The size that a conversation gets unless it asks for another one. */
#define SIZE CLOCHE_MACHINE_SIZE_NORMAL

/* The newest base of this shape, if it was made of this image. */
static ClocheBaseFolder *
find_base (ClocheBaseStore          *store,
           const ClocheMachineShape *shape,
           ClocheImageFolder        *image)
{
  g_autoptr (ClocheBaseFolder) base = cloche_base_store_newest (store, shape->qemu_version, shape->accelerator,
                                                                shape->size, NULL);
  JsonObject *description = base != NULL ? cloche_base_folder_get_image (base) : NULL;

  if (description == NULL ||
      g_strcmp0 (cloche_json_get_string (description, "id"), cloche_image_folder_get_id (image)) != 0)
    return NULL;

  return g_steal_pointer (&base);
}

static void
progress_cb (ClocheForge *forge,
             int          step,
             double       done,
             gpointer     user_data)
{
  cloche_cli_steps_show (user_data, (ClocheImageStep) step, done);
}

/**
 * cloche_cli_forge_prepare:
 *
 * Finds out what this computer runs machines with. Asked first, so that nobody builds for minutes to hear that QEMU is missing.
 */
ClocheMachineHost *
cloche_cli_forge_prepare (ClocheCli *cli,
                          GError   **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (ClocheMachineHost) host = cloche_machine_host_new (cli->paths);
  g_autoptr (GAsyncResult) result = NULL;

  cloche_machine_host_prepare_async (host, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!cloche_machine_host_prepare_finish (host, result, error))
    return NULL;

  return g_steal_pointer (&host);
}

/**
 * cloche_cli_forge:
 * @host: what cloche_cli_forge_prepare() gave
 * @if_needed: whether a base that was made of this image before is as good
 *
 * Makes, for this host's QEMU, what conversations start from; shows how it goes.
 */
ClocheBaseFolder *
cloche_cli_forge (ClocheCli         *cli,
                  ClocheMachineHost *host,
                  ClocheImageFolder *image,
                  gboolean           if_needed,
                  ClocheCliSteps    *steps,
                  GError           **error)
{
  ClocheCliWait wait = { NULL };
  ClocheBaseStore *store = cloche_machine_host_get_bases (host);
  const ClocheQemuProgram *program = cloche_machine_host_get_program (host);
  g_autoptr (ClocheMachineShape) shape = cloche_machine_shape_new (program->version,
                                                                   cloche_machine_host_get_accelerator (host), SIZE);
  g_autoptr (ClocheForge) forge = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ClocheBaseFolder *base = if_needed ? find_base (store, shape, image) : NULL;

  if (base != NULL)
    return base;

  forge = cloche_forge_new (image, cloche_base_store_get_bases_path (store), program, shape);
  g_signal_connect (forge, "progress", G_CALLBACK (progress_cb), steps);
  cloche_forge_run_async (forge, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  cloche_cli_steps_end (steps);

  return cloche_forge_run_finish (forge, result, error);
}
