/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-forge.h"

#include "cloche-forge.h"
#include "cloche-json.h"
#include "cloche-machine-host.h"

/* The size that a conversation gets unless it asks for another one. */
#define SIZE CLOCHE_MACHINE_SIZE_NORMAL

static gboolean
prepare (ClocheCli         *cli,
         ClocheMachineHost *host,
         GError           **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  cloche_machine_host_prepare_async (host, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_machine_host_prepare_finish (host, result, error);
}

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
 * cloche_cli_forge:
 * @if_needed: whether a base that was made of this image before is as good
 *
 * Makes, for this host's QEMU, what conversations are forked from; shows how it goes.
 */
ClocheBaseFolder *
cloche_cli_forge (ClocheCli         *cli,
                  ClocheImageFolder *image,
                  gboolean           if_needed,
                  ClocheCliSteps    *steps,
                  GError           **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (ClocheMachineHost) host = cloche_machine_host_new (cli->paths);
  ClocheBaseStore *store = cloche_machine_host_get_bases (host);
  const ClocheQemuProgram *program;
  g_autoptr (ClocheMachineShape) shape = NULL;
  g_autoptr (ClocheForge) forge = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ClocheBaseFolder *base;

  if (!prepare (cli, host, error))
    return NULL;

  program = cloche_machine_host_get_program (host);
  shape = cloche_machine_shape_new (program->version, cloche_machine_host_get_accelerator (host), SIZE);
  if (if_needed && (base = find_base (store, shape, image)) != NULL)
    return base;

  forge = cloche_forge_new (image, cloche_base_store_get_bases_path (store), program, shape);
  g_signal_connect (forge, "progress", G_CALLBACK (progress_cb), steps);
  cloche_forge_run_async (forge, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  cloche_cli_steps_end (steps);

  return cloche_forge_run_finish (forge, result, error);
}
