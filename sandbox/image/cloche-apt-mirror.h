/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheAptMirror:
 * @archive: URI of Debian's archive, without a slash at its end
 * @security: (nullable): URI of Debian's security archive
 *
 * Where packages come from.
 */
typedef struct
{
  char *archive;
  char *security;
} ClocheAptMirror;

ClocheAptMirror *cloche_apt_mirror_new       (const char *archive,
                                              const char *security) G_GNUC_WARN_UNUSED_RESULT;
ClocheAptMirror *cloche_apt_mirror_from_host (const char  *etc_apt,
                                              GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_apt_mirror_free      (ClocheAptMirror *self);

void             cloche_apt_mirror_scan_list   (ClocheAptMirror *self,
                                                const char      *text);
void             cloche_apt_mirror_scan_deb822 (ClocheAptMirror *self,
                                                const char      *text);
gboolean         cloche_apt_mirror_check_uri   (const char  *uri,
                                                GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheAptMirror, cloche_apt_mirror_free)

G_END_DECLS
