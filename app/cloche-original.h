/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-origin.h"

G_BEGIN_DECLS

/**
 * ClocheOriginal:
 * @device: with @inode: which file it is
 * @mode: permissions
 * @size: bytes
 * @mtime_us: µs since 1970 UTC
 *
 * A file of the person's that is to be replaced, at one moment. The functions here block: for threads only.
 */
typedef struct
{
  dev_t device;
  ino_t inode;
  mode_t mode;
  guint64 size;
  gint64 mtime_us;
} ClocheOriginal;

/* Whether it is still what the program knows, and may be replaced. */
gboolean cloche_original_check   (const char           *path,
                                  ClocheOrigin         *attached,
                                  ClocheOrigin         *written,
                                  ClocheOriginal       *ret_found,
                                  GError              **error);

/* A place beside it where its new content can be written, seen by nobody else; and the end of that place. */
gboolean cloche_original_begin   (const char           *path,
                                  char                **ret_part,
                                  GError              **error);
void     cloche_original_end     (const char           *part);

/* Puts @part, which is whole, in its place, and keeps it under another name. */
gboolean cloche_original_replace (const char           *path,
                                  const ClocheOriginal *found,
                                  const char           *part,
                                  char                **ret_backup,
                                  ClocheOriginal       *ret_written,
                                  GError              **error);

/* Puts it back. */
gboolean cloche_original_restore (const char           *path,
                                  const ClocheOriginal *written,
                                  const char           *backup,
                                  const ClocheOriginal *former,
                                  GError              **error);

G_END_DECLS
