/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-image-care.h"

#include "cloche-base-store.h"
#include "cloche-cli-image-text.h"
#include "cloche-image-store.h"
#include "cloche-json.h"

#include <glib/gi18n.h>

/* What has been built, and what was made ready of it. */
typedef struct
{
  ClocheBaseStore *store;
  GPtrArray *images;    /* of ClocheImageFolder, the newest first */
  GPtrArray *bases;     /* of ClocheBaseEntry */
} Inventory;

static void
inventory_free (Inventory *inventory)
{
  g_clear_object (&inventory->store);
  g_clear_pointer (&inventory->images, g_ptr_array_unref);
  g_clear_pointer (&inventory->bases, g_ptr_array_unref);
  g_free (inventory);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inventory, inventory_free)

static Inventory *
take_inventory (ClocheCli *cli,
                GError   **error)
{
  g_autoptr (Inventory) inventory = g_new0 (Inventory, 1);
  const char *data_path = cloche_paths_get_data_dir (cli->paths);

  inventory->store = cloche_base_store_new (data_path);
  if ((inventory->images = cloche_image_store_list (data_path, error)) == NULL ||
      (inventory->bases = cloche_base_store_list (inventory->store, error)) == NULL)
    return NULL;

  return g_steal_pointer (&inventory);
}

static char *
format_time (gint64 us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (us / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, "%x %R") : g_strdup ("?");
}

static void
print_image (ClocheImageFolder *image)
{
  g_autofree char *built = format_time (cloche_image_folder_get_packages_us (image));
  g_autofree char *size = g_format_size (cloche_image_folder_get_bytes (image));
  JsonObject *packages = cloche_json_get_object (cloche_image_folder_get_manifest (image), "packages");

  /* Translators: an image that machines are made of: its id, when its packages were installed, its size, how many. */
  g_print (_ ("Image %s\n  packages of %s, %s, %u packages\n"), cloche_image_folder_get_id (image), built, size,
           packages != NULL ? json_object_get_size (packages) : 0);
}

static void
print_base (ClocheBaseEntry *entry)
{
  const ClocheMachineShape *shape;
  g_autofree char *built = NULL;
  g_autofree char *size = NULL;
  g_autofree char *holders = g_strjoinv (" ", entry->holders);

  /* Translators: a machine that conversations start from, by its id. */
  g_print (_ ("Machine %s\n"), entry->id);
  if (entry->folder == NULL) {
    /* Translators: the reason why it is of no use. */
    g_print (_ ("  not usable: %s\n"), entry->error->message);
  } else {
    shape = cloche_base_folder_get_shape (entry->folder);
    built = format_time (cloche_base_folder_get_built_us (entry->folder));
    size = g_format_size (cloche_base_folder_get_bytes (entry->folder));
    /* Translators: when it was made, its size, the version of QEMU, and whether the processor is emulated. */
    g_print (_ ("  made %s, %s, QEMU %s, %s\n"), built, size, shape->qemu_version,
             shape->accelerator == CLOCHE_ACCELERATOR_KVM ? _ ("isolated (KVM)") : _ ("isolated (slower emulation)"));
  }
  if (*holders != '\0')
    /* Translators: ids of the conversations' machines that were started from it. */
    g_print (_ ("  used by %s\n"), holders);
}

static void
add_image_json (JsonBuilder       *builder,
                ClocheImageFolder *image)
{
  JsonObject *manifest = cloche_image_folder_get_manifest (image);

  json_builder_begin_object (builder);
  json_builder_add_string_value (json_builder_set_member_name (builder, "id"), cloche_image_folder_get_id (image));
  json_builder_add_string_value (json_builder_set_member_name (builder, "path"), cloche_image_folder_get_path (image));
  json_builder_add_int_value (json_builder_set_member_name (builder, "bytes"),
                              (gint64) cloche_image_folder_get_bytes (image));
  json_builder_add_value (json_builder_set_member_name (builder, "manifest"),
                          json_node_init_object (json_node_alloc (), manifest));
  json_builder_end_object (builder);
}

