/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-places.h"

#include "cloche-alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const places[] = { "/workspace", "/home/user", "/tmp" };

void
cloche_places_enter (cloche_agent *agent)
{
  if (!agent->is_init)
    return;
  (void) setfsgid (agent->user.gid); /* Neither can fail for root, and with the id go root's rights on files. */
  (void) setfsuid (agent->user.uid);
}

void
cloche_places_leave (cloche_agent *agent)
{
  if (!agent->is_init)
    return;
  (void) setfsuid (0);
  (void) setfsgid (0);
}

static int
open_beneath (int         folder,
              const char *path,
              int         flags)
{
  struct open_how how = {
    .flags = (uint64_t) (unsigned) flags | O_CLOEXEC,
    .mode = (flags & O_CREAT) != 0 ? 0600 : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
  };
  long fd;

  /* EAGAIN: a rename raced with the resolution and the kernel asks to be asked again: openat2(2). */
  do
    fd = syscall (SYS_openat2, folder, path, &how, sizeof how);
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return fd < 0 ? -errno : (int) fd;
}

int
cloche_places_open_root (cloche_agent *agent,
                         const char   *path,
                         const char  **ret_rest)
{
  if (path[0] != '/' || strlen (path) >= CLOCHE_AGENT_PATH_BYTES)
    return -EINVAL;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    size_t length = strlen (places[i]);
    char *place;
    int fd;

    if (strncmp (path, places[i], length) != 0 || (path[length] != '/' && path[length] != '\0'))
      continue;
    place = cloche_format ("%s%s", agent->root, places[i]);
    fd = open (place, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free (place);
    path += length;
    path += strspn (path, "/");
    *ret_rest = path[0] != '\0' ? path : ".";
    return fd < 0 ? -errno : fd;
  }
  return -EACCES;
}

int
cloche_places_open (cloche_agent *agent,
                    const char   *path,
                    int           flags)
{
  const char *rest;
  int folder = cloche_places_open_root (agent, path, &rest);
  int fd;

  if (folder < 0)
    return folder;
  cloche_places_enter (agent);
  fd = open_beneath (folder, rest, flags);
  cloche_places_leave (agent);
  (void) close (folder);
  return fd;
}

/* Opens the folder @name in @parent, making it if need be. Consumes @parent. */
static int
descend (int         parent,
         const char *name)
{
  int fd;

  (void) mkdirat (parent, name, 0755); /* It may be there; if not, the next call says why. */
  fd = open_beneath (parent, name, O_PATH | O_DIRECTORY);
  (void) close (parent);
  return fd;
}

int
cloche_places_open_parent (cloche_agent *agent,
                           const char   *path,
                           const char  **ret_name)
{
  const char *rest;
  const char *slash;
  char name[256];
  int fd = cloche_places_open_root (agent, path, &rest);

  cloche_places_enter (agent);
  while (fd >= 0 && (slash = strchr (rest, '/')) != NULL) {
    size_t length = (size_t) (slash - rest);

    if (length >= sizeof name || (length == 2 && memcmp (rest, "..", 2) == 0)) {
      (void) close (fd);
      fd = -EINVAL;
      break;
    }
    memcpy (name, rest, length);
    name[length] = '\0';
    fd = descend (fd, name);
    rest = slash + strspn (slash, "/");
  }
  cloche_places_leave (agent);
  if (fd >= 0 && (rest[0] == '\0' || strcmp (rest, ".") == 0 || strcmp (rest, "..") == 0)) {
    (void) close (fd);
    fd = -EINVAL;
  }
  *ret_name = rest;
  return fd;
}
