/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-downloads.h"

#include "cloche-places.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCOUNT "browser"

/* Of the browser's account; its files belong to the user's group, which may delete and change them. */
#define MODE 02775

static int
hand_over (cloche_agent *agent,
           int           fd)
{
  char path[32];
  cloche_account account;
  struct stat status;
  int result = cloche_account_look_up (ACCOUNT, &account);

  if (result < 0)
    return result;
  if (fstat (fd, &status) < 0)
    return -errno;
  if (status.st_uid == account.uid)
    return 0;
  if (status.st_uid != agent->user.uid)
    return -EPERM;
  (void) snprintf (path, sizeof path, "/proc/self/fd/%d", fd); /* The descriptor was opened for its place only. */
  if (fchownat (fd, "", account.uid, agent->user.gid, AT_EMPTY_PATH) < 0 || chmod (path, MODE) < 0)
    return -errno;
  return 0;
}

int
cloche_downloads_open_up (cloche_agent *agent)
{
  const char *name;
  int fd, result;

  if (!agent->is_init)
    return 0;
  fd = cloche_places_open_parent (agent, "/workspace/downloads/any", &name);
  if (fd < 0)
    return fd;
  result = hand_over (agent, fd);
  (void) close (fd);
  return result;
}
