/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * A filter of system calls, by libseccomp. Rules are added without looking at each result: the first failure is kept, and
 * cloche_call_filter_load() tells of it. Only the native ABI exists: libseccomp kills calls of any other (i386, x32).
 */

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cloche_call_filter cloche_call_filter;

/* @otherwise: what happens with a call that no rule names. */
cloche_call_filter *cloche_call_filter_new           (uint32_t                   otherwise);
/* Calls that libseccomp knows but this architecture lacks are left out. */
void                cloche_call_filter_add           (cloche_call_filter        *self,
                                                      uint32_t                   action,
                                                      const int                 *calls,
                                                      size_t                     n_calls);
/* @conditions: of different arguments; all have to hold. */
void                cloche_call_filter_add_if        (cloche_call_filter        *self,
                                                      uint32_t                   action,
                                                      int                        call,
                                                      const struct scmp_arg_cmp *conditions,
                                                      unsigned                   n_conditions);
/* Allows what every program on GLib needs to use the descriptors that it has: memory, time, threads, reading, writing,
 * polling. No file is opened by it, no socket, no process is started or heard, and no other one signalled. */
void                cloche_call_filter_allow_program (cloche_call_filter        *self);
/* For this process and its threads to come, for ever; needs no_new_privs. Frees @self. 0 or negative errno. */
int                 cloche_call_filter_load          (cloche_call_filter        *self);

#define CLOCHE_CONDITIONS(...) \
  (const struct scmp_arg_cmp[]) { __VA_ARGS__ }, sizeof ((struct scmp_arg_cmp[]) { __VA_ARGS__ }) / sizeof (struct scmp_arg_cmp)
