/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* Small files: the kernel's knobs, and configuration that is replaced whole. */

#include <stddef.h>
#include <sys/types.h>

/* One write to a file that exists. 0 or -errno. */
int cloche_text_file_write   (const char *path,
                              const char *text);
/* At most @max_bytes, NUL-terminated, to be freed. 0 or -errno. */
int cloche_text_file_read    (const char  *path,
                              size_t       max_bytes,
                              char       **ret_text);
/* Beside and renamed, so that nobody sees half of it. 0 or -errno. */
int cloche_text_file_replace (const char *path,
                              const void *bytes,
                              size_t      length,
                              mode_t      mode);
