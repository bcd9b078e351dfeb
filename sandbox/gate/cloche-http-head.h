/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include "cloche-client-hello.h"

G_BEGIN_DECLS

/**
 * ClocheHttpHead:
 *
 * Reads which host a plain HTTP/1 request wants.
 */
typedef struct _ClocheHttpHead ClocheHttpHead;

ClocheHttpHead     *cloche_http_head_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_http_head_free      (ClocheHttpHead *self);

ClocheParse         cloche_http_head_feed      (ClocheHttpHead *self,
                                                const guint8   *bytes,
                                                gsize           length);
ClocheParse         cloche_http_head_end       (ClocheHttpHead *self);
const char *const  *cloche_http_head_get_hosts (ClocheHttpHead *self);

gboolean            cloche_http_host_split     (const char  *text,
                                                char       **ret_host,
                                                guint16     *ret_port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheHttpHead, cloche_http_head_free)

G_END_DECLS
