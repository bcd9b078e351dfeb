/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-watch-tree.h"

#include "cloche-alloc.h"
#include "cloche-places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

/* bytes: events that are read at once. */
#define EVENTS_BYTES (16 * 1024)

#define MASK (IN_CREATE | IN_CLOSE_WRITE | IN_MODIFY | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW | \
              IN_EXCL_UNLINK)

typedef struct
{
  int number;                   /* of inotify */
  char *path;
} folder;

struct cloche_watch_tree
{
  cloche_agent *agent;
  cloche_watch_changed changed;
  void *user_data;
  int fd;
  cloche_source *source;
  folder *folders;
  size_t n_folders;
  size_t capacity;
  char *top;
};

static folder *
find (cloche_watch_tree *self,
      int                number)
{
  for (size_t i = 0; i < self->n_folders; i++)
    if (self->folders[i].number == number)
      return &self->folders[i];
  return NULL;
}

static void
remove_at (cloche_watch_tree *self,
           size_t             i)
{
  free (self->folders[i].path);
  self->folders[i] = self->folders[--self->n_folders];
}

/* Folders that begin with a dot, and files that put is still writing. */
static bool
is_hidden (const char *name,
           bool        is_folder)
{
  return (is_folder && name[0] == '.') || strncmp (name, CLOCHE_PLACES_BESIDE, strlen (CLOCHE_PLACES_BESIDE)) == 0;
}

/* A folder that was moved away is watched still, under a name that is no longer its own. */
static void
forget_below (cloche_watch_tree *self,
              const char        *path)
{
  size_t length = strlen (path);
  size_t i = 0;

  while (i < self->n_folders) {
    const char *at = self->folders[i].path;

    if (strncmp (at, path, length) == 0 && (at[length] == '\0' || at[length] == '/')) {
      (void) inotify_rm_watch (self->fd, self->folders[i].number); /* It may be gone. */
      remove_at (self, i);
    } else {
      i++;
    }
  }
}

/* Watches @path; the folder, open, or a negative errno. */
static int
watch_folder (cloche_watch_tree *self,
              const char        *path)
{
  char by_descriptor[32];
  int fd = cloche_places_open (self->agent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  int number;

  if (fd < 0)
    return fd;
  (void) snprintf (by_descriptor, sizeof by_descriptor, "/proc/self/fd/%d/.", fd);
  number = inotify_add_watch (self->fd, by_descriptor, MASK);
  if (number < 0) {
    number = -errno;
    (void) close (fd);
    return number;
  }
  if (find (self, number) != NULL)
    return fd;
  if (self->n_folders == self->capacity) {
    self->capacity = self->capacity == 0 ? 16 : self->capacity * 2;
    self->folders = cloche_resize (self->folders, self->capacity * sizeof *self->folders);
  }
  self->folders[self->n_folders++] = (folder) { number, cloche_strdup (path) };
  return fd;
}

/* Watches @path and all below it, breadth first by the list of folders itself. @tells: what is there is news. */
static int
add_tree (cloche_watch_tree *self,
          const char        *path,
          bool               tells)
{
  size_t at = self->n_folders;
  int fd = watch_folder (self, path);

  if (fd < 0)
    return fd;
  for (;;) {
    DIR *stream = fdopendir (fd);
    struct dirent *entry;

    while (stream != NULL && (entry = readdir (stream)) != NULL) {
      char *child = cloche_format ("%s/%s", self->folders[at].path, entry->d_name);
      int child_fd = -1;

      if (entry->d_type == DT_DIR && entry->d_name[0] != '.' && self->n_folders < CLOCHE_WATCH_MAX_FOLDERS)
        child_fd = watch_folder (self, child);
      if (child_fd >= 0)
        (void) close (child_fd);
      if (tells && !is_hidden (entry->d_name, entry->d_type == DT_DIR))
        self->changed (child, self->user_data);
      free (child);
    }
    if (stream != NULL)
      (void) closedir (stream);
    else
      (void) close (fd);
    do {
      if (++at >= self->n_folders)
        return 0;
      fd = cloche_places_open (self->agent, self->folders[at].path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } while (fd < 0);
  }
}

static void
handle (cloche_watch_tree          *self,
        const struct inotify_event *event)
{
  folder *parent = find (self, event->wd);
  bool is_folder = (event->mask & IN_ISDIR) != 0;
  char *path;

  if ((event->mask & IN_Q_OVERFLOW) != 0) {
    self->changed (self->top, self->user_data);
    return;
  }
  if (parent == NULL)
    return;
  if ((event->mask & IN_IGNORED) != 0) {
    remove_at (self, (size_t) (parent - self->folders));
    return;
  }
  if (event->len == 0 || is_hidden (event->name, is_folder))
    return;
  path = cloche_format ("%s/%s", parent->path, event->name);
  self->changed (path, self->user_data);
  if (is_folder && (event->mask & (IN_MOVED_FROM | IN_DELETE)) != 0)
    forget_below (self, path);
  if (is_folder && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0 && self->n_folders < CLOCHE_WATCH_MAX_FOLDERS)
    (void) add_tree (self, path, true); /* It may have gone again. */
  free (path);
}

static void
ready_cb (uint32_t events,
          void    *user_data)
{
  _Alignas (struct inotify_event) char buffer[EVENTS_BYTES];
  cloche_watch_tree *self = user_data;
  ssize_t n = read (self->fd, buffer, sizeof buffer);

  for (ssize_t at = 0; at < n;) {
    const struct inotify_event *event = (const void *) (buffer + at);

    handle (self, event);
    at += (ssize_t) (sizeof *event + event->len);
  }
}

int
cloche_watch_tree_new (cloche_agent        *agent,
                       const char          *path,
                       cloche_watch_changed changed,
                       void                *user_data,
                       cloche_watch_tree  **ret_tree)
{
  cloche_watch_tree *self = cloche_new (sizeof *self);
  size_t length = strlen (path);
  int result;

  while (length > 1 && path[length - 1] == '/')
    length--;
  *self = (cloche_watch_tree) {
    .agent = agent, .changed = changed, .user_data = user_data, .fd = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK),
    .top = cloche_format ("%.*s", (int) length, path),
  };
  result = self->fd < 0 ? -errno : add_tree (self, self->top, false);
  if (result == 0)
    self->source = cloche_loop_watch (agent->loop, self->fd, EPOLLIN, ready_cb, self);
  if (result < 0) {
    cloche_watch_tree_free (self);
    return result;
  }
  *ret_tree = self;
  return 0;
}

void
cloche_watch_tree_free (cloche_watch_tree *self)
{
  if (self == NULL)
    return;
  cloche_source_remove (self->source);
  while (self->n_folders > 0)
    remove_at (self, self->n_folders - 1);
  free (self->folders);
  if (self->fd >= 0)
    (void) close (self->fd);
  free (self->top);
  free (self);
}
