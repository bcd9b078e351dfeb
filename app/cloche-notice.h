/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CLOCHE_NOTICE_VARIABLES_LOST "variables-lost"
#define CLOCHE_NOTICE_DISK_FULL "disk-full"
#define CLOCHE_NOTICE_NETWORK_ENDED "network-ended"
#define CLOCHE_NOTICE_NOT_SAVED "not-saved"
#define CLOCHE_NOTICE_ORIGINAL_REPLACED "original-replaced"
#define CLOCHE_NOTICE_ORIGINAL_RESTORED "original-restored"

const char *cloche_notice_get_words         (const char   *code);
char       *cloche_notice_dup_code_of_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
