/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-forge.h"

#include "cloche-base-store.h"
#include "cloche-forge.h"
#include "cloche-json.h"
#include "cloche-machine-shape.h"
#include "cloche-qemu-program.h"

/* The size that a conversation gets unless it asks for another one. */
#define SIZE CLOCHE_MACHINE_SIZE_NORMAL

static ClocheQemuProgram *
find_program (ClocheCli *cli,
              GError   **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  cloche_qemu_program_find_async (NULL, cloche_paths_get_cache_dir (cli->paths), cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_qemu_program_find_finish (result, error);
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
  g_autoptr (ClocheBaseStore) store = cloche_base_store_new (cloche_paths_get_data_dir (cli->paths));
  g_autoptr (ClocheQemuProgram) program = find_program (cli, error);
  g_autoptr (ClocheMachineShape) shape = NULL;
  g_autoptr (ClocheForge) forge = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ClocheBaseFolder *base;

  if (program == NULL)
    return NULL;

  shape = cloche_machine_shape_new (program->version, CLOCHE_ACCELERATOR_TCG, SIZE);
  if (if_needed && (base = find_base (store, shape, image)) != NULL)
    return base;

  forge = cloche_forge_new (image, cloche_base_store_get_bases_path (store), program, shape);
  g_signal_connect (forge, "progress", G_CALLBACK (progress_cb), steps);
  cloche_forge_run_async (forge, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  cloche_cli_steps_end (steps);

  return cloche_forge_run_finish (forge, result, error);
}