static void
add_base_json (JsonBuilder     *builder,
               ClocheBaseEntry *entry)
{
  ClocheBaseFolder *base = entry->folder;

  json_builder_begin_object (builder);
  json_builder_add_string_value (json_builder_set_member_name (builder, "id"), entry->id);
  if (base == NULL) {
    json_builder_add_string_value (json_builder_set_member_name (builder, "error"), entry->error->message);
  } else {
    g_autoptr (JsonObject) shape = cloche_machine_shape_to_json (cloche_base_folder_get_shape (base));

    json_builder_add_string_value (json_builder_set_member_name (builder, "path"), cloche_base_folder_get_path (base));
    json_builder_add_int_value (json_builder_set_member_name (builder, "built_us"), cloche_base_folder_get_built_us (base));
    json_builder_add_int_value (json_builder_set_member_name (builder, "bytes"), (gint64) cloche_base_folder_get_bytes (base));
    json_builder_add_value (json_builder_set_member_name (builder, "image"),
                            json_node_init_object (json_node_alloc (), cloche_base_folder_get_image (base)));
    json_builder_add_value (json_builder_set_member_name (builder, "shape"),
                            json_node_init_object (json_node_alloc (), shape));
  }
  json_builder_begin_array (json_builder_set_member_name (builder, "holders"));
  for (gsize i = 0; entry->holders[i] != NULL; i++)
    json_builder_add_string_value (builder, entry->holders[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (Inventory *inventory)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *line = NULL;

  json_builder_begin_object (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "images"));
  for (guint i = 0; i < inventory->images->len; i++)
    add_image_json (builder, g_ptr_array_index (inventory->images, i));
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "bases"));
  for (guint i = 0; i < inventory->bases->len; i++)
    add_base_json (builder, g_ptr_array_index (inventory->bases, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  line = cloche_json_to_line (root);
  g_print ("%s", line);
}

static int
fail (const GError *error)
{
  g_autofree char *text = cloche_cli_image_text (error);

  return cloche_cli_fail (error, text);
}

/**
 * cloche_cli_image_info:
 *
 * "clochectl image info [--json]": what there is, and who uses it. Fails if there is nothing.
 */
int
cloche_cli_image_info (ClocheCli *cli,
                       int        argc,
                       char     **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("Print one line of JSON"), NULL },
    { NULL }
  };
  g_autoptr (Inventory) inventory = NULL;
  g_autoptr (GError) error = NULL;

  if (!cloche_cli_parse_exact ("image info", entries, 0, &argc, &argv))
    return CLOCHE_CLI_USAGE;
  if ((inventory = take_inventory (cli, &error)) == NULL)
    return fail (error);

  if (json) {
    print_json (inventory);
    return CLOCHE_CLI_OK;
  }

  for (guint i = 0; i < inventory->images->len; i++)
    print_image (g_ptr_array_index (inventory->images, i));
  for (guint i = 0; i < inventory->bases->len; i++)
    print_base (g_ptr_array_index (inventory->bases, i));
  if (inventory->images->len == 0 && inventory->bases->len == 0) {
    g_printerr ("%s\n", _ ("There is no image yet. Build one: clochectl image build."));
    return CLOCHE_CLI_FAILED;
  }

  return CLOCHE_CLI_OK;
}

static gboolean
verify_image (ClocheCli         *cli,
              ClocheImageFolder *image,
              GError           **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  cloche_image_folder_verify_async (image, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_image_folder_verify_finish (image, result, error);
}

static gboolean
verify_base (ClocheCli       *cli,
             ClocheBaseEntry *entry,
             GError         **error)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;

  if (entry->folder == NULL) {
    g_propagate_error (error, g_error_copy (entry->error));
    return FALSE;
  }

  cloche_base_folder_verify_async (entry->folder, cli->cancellable, NULL, NULL, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);

  return cloche_base_folder_verify_finish (entry->folder, result, error);
}

