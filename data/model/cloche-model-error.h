/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheModelError:
 * @CLOCHE_MODEL_ERROR_INVALID: JSON that does not describe such a value; a damaged row or a foreign sender
 * @CLOCHE_MODEL_ERROR_ARGUMENTS: a model's tool call has arguments that are not a JSON object; tell the model
 * @CLOCHE_MODEL_ERROR_CUT: a model's tool call ended in the middle; never run it, tell the model
 *
 * Failures of the model library.
 */
typedef enum {
  CLOCHE_MODEL_ERROR_INVALID,
  CLOCHE_MODEL_ERROR_ARGUMENTS,
  CLOCHE_MODEL_ERROR_CUT,
} ClocheModelError;

#define CLOCHE_MODEL_ERROR (cloche_model_error_quark ())
GQuark cloche_model_error_quark (void);

G_END_DECLS
