/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-process-memory.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* bytes: more than the kernel writes there. */
#define MAX_FILE_BYTES 4096

int
cloche_process_memory_open (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", (int) pid);

  return open (path, O_RDONLY | O_CLOEXEC);
}

guint64
cloche_process_memory_read (int fd)
{
  char text[MAX_FILE_BYTES] = "";
  const char *line;

  if (fd < 0 || pread (fd, text, sizeof text - 1, 0) < 0)
    return 0;

  line = strstr (text, "\nAnonymous:");

  return line != NULL ? g_ascii_strtoull (line + strlen ("\nAnonymous:"), NULL, 10) * 1024 : 0;
}
