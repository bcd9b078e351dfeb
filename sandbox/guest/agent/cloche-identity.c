/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-identity.h"

#include "cloche-alloc.h"
#include "cloche-console.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo/"

static bool
consists_of (const char *text,
             const char *characters,
             size_t      max)
{
  size_t length = strnlen (text, max + 1);

  return length >= 1 && length <= max && strspn (text, characters) == length;
}

bool
cloche_identity_is_valid (const cloche_identity *self)
{
  return consists_of (self->hostname, "abcdefghijklmnopqrstuvwxyz0123456789-", 63) && self->hostname[0] != '-' &&
         consists_of (self->machine_id, "0123456789abcdef", 32) && strlen (self->machine_id) == 32 &&
         consists_of (self->locale, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.@-", 31) &&
         consists_of (self->timezone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/", 63) &&
         self->timezone[0] != '/';
}

static int
replace_text (const char *path,
              char       *text)
{
  int result = cloche_text_file_replace (path, text, strlen (text), 0644);

  if (result < 0)
    cloche_console_say ("%s: %s", path, strerror (-result));
  free (text);
  return result;
}

static int
apply_names (const cloche_identity *self)
{
  int result;

  if (sethostname (self->hostname, strlen (self->hostname)) < 0)
    return -errno;
  result = replace_text ("/etc/hostname", cloche_format ("%s\n", self->hostname));
  if (result == 0)
    result = replace_text ("/etc/hosts", cloche_format ("127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost "
                                                        "ip6-loopback\n", self->hostname));
  if (result == 0)
    result = replace_text ("/etc/machine-id", cloche_format ("%s\n", self->machine_id));
  return result;
}

/* Debian has C.UTF-8 compiled in; others only where somebody has generated them. */
static void
apply_locale (const cloche_identity *self,
              cloche_agent          *agent)
{
  char *folder = cloche_format ("/usr/lib/locale/%s", self->locale);
  bool is_there = access (folder, F_OK) == 0;

  free (folder);
  (void) snprintf (agent->locale, sizeof agent->locale, "%s", is_there ? self->locale : "C.UTF-8");
  (void) replace_text ("/etc/default/locale", cloche_format ("LANG=%s\n", agent->locale));
}

static void
apply_timezone (const cloche_identity *self)
{
  char *zone = cloche_format (ZONES "%s", self->timezone);

  /* No "..": a name that leaves the folder is not one. */
  if (strstr (self->timezone, "..") == NULL && access (zone, F_OK) == 0) {
    (void) unlink ("/etc/localtime"); /* It may not be there. */
    if (symlink (zone, "/etc/localtime") < 0)
      cloche_console_say ("/etc/localtime: %s", strerror (errno));
    (void) replace_text ("/etc/timezone", cloche_format ("%s\n", self->timezone));
  }
  free (zone);
}

int
cloche_identity_apply (const cloche_identity *self,
                       cloche_agent          *agent)
{
  apply_locale (self, agent);
  apply_timezone (self);
  return apply_names (self);
}
