/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-recipe.h"

#include "cloche-fd.h"
#include "cloche-image-error.h"

#include <fcntl.h>
#include <string.h>

/* Counts up when the builder makes something else from the same recipe: it is part of the key. */
#define BUILDER_VERSION "1"

/* bytes: far more than a list that a person reads. */
#define FILE_MAX_BYTES (256 * 1024)

struct _ClocheImageRecipe
{
  char *suite;
  GStrv packages;
  GStrv path_rules;     /* "path-exclude=…" and "path-include=…", as dpkg takes them */
  GStrv modules;
  char *script;         /* absolute path of customise.sh */
  char *key;            /* SHA-256, lower-case hex: equal keys make equal roots, but for newer packages */
};

static char *
read_part (int         dir_fd,
           const char *name,
           GChecksum  *checksum,
           GError    **error)
{
  g_autoptr (GBytes) bytes = cloche_read_file_at (dir_fd, name, FILE_MAX_BYTES, error);
  const char *text;
  gsize length;

  if (bytes == NULL)
    return NULL;

  text = g_bytes_get_data (bytes, &length);
  if (!g_utf8_validate_len (text, length, NULL)) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE, "“%s” is not text", name);
    return NULL;
  }

  /* Name and length are part of it, so that no two recipes read the same when put end to end. */
  {
    g_autofree char *head = g_strdup_printf ("%s %" G_GSIZE_FORMAT "\n", name, length);

    g_checksum_update (checksum, (const guchar *) head, -1);
    g_checksum_update (checksum, (const guchar *) text, (gssize) length);
  }

  return g_strndup (text, length);
}

/* The lines of a list without comments and blank ones. */
static GStrv
read_list (int         dir_fd,
           const char *name,
           GChecksum  *checksum,
           GError    **error)
{
  g_autofree char *text = read_part (dir_fd, name, checksum, error);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize n = 0;

  if (text == NULL)
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    const char *line = g_strstrip (lines[i]);

    if (*line == '\0' || *line == '#')
      continue;
    if (strpbrk (line, " \t,\"'") != NULL) {
      g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE,
                   "“%s”, line %" G_GSIZE_FORMAT ": one word a line", name, i + 1);
      return NULL;
    }
    g_strv_builder_add (builder, line);
    n++;
  }

  if (n == 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE, "“%s” names nothing", name);
    return NULL;
  }

  return g_strv_builder_end (builder);
}

static GStrv
make_path_rules (const char *const *patterns)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; patterns[i] != NULL; i++) {
    gboolean is_include = patterns[i][0] == '+';
    g_autofree char *rule = g_strconcat (is_include ? "path-include=" : "path-exclude=",
                                         patterns[i] + (is_include ? 1 : 0), NULL);

    g_strv_builder_add (builder, rule);
  }

  return g_strv_builder_end (builder);
}

/**
 * cloche_image_recipe_load:
 * @path: the folder that holds suite, packages.list, exclude.list, modules.list and customise.sh
 *
 * Errors: %CLOCHE_IMAGE_ERROR_RECIPE, %G_IO_ERROR.
 */
ClocheImageRecipe *
cloche_image_recipe_load (const char *path,
                          GError    **error)
{
  g_autoptr (ClocheImageRecipe) self = g_new0 (ClocheImageRecipe, 1);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *script_text = NULL;
  g_auto (GStrv) patterns = NULL;
  cloche_autofd int dir_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (dir_fd < 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE, "There is no folder “%s”", path);
    return NULL;
  }

  g_checksum_update (checksum, (const guchar *) "builder " BUILDER_VERSION "\n", -1);
  self->suite = read_part (dir_fd, "suite", checksum, error);
  if (self->suite == NULL)
    return NULL;
  g_strstrip (self->suite);

  if ((self->packages = read_list (dir_fd, "packages.list", checksum, error)) == NULL ||
      (patterns = read_list (dir_fd, "exclude.list", checksum, error)) == NULL ||
      (self->modules = read_list (dir_fd, "modules.list", checksum, error)) == NULL ||
      (script_text = read_part (dir_fd, "customise.sh", checksum, error)) == NULL)
    return NULL;

  self->path_rules = make_path_rules ((const char *const *) patterns);
  self->script = g_build_filename (path, "customise.sh", NULL);
  self->key = g_strdup (g_checksum_get_string (checksum));

  return g_steal_pointer (&self);
}

void
cloche_image_recipe_free (ClocheImageRecipe *self)
{
  g_free (self->suite);
  g_strfreev (self->packages);
  g_strfreev (self->path_rules);
  g_strfreev (self->modules);
  g_free (self->script);
  g_free (self->key);
  g_free (self);
}

const char *
cloche_image_recipe_get_suite (const ClocheImageRecipe *self)
{
  return self->suite;
}

const char *const *
cloche_image_recipe_get_packages (const ClocheImageRecipe *self)
{
  return (const char *const *) self->packages;
}

/**
 * cloche_image_recipe_get_path_rules:
 *
 * Settings of dpkg, in order: a later one wins.
 */
const char *const *
cloche_image_recipe_get_path_rules (const ClocheImageRecipe *self)
{
  return (const char *const *) self->path_rules;
}

/**
 * cloche_image_recipe_get_modules:
 *
 * Names of kernel modules in the order in which the initrd loads them, without what they depend on.
 */
const char *const *
cloche_image_recipe_get_modules (const ClocheImageRecipe *self)
{
  return (const char *const *) self->modules;
}

const char *
cloche_image_recipe_get_script (const ClocheImageRecipe *self)
{
  return self->script;
}

/**
 * cloche_image_recipe_get_key:
 *
 * SHA-256 in hex of everything that the recipe says.
 */
const char *
cloche_image_recipe_get_key (const ClocheImageRecipe *self)
{
  return self->key;
}
