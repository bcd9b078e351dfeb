/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * The agent's one loop: descriptors by epoll, one-shot timers on the monotonic clock, and work put off to the end of a
 * batch. Everything runs on the thread that called cloche_loop_run().
 */

#include <stdint.h>

typedef struct cloche_loop   cloche_loop;
typedef struct cloche_source cloche_source;
typedef struct cloche_timer  cloche_timer;

typedef void (*cloche_source_callback) (uint32_t events, void *user_data);
typedef void (*cloche_timer_callback)  (void *user_data);

cloche_loop   *cloche_loop_new           (void);
void           cloche_loop_free          (cloche_loop *self);

/* Returns when cloche_loop_quit() was called: 0, or a negative errno of epoll. */
int            cloche_loop_run           (cloche_loop *self);
void           cloche_loop_quit          (cloche_loop *self);

/* @fd is borrowed and must outlive the source. @events: EPOLLIN, EPOLLOUT or 0. NULL if the kernel refuses. */
cloche_source *cloche_loop_watch         (cloche_loop           *self,
                                          int                    fd,
                                          uint32_t               events,
                                          cloche_source_callback callback,
                                          void                  *user_data);
void           cloche_source_set_events  (cloche_source *source,
                                          uint32_t       events);
/* NULL is allowed; safe from within any callback. */
void           cloche_source_remove      (cloche_source *source);

/* @ms: from now. The timer is gone when its callback has run. */
cloche_timer  *cloche_loop_after         (cloche_loop          *self,
                                          unsigned              ms,
                                          cloche_timer_callback callback,
                                          void                 *user_data);
void           cloche_timer_cancel       (cloche_timer *timer);

/* Microseconds of CLOCK_MONOTONIC. */
int64_t        cloche_loop_now_us        (void);
