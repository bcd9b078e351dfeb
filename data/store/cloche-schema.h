/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-database.h"

G_BEGIN_DECLS

gboolean cloche_schema_migrate (ClocheDatabase  *database,
                                GError         **error);

G_END_DECLS
