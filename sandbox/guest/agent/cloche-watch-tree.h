/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * A tree of folders under inotify. Hidden folders are left out, links are not followed. Folders that appear are watched
 * too, and what is in them by then is reported, so that nothing is missed between the two.
 */

#include "cloche-agent.h"

/* folders of one tree: the rest is not watched; the kernel's own limit is per user and not much larger. */
#define CLOCHE_WATCH_MAX_FOLDERS 8192

typedef struct cloche_watch_tree cloche_watch_tree;

/* @path: absolute; something is different there. For the tree's own top: look at all of it anew. */
typedef void (*cloche_watch_changed) (const char *path, void *user_data);

/* 0 and *ret_tree, or a negative errno. */
int  cloche_watch_tree_new  (cloche_agent          *agent,
                             const char            *path,
                             cloche_watch_changed   changed,
                             void                  *user_data,
                             cloche_watch_tree    **ret_tree);
void cloche_watch_tree_free (cloche_watch_tree *self);