/* Tells how one of them is; only a cancel ends the whole. */
static gboolean
report (const char *id,
        GError     *error,
        gboolean   *is_damaged)
{
  if (error == NULL) {
    /* Translators: the id of an image or a machine whose files are as they should be. */
    g_print (_ ("%s: good\n"), id);
    return TRUE;
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;

  *is_damaged = TRUE;
  /* Translators: the id of an image or a machine, and what is wrong with it. */
  g_print (_ ("%s: damaged. %s\n"), id, error->message);

  return TRUE;
}

/**
 * cloche_cli_image_verify:
 *
 * "clochectl image verify": compares every byte of what there is with what was built.
 */
int
cloche_cli_image_verify (ClocheCli *cli,
                         int        argc,
                         char     **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr (Inventory) inventory = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_damaged = FALSE;

  if (!cloche_cli_parse_exact ("image verify", entries, 0, &argc, &argv))
    return CLOCHE_CLI_USAGE;
  if ((inventory = take_inventory (cli, &error)) == NULL)
    return fail (error);

  for (guint i = 0; i < inventory->images->len; i++) {
    ClocheImageFolder *image = g_ptr_array_index (inventory->images, i);
    g_autoptr (GError) problem = NULL;

    (void) verify_image (cli, image, &problem); /* Told by the error. */
    if (!report (cloche_image_folder_get_id (image), problem, &is_damaged))
      return fail (problem);
  }
  for (guint i = 0; i < inventory->bases->len; i++) {
    ClocheBaseEntry *entry = g_ptr_array_index (inventory->bases, i);
    g_autoptr (GError) problem = NULL;

    (void) verify_base (cli, entry, &problem);  /* The same. */
    if (!report (entry->id, problem, &is_damaged))
      return fail (problem);
  }

  return is_damaged ? CLOCHE_CLI_FAILED : CLOCHE_CLI_OK;
}

static gboolean
is_newest (Inventory        *inventory,
           ClocheBaseFolder *folder)
{
  const ClocheMachineShape *shape = cloche_base_folder_get_shape (folder);
  g_autoptr (ClocheBaseFolder) newest = cloche_base_store_newest (inventory->store, shape->qemu_version,
                                                                  shape->accelerator, shape->size, NULL);

  return newest != NULL && g_str_equal (cloche_base_folder_get_id (newest), cloche_base_folder_get_id (folder));
}

/* What the next conversation starts from is in use although nobody holds it now; of two versions of QEMU, each has its own. */
static GPtrArray *
find_newest_bases (Inventory *inventory)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < inventory->bases->len; i++) {
    ClocheBaseEntry *entry = g_ptr_array_index (inventory->bases, i);

    if (entry->folder != NULL && is_newest (inventory, entry->folder))
      g_ptr_array_add (ids, entry->id);
  }

  return ids;
}

static void
print_removed (GPtrArray *ids)
{
  for (guint i = 0; i < ids->len; i++)
    /* Translators: the id of an image or a machine that nobody needed any more. */
    g_print (_ ("Removed %s\n"), (const char *) g_ptr_array_index (ids, i));
}

/**
 * cloche_cli_image_gc:
 *
 * "clochectl image gc": removes what nobody needs, and says who holds the rest.
 */
int
cloche_cli_image_gc (ClocheCli *cli,
                     int        argc,
                     char     **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr (Inventory) inventory = NULL;
  g_autoptr (Inventory) rest = NULL;
  g_autoptr (GPtrArray) images = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) bases = NULL;
  g_autoptr (GError) error = NULL;

  if (!cloche_cli_parse_exact ("image gc", entries, 0, &argc, &argv))
    return CLOCHE_CLI_USAGE;

  if ((inventory = take_inventory (cli, &error)) == NULL ||
      (images = cloche_image_store_collect (cloche_paths_get_data_dir (cli->paths),
                                            cloche_paths_get_cache_dir (cli->paths), &error)) == NULL ||
      (kept = find_newest_bases (inventory)) == NULL ||
      (bases = cloche_base_store_collect (inventory->store, kept, &error)) == NULL ||
      (rest = take_inventory (cli, &error)) == NULL)
    return fail (error);

  print_removed (images);
  print_removed (bases);
  for (guint i = 0; i < rest->bases->len; i++)
    print_base (g_ptr_array_index (rest->bases, i));

  return CLOCHE_CLI_OK;
}
