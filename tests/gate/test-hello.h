/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

GByteArray *test_hello_new        (const char       *name,
                                   const char       *priority);
GByteArray *test_hello_fragment   (const GByteArray *hello,
                                   gsize             record_bytes);
