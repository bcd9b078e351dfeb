/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-error.h"

G_DEFINE_QUARK (cloche-machine-error-quark, cloche_machine_error)
