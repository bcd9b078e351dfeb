/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What every fuzz-NAME.c defines: feed the bytes, assert what must always hold, free everything, return 0. It must not
 * keep state between two calls. Source: LLVM, "libFuzzer – a library for coverage-guided fuzz testing".
 */
int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         length);
