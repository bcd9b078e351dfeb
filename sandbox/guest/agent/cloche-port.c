/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-port.h"

#include "cloche-agent-contract.h"
#include "cloche-alloc.h"
#include "cloche-console.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS_FOLDER "/sys/class/virtio-ports"

/* bytes: a port's name, a device's path; both are ours and short. */
#define NAME_BYTES 64

/* bytes: of stack; the thread calls open and write only. */
#define THREAD_STACK_BYTES (64 * 1024)

struct cloche_port
{
  char name[NAME_BYTES];        /* "control" */
  int given_fd;                 /* in place of a virtio port, or -1 */
  int wanted[2];                /* pipe, loop to thread: one byte = open it */
  int opened[2];                /* pipe, thread to loop: the descriptor's number */
  cloche_source *source;
  pthread_t thread;
  cloche_port_ready ready;
  void *user_data;
};

static int
write_all (int         fd,
           const char *bytes,
           size_t      length)
{
  while (length > 0) {
    ssize_t n = write (fd, bytes, length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -errno;
    bytes += n;
    length -= (size_t) n;
  }
  return 0;
}

static bool
has_name (const char *device,
          const char *wanted)
{
  char path[sizeof PORTS_FOLDER + 2 * NAME_BYTES];
  char name[NAME_BYTES] = "";
  ssize_t n;
  int fd;

  (void) snprintf (path, sizeof path, PORTS_FOLDER "/%.63s/name", device);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  n = read (fd, name, sizeof name - 1);
  (void) close (fd);
  name[n > 0 ? n : 0] = '\0';
  name[strcspn (name, "\n")] = '\0';
  return strncmp (name, "org.cloche.", 11) == 0 && strcmp (name + 11, wanted) == 0;
}

/* There is no udev here, hence no /dev/virtio-ports: the name stands in sysfs. */
static int
open_device (const char *wanted)
{
  DIR *folder = opendir (PORTS_FOLDER);
  struct dirent *entry;
  int fd = -ENOENT;

  if (folder == NULL)
    return -errno;
  while (fd == -ENOENT && (entry = readdir (folder)) != NULL) {
    char path[NAME_BYTES + 8];

    if (entry->d_name[0] == '.' || !has_name (entry->d_name, wanted))
      continue;
    (void) snprintf (path, sizeof path, "/dev/%.63s", entry->d_name);
    fd = open (path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
      fd = -errno;
  }
  (void) closedir (folder);
  return fd;
}

static int
greet (cloche_port *self)
{
  char hello[NAME_BYTES + 16];
  int fd = self->given_fd >= 0 ? self->given_fd : open_device (self->name);
  int result;

  if (fd < 0)
    return fd;
  (void) snprintf (hello, sizeof hello, CLOCHE_AGENT_HELLO "%s\n", self->name);
  result = write_all (fd, hello, strlen (hello));
  if (result == 0 && fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK) < 0)
    result = -errno;
  if (result < 0) {
    (void) close (fd);
    return result;
  }
  return fd;
}

static void *
run (void *user_data)
{
  cloche_port *self = user_data;
  char wanted;

  while (read (self->wanted[0], &wanted, 1) == 1) {
    int fd = greet (self);

    if (write (self->opened[1], &fd, sizeof fd) != sizeof fd)
      break;
  }
  return NULL;
}

static void
opened_cb (uint32_t events,
           void    *user_data)
{
  cloche_port *self = user_data;
  int fd;

  if (read (self->opened[0], &fd, sizeof fd) != sizeof fd)
    return;
  if (fd < 0)
    cloche_console_say ("port %s: %s", self->name, strerror (-fd));
  else
    self->ready (fd, self->user_data);
}

static int
start_thread (cloche_port *self)
{
  pthread_attr_t attributes;
  sigset_t all, before;
  int result;

  (void) sigfillset (&all);
  (void) pthread_sigmask (SIG_SETMASK, &all, &before);
  (void) pthread_attr_init (&attributes);
  (void) pthread_attr_setstacksize (&attributes, THREAD_STACK_BYTES);
  result = pthread_create (&self->thread, &attributes, run, self);
  (void) pthread_attr_destroy (&attributes);
  (void) pthread_sigmask (SIG_SETMASK, &before, NULL);
  return -result;
}

cloche_port *
cloche_port_new (cloche_loop      *loop,
                 const char       *name,
                 int               fd,
                 cloche_port_ready ready,
                 void             *user_data)
{
  cloche_port *self = cloche_new (sizeof *self);

  (void) snprintf (self->name, sizeof self->name, "%s", name);
  self->given_fd = fd;
  self->ready = ready;
  self->user_data = user_data;
  if (pipe2 (self->wanted, O_CLOEXEC) < 0 || pipe2 (self->opened, O_CLOEXEC) < 0 ||
      (self->source = cloche_loop_watch (loop, self->opened[0], EPOLLIN, opened_cb, self)) == NULL ||
      start_thread (self) < 0 || write (self->wanted[1], "", 1) != 1)
    return NULL; /* The agent cannot go on without its ports; what was opened ends with it. */
  return self;
}

void
cloche_port_free (cloche_port *self)
{
  if (self == NULL)
    return;
  (void) close (self->wanted[1]); /* The thread reads the end of it and returns. */
  (void) pthread_join (self->thread, NULL);
  cloche_source_remove (self->source);
  (void) close (self->wanted[0]);
  (void) close (self->opened[0]);
  (void) close (self->opened[1]);
  free (self);
}

int
cloche_port_give_back (cloche_port *self)
{
  if (self->given_fd >= 0)
    return false;
  return write (self->wanted[1], "", 1) == 1;
}
