/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Control groups, version 2: /sys/fs/cgroup/work/NAME holds one job or service. "work" as a whole is limited, so that
 * what a person runs never starves the agent. Where there is no cgroup file system every call fails with -ENOENT and
 * process groups have to do.
 */

#include <stdbool.h>
#include <stdint.h>

/* Mounts the file system and makes "work" with all controllers that matter. Only for PID 1. */
int  cloche_cgroup_set_up (void);
/* @memory_bytes, @cpus: 0 = what the machine has, less a reserve for the agent. */
int  cloche_cgroup_limit  (uint64_t memory_bytes,
                           unsigned cpus);

/* An open descriptor of the new group's folder, for clone3() or cgroup.procs; or a negative errno. */
int  cloche_cgroup_make   (const char *name);
/* Removes it; fails while something lives in it. */
int  cloche_cgroup_remove (const char *name);
int  cloche_cgroup_signal (const char *name,
                           int         number);
/* SIGKILL to all in one step, also to what forks meanwhile. */
int  cloche_cgroup_kill   (const char *name);
/* What is frozen takes no time of any processor and does nothing, until it is thawed. */
int  cloche_cgroup_freeze (const char *name,
                           bool        is_frozen);
/* @percent: of the machine's memory; who wants more dies, not its neighbours. */
int  cloche_cgroup_limit_part (const char *name,
                               unsigned    percent);
