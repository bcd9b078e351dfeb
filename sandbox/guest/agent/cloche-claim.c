/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-claim.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bounds of the search: with more, the claim stays empty. */
#define MAX_PROCESSES 4096
#define MAX_DESCRIPTORS 1024

/* The inode of the TCP socket with local port @port, out of /proc/net/tcp or tcp6; 0: none. Its local address is not
 * compared: ports of a machine's own programs hardly collide, and it is a claim. */
static unsigned long
find_inode (const char *table,
            unsigned    port)
{
  char line[512];
  FILE *file = fopen (table, "re");
  unsigned long found = 0;

  while (file != NULL && found == 0 && fgets (line, sizeof line, file) != NULL) {
    unsigned local_port;
    unsigned long inode;

    if (sscanf (line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %*x %*x:%*x %*x:%*x %*x %*u %*u %lu", &local_port, &inode) == 2 &&
        local_port == port)
      found = inode;
  }
  if (file != NULL)
    (void) fclose (file);
  return found;
}

static bool
has_socket (const char *pid,
            const char *wanted)
{
  char path[64], target[64];
  DIR *folder;
  struct dirent *entry;
  bool is_found = false;

  (void) snprintf (path, sizeof path, "/proc/%.16s/fd", pid);
  folder = opendir (path);
  for (int i = 0; folder != NULL && !is_found && i < MAX_DESCRIPTORS && (entry = readdir (folder)) != NULL; i++) {
    ssize_t n = readlinkat (dirfd (folder), entry->d_name, target, sizeof target - 1);

    target[n > 0 ? n : 0] = '\0';
    is_found = strcmp (target, wanted) == 0;
  }
  if (folder != NULL)
    (void) closedir (folder);
  return is_found;
}

static void
read_name (const char *pid,
           char        program[CLOCHE_CLAIM_BYTES])
{
  char path[64];
  ssize_t n = -1;
  int fd;

  (void) snprintf (path, sizeof path, "/proc/%.16s/comm", pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    n = read (fd, program, CLOCHE_CLAIM_BYTES - 1);
    (void) close (fd);
  }
  program[n > 0 ? n : 0] = '\0';
  program[strcspn (program, "\n")] = '\0';
}

void
cloche_claim_find (const struct sockaddr *peer,
                   char                   program[CLOCHE_CLAIM_BYTES])
{
  bool is_v6 = peer->sa_family == AF_INET6;
  unsigned port = ntohs (is_v6 ? ((const struct sockaddr_in6 *) (const void *) peer)->sin6_port
                               : ((const struct sockaddr_in *) (const void *) peer)->sin_port);
  unsigned long inode = find_inode ("/proc/net/tcp", port);
  char wanted[32];
  DIR *processes;
  struct dirent *entry;

  program[0] = '\0';
  if (inode == 0)
    inode = find_inode ("/proc/net/tcp6", port);
  (void) snprintf (wanted, sizeof wanted, "socket:[%lu]", inode);
  processes = inode != 0 ? opendir ("/proc") : NULL;
  for (int i = 0; processes != NULL && i < MAX_PROCESSES && (entry = readdir (processes)) != NULL; i++) {
    if (!isdigit ((unsigned char) entry->d_name[0]) || strcmp (entry->d_name, "1") == 0 || !has_socket (entry->d_name, wanted))
      continue;
    read_name (entry->d_name, program);
    break;
  }
  if (processes != NULL)
    (void) closedir (processes);
}
