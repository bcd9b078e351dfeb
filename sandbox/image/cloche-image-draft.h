/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-image-folder.h"

G_BEGIN_DECLS

/**
 * ClocheImageDraft:
 *
 * An image in the making: a folder beside the finished ones, which is removed with all that is in it unless it is
 * published. Whoever has one holds the lock of the images. Its functions block; use it in a worker thread.
 */
typedef struct _ClocheImageDraft ClocheImageDraft;

ClocheImageDraft  *cloche_image_draft_new  (const char  *images_path,
                                            GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_image_draft_free (ClocheImageDraft *self);

const char        *cloche_image_draft_get_path (ClocheImageDraft *self);
int                cloche_image_draft_peek_fd  (ClocheImageDraft *self);

ClocheImageFolder *cloche_image_draft_publish  (ClocheImageDraft  *self,
                                                GBytes            *manifest,
                                                GError           **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheImageDraft, cloche_image_draft_free)

G_END_DECLS
