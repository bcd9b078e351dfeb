/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-image-text.h"

#include "cloche-image-error.h"
#include "cloche-machine-text.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

static const char *
image_error_text (int code)
{
  switch (code) {
  case CLOCHE_IMAGE_ERROR_RECIPE:
    return _ ("The list of what belongs into a machine could not be read. Install Cloche again.");
  case CLOCHE_IMAGE_ERROR_NO_TOOL:
    return _ ("A program that building a machine needs is missing. On Debian: apt install mmdebstrap erofs-utils uidmap. "
              "Elsewhere, import an image that was built on Debian: clochectl image import FILE.");
  case CLOCHE_IMAGE_ERROR_NO_NAMESPACE:
    return _ ("This account may not build a machine: it needs the package uidmap and a range of ids in /etc/subuid, "
              "or root.");
  case CLOCHE_IMAGE_ERROR_NO_MIRROR:
    return _ ("It is not clear where Debian’s packages shall come from. Name a mirror: "
              "clochectl image build --mirror ADDRESS.");
  case CLOCHE_IMAGE_ERROR_NO_SPACE:
    return _ ("There is not enough room on the disk.");
  case CLOCHE_IMAGE_ERROR_BUSY:
    return _ ("Another program is building or importing just now. Try again when it has finished.");
  case CLOCHE_IMAGE_ERROR_TOOL_FAILED:
    return _ ("Building failed. The last that was heard:");
  case CLOCHE_IMAGE_ERROR_INVALID:
    return _ ("This is not an image that Cloche can use.");
  case CLOCHE_IMAGE_ERROR_DAMAGED:
    return _ ("The image is damaged. Build or import it again.");
  case CLOCHE_IMAGE_ERROR_NONE:
    return _ ("There is no image yet. Build one: clochectl image build.");
  case CLOCHE_IMAGE_ERROR_GUEST_SILENT:
    return _ ("The new machine did not answer in time. The last that it said:");
  case CLOCHE_IMAGE_ERROR_GUEST_FAILED:
    return _ ("The new machine could not be made ready.");
  default:
    return _ ("The image could not be made.");
  }
}

/**
 * cloche_cli_image_text:
 *
 * What to tell a person of a failure of building, importing or forging; the error's message has the facts.
 */
char *
cloche_cli_image_text (const GError *error)
{
  if (error->domain == CLOCHE_IMAGE_ERROR)
    return g_strdup (image_error_text (error->code));

  return cloche_machine_text_for_error (error);
}
