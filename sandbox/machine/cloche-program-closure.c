/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-program-closure.h"

#include "cloche-machine-error.h"

#include <stdlib.h>
#include <string.h>

/*
 * The dynamic loader itself says what it would load (LD_TRACE_LOADED_OBJECTS, ld.so(8)): the only answer that is right on
 * every distribution. It is asked of QEMU and of our launcher, programs that we run anyway.
 */
struct _ClocheProgramClosure
{
  char *loader;
  GHashTable *folders;          /* set of paths without symbolic links */
  GHashTable *links;            /* path of a link → what it says */
};

ClocheProgramClosure *
cloche_program_closure_new (void)
{
  ClocheProgramClosure *self = g_new0 (ClocheProgramClosure, 1);

  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
cloche_program_closure_free (ClocheProgramClosure *self)
{
  if (self == NULL)
    return;

  g_free (self->loader);
  g_hash_table_unref (self->folders);
  g_hash_table_unref (self->links);
  g_free (self);
}

/* Notes the links among the folders that lead to @path; their targets' own links are on the way of another path, or of
 * realpath()'s answer, which has none. */
static void
note_links (ClocheProgramClosure *self,
            const char           *path)
{
  for (const char *slash = strchr (path + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
    g_autofree char *prefix = g_strndup (path, (gsize) (slash - path));
    g_autofree char *target = g_file_read_link (prefix, NULL);

    if (target != NULL) {
      g_hash_table_replace (self->links, g_steal_pointer (&prefix), g_steal_pointer (&target));
      return;
    }
  }
}

/**
 * cloche_program_closure_add_folder:
 *
 * Adds a folder, wherever it leads; one that does not exist is left out.
 */
void
cloche_program_closure_add_folder (ClocheProgramClosure *self,
                                   const char           *path)
{
  g_autofree char *canonical = g_canonicalize_filename (path, "/");
  g_autofree char *below = g_strconcat (canonical, "/", NULL);
  char *real = realpath (path, NULL);

  if (real == NULL)
    return;

  note_links (self, below);
  g_hash_table_add (self->folders, g_strdup (real));
  free (real);
}

/**
 * cloche_program_closure_add_file:
 *
 * Adds the folder that names a file and the one that holds it; a file that does not exist is left out.
 */
void
cloche_program_closure_add_file (ClocheProgramClosure *self,
                                 const char           *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *real_folder = NULL;
  char *real = realpath (path, NULL);

  if (real == NULL)
    return;

  real_folder = g_path_get_dirname (real);
  free (real);
  cloche_program_closure_add_folder (self, folder);
  cloche_program_closure_add_folder (self, real_folder);
}

/* "\tlibc.so.6 => /lib/…/libc.so.6 (0x…)", "\t/lib64/ld-linux-x86-64.so.2 (0x…)", "\tlinux-vdso.so.1 (0x…)" */
static void
take_line (ClocheProgramClosure *self,
           const char           *line)
{
  const char *arrow = strstr (line, " => ");
  const char *start = arrow != NULL ? arrow + 4 : line + strspn (line, "\t ");
  const char *end = strstr (start, " (0x");
  g_autofree char *path = NULL;

  if (*start != '/' || end == NULL)
    return;

  path = g_strndup (start, (gsize) (end - start));
  if (arrow == NULL && self->loader == NULL)
    self->loader = g_strdup (path);
  cloche_program_closure_add_file (self, path);
}

/**
 * cloche_program_closure_add_program:
 *
 * Adds the libraries and the loader of a program. Waits for a process: not for a main loop.
 *
 * Errors: %G_IO_ERROR; %CLOCHE_MACHINE_ERROR_NO_JAIL if the loader does not tell, as with a static program.
 */
gboolean
cloche_program_closure_add_program (ClocheProgramClosure *self,
                                    const char           *path,
                                    GCancellable         *cancellable,
                                    GError              **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;

  g_subprocess_launcher_setenv (launcher, "LD_TRACE_LOADED_OBJECTS", "1", TRUE);
  process = g_subprocess_launcher_spawn (launcher, error, path, NULL);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, cancellable, &out, NULL, error))
    return FALSE;

  lines = g_strsplit (out, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    take_line (self, lines[i]);

  if (self->loader == NULL) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_JAIL,
                 "The loader of “%s” does not say what it needs", path);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_program_closure_get_loader:
 *
 * Returns the ELF interpreter as the program names it, or %NULL before a program was added.
 */
const char *
cloche_program_closure_get_loader (ClocheProgramClosure *self)
{
  return self->loader;
}

static gboolean
is_below (const char *path,
          const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == '/';
}

static int
compare_cb (gconstpointer a,
            gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * cloche_program_closure_dup_folders:
 *
 * The folders, sorted; none lies in another.
 */
GStrv
cloche_program_closure_dup_folders (ClocheProgramClosure *self)
{
  guint n;
  g_autofree const char **all = (const char **) g_hash_table_get_keys_as_array (self->folders, &n);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *last = NULL;

  qsort (all, n, sizeof *all, compare_cb);
  for (guint i = 0; i < n; i++) {
    if (last != NULL && is_below (all[i], last))
      continue;
    last = all[i];
    g_strv_builder_add (builder, last);
  }

  return g_strv_builder_end (builder);
}

/**
 * cloche_program_closure_dup_links:
 *
 * Pairs: path of a link, what it says.
 */
GStrv
cloche_program_closure_dup_links (ClocheProgramClosure *self)
{
  guint n;
  g_autofree const char **all = (const char **) g_hash_table_get_keys_as_array (self->links, &n);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  qsort (all, n, sizeof *all, compare_cb);
  for (guint i = 0; i < n; i++)
    g_strv_builder_add_many (builder, all[i], (const char *) g_hash_table_lookup (self->links, all[i]), NULL);

  return g_strv_builder_end (builder);
}
