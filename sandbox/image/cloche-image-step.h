/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheImageStep:
 * @CLOCHE_IMAGE_STEP_PACKAGES: fetching and installing Debian's packages
 * @CLOCHE_IMAGE_STEP_ROOT: compressing the root
 * @CLOCHE_IMAGE_STEP_DESCRIBE: hashing and naming the image
 * @CLOCHE_IMAGE_STEP_BOOT: the machine starts for the first time
 * @CLOCHE_IMAGE_STEP_WARM: its services start and load what they need
 * @CLOCHE_IMAGE_STEP_FREEZE: its memory is saved
 * @CLOCHE_IMAGE_STEP_PUBLISH: hashing and naming the base
 *
 * What building and forging go through, in this order.
 */
typedef enum {
  CLOCHE_IMAGE_STEP_PACKAGES,
  CLOCHE_IMAGE_STEP_ROOT,
  CLOCHE_IMAGE_STEP_DESCRIBE,
  CLOCHE_IMAGE_STEP_BOOT,
  CLOCHE_IMAGE_STEP_WARM,
  CLOCHE_IMAGE_STEP_FREEZE,
  CLOCHE_IMAGE_STEP_PUBLISH,
} ClocheImageStep;

#define CLOCHE_IMAGE_N_STEPS (CLOCHE_IMAGE_STEP_PUBLISH + 1)

G_END_DECLS
