/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-model-error.h"

G_DEFINE_QUARK (cloche-model-error-quark, cloche_model_error)
