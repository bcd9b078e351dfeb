/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheImageError:
 * @CLOCHE_IMAGE_ERROR_RECIPE: a file of the recipe cannot be understood; reinstall
 * @CLOCHE_IMAGE_ERROR_NO_TOOL: a program that building needs is missing; the message is its name; ask for the package
 * @CLOCHE_IMAGE_ERROR_NO_NAMESPACE: this user may not make user namespaces with a range of ids; build as root or ask for uidmap
 * @CLOCHE_IMAGE_ERROR_NO_MIRROR: the host's apt names no Debian mirror that a machine could use; ask for one
 * @CLOCHE_IMAGE_ERROR_NO_SPACE: the disk is too full to begin, or became full
 * @CLOCHE_IMAGE_ERROR_BUSY: another build or import is running; wait for it
 * @CLOCHE_IMAGE_ERROR_TOOL_FAILED: a program failed; the message holds the end of what it printed
 * @CLOCHE_IMAGE_ERROR_INVALID: a file is not an artefact of ours, or a folder not an image
 * @CLOCHE_IMAGE_ERROR_DAMAGED: a file is not what the manifest says; build or import again
 * @CLOCHE_IMAGE_ERROR_NONE: there is no image; build or import one
 * @CLOCHE_IMAGE_ERROR_GUEST_SILENT: the machine did not answer in time; the message ends with its console's last lines
 * @CLOCHE_IMAGE_ERROR_GUEST_FAILED: the machine answered that it could not do what was asked
 *
 * Failures of the image library. Failures of the operating system keep their %G_IO_ERROR code.
 */
typedef enum {
  CLOCHE_IMAGE_ERROR_RECIPE,
  CLOCHE_IMAGE_ERROR_NO_TOOL,
  CLOCHE_IMAGE_ERROR_NO_NAMESPACE,
  CLOCHE_IMAGE_ERROR_NO_MIRROR,
  CLOCHE_IMAGE_ERROR_NO_SPACE,
  CLOCHE_IMAGE_ERROR_BUSY,
  CLOCHE_IMAGE_ERROR_TOOL_FAILED,
  CLOCHE_IMAGE_ERROR_INVALID,
  CLOCHE_IMAGE_ERROR_DAMAGED,
  CLOCHE_IMAGE_ERROR_NONE,
  CLOCHE_IMAGE_ERROR_GUEST_SILENT,
  CLOCHE_IMAGE_ERROR_GUEST_FAILED,
} ClocheImageError;

#define CLOCHE_IMAGE_ERROR (cloche_image_error_quark ())
GQuark cloche_image_error_quark (void);

G_END_DECLS
