/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-bootstrap.h"

#include <stdlib.h>
#include <string.h>

/* The first of apt's two runs installs what is essential: some 60 of 900 packages. */
#define SHARE_ESSENTIAL 0.08
/* How the time goes, measured: fetching 30 s, unpacking 40 s, configuring 45 s on two cores. */
#define SHARE_FETCHED    0.27
#define SHARE_UNPACKED   0.34
#define SHARE_CONFIGURED 0.39

static void
add_option (GStrvBuilder *builder,
            const char   *option,
            const char   *value)
{
  g_autofree char *argument = g_strconcat (option, value, NULL);

  g_strv_builder_add (builder, argument);
}

/*
 * How the host's apt reaches its mirrors (proxy, certificates, retries) is how ours does. Lines of "apt-config dump" are
 * settings that apt reads as they are.
 */
static void
add_transport (GStrvBuilder *builder,
               const char   *apt_config_dump)
{
  static const char *const KEPT[] = {
    "Acquire::http::", "Acquire::https::", "Acquire::Retries", "Acquire::ForceIPv4", "Acquire::ForceIPv6",
    "Acquire::Check-Date", "Acquire::Check-Valid-Until",
  };
  g_auto (GStrv) lines = g_strsplit (apt_config_dump, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (KEPT); j++)
      if (g_str_has_prefix (lines[i], KEPT[j]) && !g_str_has_suffix (lines[i], "\"\";"))
        add_option (builder, "--aptopt=", lines[i]);
}

static void
add_source (GStrvBuilder *builder,
            const char   *uri,
            const char   *suite,
            const char   *ending)
{
  g_autofree char *line = g_strdup_printf ("deb %s %s%s main", uri, suite, ending);

  g_strv_builder_add (builder, line);
}

/**
 * cloche_bootstrap_build_argv:
 * @apt_config_dump: what "apt-config dump" prints on this host
 * @tree_path: absolute path of a folder that does not exist yet
 *
 * The command that makes the tree and customises it, to be run as root of some namespace.
 */
GStrv
cloche_bootstrap_build_argv (const ClocheImageRecipe *recipe,
                             const ClocheAptMirror   *mirror,
                             const char              *apt_config_dump,
                             const char              *tree_path)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *const *rules = cloche_image_recipe_get_path_rules (recipe);
  const char *suite = cloche_image_recipe_get_suite (recipe);
  g_autofree char *packages = g_strjoinv (",", (char **) cloche_image_recipe_get_packages (recipe));

  /* Root of a user namespace is root enough: "unshare" would make a namespace in the namespace. */
  g_strv_builder_add_many (builder, "mmdebstrap", "--mode=root", "--format=directory", "--variant=minbase", "--verbose", NULL);
  add_option (builder, "--aptopt=", "APT::Install-Recommends \"false\"");
  add_option (builder, "--aptopt=", "Acquire::Languages \"none\"");
  add_transport (builder, apt_config_dump);
  for (gsize i = 0; rules[i] != NULL; i++)
    add_option (builder, "--dpkgopt=", rules[i]);
  add_option (builder, "--dpkgopt=", "force-unsafe-io");
  add_option (builder, "--include=", packages);
  add_option (builder, "--customize-hook=", cloche_image_recipe_get_script (recipe));
  g_strv_builder_add_many (builder, suite, tree_path, NULL);

  add_source (builder, mirror->archive, suite, "");
  add_source (builder, mirror->archive, suite, "-updates");
  if (mirror->security != NULL)
    add_source (builder, mirror->security, suite, "-security");

  return g_strv_builder_end (builder);
}

/**
 * cloche_bootstrap_build_environment:
 *
 * What customise.sh reads: names and values in turn.
 */
GStrv
cloche_bootstrap_build_environment (const ClocheImageRecipe *recipe,
                                    const ClocheAptMirror   *mirror)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add_many (builder,
                           "CLOCHE_SUITE", cloche_image_recipe_get_suite (recipe),
                           "CLOCHE_MIRROR", mirror->archive,
                           "CLOCHE_SECURITY_MIRROR", mirror->security != NULL ? mirror->security : "",
                           /* No debconf questions, and no services started in the tree. */
                           "DEBIAN_FRONTEND", "noninteractive",
                           NULL);

  return g_strv_builder_end (builder);
}

/**
 * cloche_bootstrap_progress_feed:
 * @line: one line of mmdebstrap's verbose output
 *
 * Returns: how much is done, 0…1.
 */
double
cloche_bootstrap_progress_feed (ClocheBootstrapProgress *self,
                                const char              *line)
{
  double done;

  /* "0 upgraded, 758 newly installed, 0 to remove and 0 not upgraded.": apt says so at the start of each of its runs. */
  if (g_str_has_prefix (line, "0 upgraded, ")) {
    *self = (ClocheBootstrapProgress) {
      .run = self->run + 1,
      .packages = (guint) CLAMP (strtol (line + strlen ("0 upgraded, "), NULL, 10), 1, 100000),
    };
  } else if (g_str_has_prefix (line, "Get:")) {
    self->fetched++;
  } else if (g_str_has_prefix (line, "Unpacking ")) {
    self->unpacked++;
  } else if (g_str_has_prefix (line, "Setting up ")) {
    self->configured++;
  }

  if (self->packages == 0)
    return 0;

  done = SHARE_FETCHED * MIN (self->fetched, self->packages) / self->packages +
         SHARE_UNPACKED * MIN (self->unpacked, self->packages) / self->packages +
         SHARE_CONFIGURED * MIN (self->configured, self->packages) / self->packages;

  return self->run == 1 ? SHARE_ESSENTIAL * done : SHARE_ESSENTIAL + (1 - SHARE_ESSENTIAL) * done;
}
