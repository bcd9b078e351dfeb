/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-loop.h"

#include "cloche-alloc.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* events taken from the kernel at once; more wait for the next round, so that no descriptor starves the others. */
#define BATCH 32

/* A source that was removed stays allocated until the batch is over, since a later event of it may name it. */
struct cloche_source
{
  cloche_loop *loop;
  int fd;
  uint32_t events;
  cloche_source_callback callback; /* NULL: removed */
  void *user_data;
  cloche_source *next_removed;
};

struct cloche_timer
{
  cloche_loop *loop;
  int64_t due_us;
  cloche_timer_callback callback;
  void *user_data;
  cloche_timer *next;
};

struct cloche_loop
{
  int epoll_fd;
  bool is_quitting;
  cloche_source *removed;
  cloche_timer *timers;         /* sorted, the next one due first */
};

int64_t
cloche_loop_now_us (void)
{
  struct timespec now;

  (void) clock_gettime (CLOCK_MONOTONIC, &now); /* Cannot fail with this clock. */
  return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

cloche_loop *
cloche_loop_new (void)
{
  cloche_loop *self = cloche_new (sizeof *self);

  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    abort ();
  return self;
}

static void
free_removed (cloche_loop *self)
{
  while (self->removed != NULL) {
    cloche_source *source = self->removed;

    self->removed = source->next_removed;
    free (source);
  }
}

void
cloche_loop_free (cloche_loop *self)
{
  if (self == NULL)
    return;
  free_removed (self);
  while (self->timers != NULL)
    cloche_timer_cancel (self->timers);
  (void) close (self->epoll_fd);
  free (self);
}

cloche_source *
cloche_loop_watch (cloche_loop           *self,
                   int                    fd,
                   uint32_t               events,
                   cloche_source_callback callback,
                   void                  *user_data)
{
  cloche_source *source = cloche_new (sizeof *source);
  struct epoll_event event = { .events = events, .data.ptr = source };

  *source = (cloche_source) {
    .loop = self, .fd = fd, .events = events, .callback = callback, .user_data = user_data,
  };
  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
    free (source);
    return NULL;
  }
  return source;
}

void
cloche_source_set_events (cloche_source *source,
                          uint32_t       events)
{
  struct epoll_event event = { .events = events, .data.ptr = source };

  if (source->events == events)
    return;
  source->events = events;
  (void) epoll_ctl (source->loop->epoll_fd, EPOLL_CTL_MOD, source->fd, &event); /* Its descriptor is in the set. */
}

void
cloche_source_remove (cloche_source *source)
{
  if (source == NULL || source->callback == NULL)
    return;
  (void) epoll_ctl (source->loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL); /* Its descriptor is in the set. */
  source->callback = NULL;
  source->next_removed = source->loop->removed;
  source->loop->removed = source;
}

cloche_timer *
cloche_loop_after (cloche_loop          *self,
                   unsigned              ms,
                   cloche_timer_callback callback,
                   void                 *user_data)
{
  cloche_timer *timer = cloche_new (sizeof *timer);
  cloche_timer **at = &self->timers;

  *timer = (cloche_timer) {
    .loop = self, .due_us = cloche_loop_now_us () + (int64_t) ms * 1000, .callback = callback, .user_data = user_data,
  };
  while (*at != NULL && (*at)->due_us <= timer->due_us)
    at = &(*at)->next;
  timer->next = *at;
  *at = timer;
  return timer;
}

void
cloche_timer_cancel (cloche_timer *timer)
{
  cloche_timer **at;

  if (timer == NULL)
    return;
  for (at = &timer->loop->timers; *at != NULL; at = &(*at)->next) {
    if (*at == timer) {
      *at = timer->next;
      free (timer);
      return;
    }
  }
}

static void
run_due_timers (cloche_loop *self)
{
  int64_t now = cloche_loop_now_us ();

  while (self->timers != NULL && self->timers->due_us <= now) {
    cloche_timer timer = *self->timers;

    free (self->timers);
    self->timers = timer.next;
    timer.callback (timer.user_data);
  }
}

static int
get_wait_ms (cloche_loop *self)
{
  int64_t left;

  if (self->timers == NULL)
    return -1;
  left = (self->timers->due_us - cloche_loop_now_us () + 999) / 1000;
  return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int) left;
}

int
cloche_loop_run (cloche_loop *self)
{
  struct epoll_event events[BATCH];

  while (!self->is_quitting) {
    int n = epoll_wait (self->epoll_fd, events, BATCH, get_wait_ms (self));

    if (n < 0 && errno != EINTR)
      return -errno;
    for (int i = 0; i < n; i++) {
      cloche_source *source = events[i].data.ptr;

      if (source->callback != NULL)
        source->callback (events[i].events, source->user_data);
    }
    free_removed (self);
    run_due_timers (self);
  }
  return 0;
}

void
cloche_loop_quit (cloche_loop *self)
{
  self->is_quitting = true;
}
