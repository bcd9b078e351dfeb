/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * list: what is below a folder, breadth first, so that a cut list still shows the top. Links are named, never followed.
 * Done in one go: the cap keeps it to some ten thousand system calls.
 */
#include "cloche-alloc.h"
#include "cloche-limits.h"
#include "cloche-ops.h"
#include "cloche-places.h"
#include "cloche-reply.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 16
#define MAX_ENTRIES 10000

/* bytes: of the answer's line; JSON may need six for one of a name. */
#define MAX_ANSWER_BYTES (CLOCHE_LIMIT_LINE_BYTES - 64 * 1024)

/* A folder that is still to be read. */
typedef struct folder
{
  char *path;
  int depth;
  struct folder *next;
} folder;

typedef struct
{
  json_t *entries;
  size_t max;
  size_t bytes;                 /* of the answer so far, at most */
  bool is_cut;
  int max_depth;
  folder *first;
  folder **end;
} listing;

static const char *
get_kind (mode_t mode)
{
  return S_ISREG (mode) ? "file" : S_ISDIR (mode) ? "folder" : S_ISLNK (mode) ? "link" : "other";
}

static void
push_folder (listing *self,
             char    *path,
             int      depth)
{
  folder *added = cloche_new (sizeof *added);

  added->path = path;
  added->depth = depth;
  *self->end = added;
  self->end = &added->next;
}

static void
add_entry (listing           *self,
           const folder      *parent,
           const char        *name,
           const struct stat *status)
{
  char *path = cloche_format ("%s%s%s", parent->path, parent->path[strlen (parent->path) - 1] == '/' ? "" : "/", name);
  size_t bytes = strlen (path) * 6 + 128;

  if (json_array_size (self->entries) >= self->max || self->bytes + bytes > MAX_ANSWER_BYTES) {
    self->is_cut = true;
    free (path);
    return;
  }
  self->bytes += bytes;
  (void) json_array_append_new (self->entries,
                                json_pack ("{s:o, s:s, s:I, s:I}", "path", cloche_json_text (path),
                                           "kind", get_kind (status->st_mode), "size", (json_int_t) status->st_size,
                                           "mtime_us",
                                           (json_int_t) status->st_mtim.tv_sec * 1000000 + status->st_mtim.tv_nsec / 1000));
  if (S_ISDIR (status->st_mode) && parent->depth < self->max_depth)
    push_folder (self, path, parent->depth + 1);
  else
    free (path);
}

/* Consumes @fd. */
static void
read_folder (cloche_agent *agent,
             listing      *self,
             const folder *at,
             int           fd)
{
  DIR *stream = fdopendir (fd);
  struct dirent *entry;
  struct stat status;

  if (stream == NULL) {
    (void) close (fd);
    return;
  }
  cloche_places_enter (agent);
  while (!self->is_cut && (entry = readdir (stream)) != NULL) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0 ||
        fstatat (fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
      continue;
    add_entry (self, at, entry->d_name, &status);
  }
  cloche_places_leave (agent);
  (void) closedir (stream);
}

void
cloche_op_list (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  const char *path = cloche_request_text (request, "path", "");
  int64_t depth = cloche_request_number (request, "depth", 1);
  int64_t max = cloche_request_number (request, "max", MAX_ENTRIES);
  listing self = {
    .max = max < 1 || max > MAX_ENTRIES ? MAX_ENTRIES : (size_t) max,
    .max_depth = depth < 1 ? 1 : depth > MAX_DEPTH ? MAX_DEPTH : (int) depth, .end = &self.first,
  };
  int fd = cloche_places_open (agent, path, O_RDONLY | O_DIRECTORY);

  if (fd < 0) {
    cloche_reply_errno (stream, -fd, path);
    return;
  }
  self.entries = json_array ();
  push_folder (&self, cloche_strdup (path), 1);
  while (self.first != NULL) {
    folder *at = self.first;

    /* One that was removed meanwhile, or that the user may not read, has nothing to show. */
    if (fd < 0 && !self.is_cut)
      fd = cloche_places_open (agent, at->path, O_RDONLY | O_DIRECTORY);
    if (fd >= 0)
      read_folder (agent, &self, at, fd);
    fd = -1;
    self.first = at->next;
    if (self.first == NULL)
      self.end = &self.first;
    free (at->path);
    free (at);
  }
  cloche_reply_end (stream, json_pack ("{s:o, s:b}", "entries", self.entries, "cut", self.is_cut));
}
