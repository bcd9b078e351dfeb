/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-tool-spec.h"

G_BEGIN_DECLS

/**
 * ClocheBrowserAction:
 *
 * What a model may do in its machine's browser: one tool each.
 */
typedef enum {
  CLOCHE_BROWSER_NAVIGATE,
  CLOCHE_BROWSER_SNAPSHOT,
  CLOCHE_BROWSER_CLICK,
  CLOCHE_BROWSER_TYPE,
  CLOCHE_BROWSER_SELECT_OPTION,
  CLOCHE_BROWSER_PRESS_KEY,
  CLOCHE_BROWSER_NAVIGATE_BACK,
  CLOCHE_BROWSER_TAKE_SCREENSHOT,
  CLOCHE_BROWSER_READ,
  CLOCHE_BROWSER_N_ACTIONS,
} ClocheBrowserAction;

/* characters of one view, unless the model's context is small. */
#define CLOCHE_BROWSER_MAX_CHARS 6000

ClocheToolSpec *cloche_browser_action_new_spec     (ClocheBrowserAction   action) G_GNUC_WARN_UNUSED_RESULT;
char           *cloche_browser_action_make_request (ClocheBrowserAction   action,
                                                    JsonObject           *arguments,
                                                    gsize                 max_chars,
                                                    char                **ret_problem) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
