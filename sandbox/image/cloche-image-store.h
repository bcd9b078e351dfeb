/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-image-folder.h"

G_BEGIN_DECLS

char              *cloche_image_store_dup_path (const char *data_path) G_GNUC_WARN_UNUSED_RESULT;

ClocheImageFolder *cloche_image_store_newest   (const char  *data_path,
                                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray         *cloche_image_store_list     (const char  *data_path,
                                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheImageFolder *cloche_image_store_find     (const char  *data_path,
                                                const char  *recipe_key,
                                                const char  *guest_key) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray         *cloche_image_store_collect  (const char  *data_path,
                                                const char  *cache_path,
                                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
