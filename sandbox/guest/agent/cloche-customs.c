/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-customs.h"

#include "cloche-alloc.h"
#include "cloche-registries.h"
#include "cloche-text-file.h"
#include "cloche-trust.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo/"
#define LINK "/etc/localtime"

/* characters: the longest name of a zone has 32. */
#define MAX_ZONE 63

bool
cloche_customs_are_valid (const cloche_customs *self)
{
  size_t length = strnlen (self->timezone, MAX_ZONE + 1);

  return length >= 1 && length <= MAX_ZONE && self->timezone[0] != '/' && strstr (self->timezone, "..") == NULL &&
         strspn (self->timezone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == length &&
         (self->npm_registry == NULL || cloche_registry_is_valid (self->npm_registry)) &&
         (self->pip_index == NULL || cloche_registry_is_valid (self->pip_index));
}

static bool
is_in_force (const char *zone_path)
{
  char target[PATH_MAX];
  ssize_t length = readlink (LINK, target, sizeof target - 1);

  if (length < 0)
    return false;
  target[length] = '\0';
  return strcmp (target, zone_path) == 0;
}

static int
link_zone (const char *zone_path,
           const char *root)
{
  char *link = cloche_format ("%s" LINK, root);
  int result = 0;

  (void) unlink (link);         /* It may not be there. */
  if (symlink (zone_path, link) < 0)
    result = -errno;
  free (link);
  return result;
}

static int
adopt_timezone (const char *timezone,
                const char *root)
{
  char *zone_path = cloche_format (ZONES "%s", timezone);
  char *name_path = cloche_format ("%s/etc/timezone", root);
  char *line = cloche_format ("%s\n", timezone);
  int result = 0;

  if (access (zone_path, F_OK) == 0 && !is_in_force (zone_path)) {
    result = link_zone (zone_path, root);
    if (result == 0)
      result = cloche_text_file_replace (name_path, line, strlen (line), 0644);
  }
  free (line);
  free (name_path);
  free (zone_path);
  return result;
}

int
cloche_customs_adopt (const cloche_customs *self,
                      const char           *root)
{
  int result = adopt_timezone (self->timezone, root);

  if (result == 0 && self->ca_bundle != NULL)
    result = cloche_trust_add (self->ca_bundle, strlen (self->ca_bundle), root);
  if (result == 0)
    result = cloche_registries_adopt (self->npm_registry, self->pip_index, root);
  return result;
}
