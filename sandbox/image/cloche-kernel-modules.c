/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-kernel-modules.h"

#include "cloche-image-error.h"

#include <string.h>

/* "kernel/fs/erofs/erofs.ko.xz" → "erofs". The kernel takes "-" and "_" for the same in names. */
static char *
module_name (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  char *dot = strstr (name, ".ko");

  if (dot != NULL)
    *dot = '\0';

  return g_strdelimit (g_steal_pointer (&name), "-", '_');
}

/* name → array of paths: the module's own first, then all that it depends on, the deepest last: modules.dep(5). */
static GHashTable *
parse_dependencies (const char *modules_dep)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
  g_auto (GStrv) lines = g_strsplit (modules_dep, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (lines[i], ":", 2);

    if (parts[0] == NULL || parts[1] == NULL)
      continue;
    lines[i][strlen (parts[0])] = ' ';
    g_hash_table_replace (table, module_name (parts[0]), g_strsplit_set (g_strstrip (lines[i]), " ", -1));
  }

  return g_steal_pointer (&table);
}

static gboolean
is_builtin (const char *modules_builtin,
            const char *name)
{
  g_auto (GStrv) lines = g_strsplit (modules_builtin, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    g_autofree char *builtin = module_name (lines[i]);

    if (strcmp (builtin, name) == 0)
      return TRUE;
  }

  return FALSE;
}

/**
 * cloche_kernel_modules_resolve:
 * @modules_dep: the content of a kernel's modules.dep
 * @modules_builtin: the content of its modules.builtin
 * @names: modules to load, in this order
 *
 * Returns: (element-type utf8): paths relative to the kernel's module folder in the order in which each can be loaded,
 * every one once. Names that are built into the kernel give none.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_RECIPE if the kernel has no such module.
 */
GPtrArray *
cloche_kernel_modules_resolve (const char        *modules_dep,
                               const char        *modules_builtin,
                               const char *const *names,
                               GError           **error)
{
  g_autoptr (GHashTable) table = parse_dependencies (modules_dep);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; names[i] != NULL; i++) {
    g_autofree char *name = module_name (names[i]);
    const char *const *chain = g_hash_table_lookup (table, name);

    if (chain == NULL && !is_builtin (modules_builtin, name)) {
      g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE, "The kernel has no module “%s”", name);
      return NULL;
    }

    for (gsize n = chain != NULL ? g_strv_length ((char **) chain) : 0; n > 0; n--)
      if (chain[n - 1][0] != '\0' && !g_ptr_array_find_with_equal_func (paths, chain[n - 1], g_str_equal, NULL))
        g_ptr_array_add (paths, g_strdup (chain[n - 1]));
  }

  return g_steal_pointer (&paths);
}
