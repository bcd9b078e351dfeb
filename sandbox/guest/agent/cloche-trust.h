/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stddef.h>

/* What OpenSSL and so curl, apt and Python read, and Debian's certifi. */
#define CLOCHE_TRUST_FILE "/etc/ssl/certs/ca-certificates.crt"

/*
 * Trusts in addition every certificate of @pem that the system does not trust yet: companies sign their networks' TLS
 * with authorities of their own. Nothing is written when there is none. Also kept below /usr/local/share, where
 * update-ca-certificates finds it when a package makes the file anew. @root goes before the paths that are written.
 * 0 or -errno.
 */
int cloche_trust_add   (const char *pem,
                        size_t      length,
                        const char *root);

/* The part of @pem that @known has not got, to be freed; its length in *ret_length, 0 if there is nothing new. */
char *cloche_trust_diff (const char *known,
                         size_t      known_length,
                         const char *pem,
                         size_t      length,
                         size_t     *ret_length);
