/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store-error.h"

G_DEFINE_QUARK (cloche-store-error-quark, cloche_store_error)
