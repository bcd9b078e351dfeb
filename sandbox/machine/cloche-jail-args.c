/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-jail-args.h"

/*
 * The jail's command line, as pure data: bubblewrap (a file system that holds nothing but the program, its libraries and
 * its firmware; no network, no other process in sight), inside it our launcher (Landlock, seccomp, limits), inside it QEMU.
 *
 * Libraries and firmware are bound as the folders that hold them: fifty single files cost 50 ms a start, and what else is
 * in /usr/lib is public. There is no /dev: QEMU needs no device, or just one. /proc is there because QEMU opens the
 * machine's RAM by /proc/self/fd; it shows only this process.
 */

#define FORMATTED(argv, ...)                              \
  G_STMT_START {                                          \
    g_autofree char *_text = g_strdup_printf (__VA_ARGS__); \
    g_strv_builder_add (argv, _text);                     \
  } G_STMT_END

static void
add_bind (GStrvBuilder *argv,
          const char   *option,
          const char   *path)
{
  g_strv_builder_add_many (argv, option, path, path, NULL);
}

static void
add_bubblewrap (GStrvBuilder         *argv,
                const ClocheJailArgs *args)
{
  const ClocheQemuProgram *program = args->program;

  g_strv_builder_add_many (argv, args->bwrap, "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL",
                           "--die-with-parent", "--new-session", "--as-pid-1", "--hostname", "cloche", NULL);
  for (gsize i = 0; program->links[i] != NULL && program->links[i + 1] != NULL; i += 2)
    g_strv_builder_add_many (argv, "--symlink", program->links[i + 1], program->links[i], NULL);
  for (gsize i = 0; program->folders[i] != NULL; i++)
    add_bind (argv, "--ro-bind", program->folders[i]);
  add_bind (argv, "--ro-bind-try", "/etc/ld.so.cache");
  add_bind (argv, "--ro-bind", program->path);
  add_bind (argv, "--ro-bind", args->launcher);
  if (args->device != NULL)
    add_bind (argv, "--dev-bind", args->device);
  g_strv_builder_add_many (argv, "--proc", "/proc", "--remount-ro", "/", "--info-fd", NULL);
  FORMATTED (argv, "%d", args->info_fd);
  g_strv_builder_add (argv, "--");
}

static void
add_launcher (GStrvBuilder         *argv,
              const ClocheJailArgs *args)
{
  static const char *const FD_OPTIONS[] = {
    [CLOCHE_JAIL_FD_KEEP] = "keep",
    [CLOCHE_JAIL_FD_READ] = "keep-read",
    [CLOCHE_JAIL_FD_WRITE] = "keep-write",
  };

  g_strv_builder_add (argv, args->launcher);
  for (gsize i = 0; i < args->n_fds; i++)
    FORMATTED (argv, "--%s=%d", FD_OPTIONS[args->fds[i].access], args->fds[i].fd);
  for (gsize i = 0; args->program->folders[i] != NULL; i++)
    FORMATTED (argv, "--read=%s", args->program->folders[i]);
  FORMATTED (argv, "--execute=%s", args->program->loader);
  g_strv_builder_add (argv, "--read-try=/etc/ld.so.cache");
  if (args->device != NULL)
    FORMATTED (argv, "--write=%s", args->device);
  if (args->file_bytes > 0)
    FORMATTED (argv, "--file-bytes=%" G_GUINT64_FORMAT, args->file_bytes);
  if (args->die_with_fd >= 0)
    FORMATTED (argv, "--die-with=%d", args->die_with_fd);
  if (!args->has_landlock)
    g_strv_builder_add (argv, "--without-landlock");
  g_strv_builder_add (argv, "--");
}

/**
 * cloche_jail_args_build:
 * @command: what is confined, with its arguments
 *
 * The whole argv; what to run is its first element.
 */
GStrv
cloche_jail_args_build (const ClocheJailArgs *args,
                        const char *const    *command)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  g_return_val_if_fail (args != NULL, NULL);
  g_return_val_if_fail (command != NULL, NULL);

  if (args->form == CLOCHE_JAIL_FORM_FULL)
    add_bubblewrap (argv, args);
  add_launcher (argv, args);
  g_strv_builder_addv (argv, (const char **) command);

  return g_strv_builder_end (argv);
}
