/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stdbool.h>

/* Whether it is a short http or https address that stands in npm's and pip's files for nothing but itself. */
bool cloche_registry_is_valid  (const char *address);

/*
 * Has npm and pip fetch packages where the host's user does; NULL: where they do by themselves. In the files that are
 * meant for all users, which their own settings go before. Such a file that somebody else wrote is left as it is.
 * @root goes before the paths that are written. 0 or -errno.
 */
int  cloche_registries_adopt   (const char *npm,
                                const char *pip,
                                const char *root);

/* What the files say, to be freed. */
char *cloche_registries_format_npm (const char *address);
char *cloche_registries_format_pip (const char *address);
