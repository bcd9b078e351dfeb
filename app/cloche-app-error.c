/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-app-error.h"

G_DEFINE_QUARK (cloche-app-error-quark, cloche_app_error)
