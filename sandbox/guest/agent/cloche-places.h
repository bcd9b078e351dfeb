/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Where put, get, list and watch may go: /workspace, /home/user and /tmp. A path is absolute, is resolved below the place
 * that it begins with, in one step, and cannot leave it, by ".." or by a link. What is done there is done with the user's
 * own rights.
 */

#include "cloche-agent.h"

#include <sys/stat.h>

/* How the names of files begin that are not whole yet. */
#define CLOCHE_PLACES_BESIDE ".cloche-put-"

/* The place that @path begins with as an open descriptor (O_PATH), and what follows in *ret_rest ("." if nothing does);
 * -EINVAL (not absolute, too long), -EACCES (no such place), or why it could not be opened. */
int  cloche_places_open_root (cloche_agent *agent,
                              const char   *path,
                              const char  **ret_rest);
/* open(2) of @path, with O_CLOEXEC, with the user's rights; a descriptor or a negative errno. */
int  cloche_places_open      (cloche_agent *agent,
                              const char   *path,
                              int           flags);
/* The folder that holds @path, made with its parents if it is missing; @ret_name: the last component, within @path. */
int  cloche_places_open_parent (cloche_agent *agent,
                                const char   *path,
                                const char  **ret_name);

/* Between these two the calling thread has the user's rights on files. Never nested, never across a return to the loop. */
void cloche_places_enter     (cloche_agent *agent);
void cloche_places_leave     (cloche_agent *agent);
