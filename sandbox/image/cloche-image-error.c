/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-error.h"

G_DEFINE_QUARK (cloche-image-error-quark, cloche_image_error)
