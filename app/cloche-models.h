/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-endpoint.h"
#include "cloche-model-info.h"
#include "cloche-provider.h"

G_BEGIN_DECLS

/**
 * ClocheModelChoice:
 *
 * A model that a person may choose, or sees why not.
 */
#define CLOCHE_TYPE_MODEL_CHOICE (cloche_model_choice_get_type ())
G_DECLARE_FINAL_TYPE (ClocheModelChoice, cloche_model_choice, CLOCHE, MODEL_CHOICE, GObject)

ClocheModelInfo *cloche_model_choice_get_info          (ClocheModelChoice *self);
ClocheProvider  *cloche_model_choice_get_provider      (ClocheModelChoice *self);
const char      *cloche_model_choice_get_name          (ClocheModelChoice *self);
const char      *cloche_model_choice_get_endpoint_name (ClocheModelChoice *self);
const char      *cloche_model_choice_get_problem       (ClocheModelChoice *self);

/**
 * ClocheModels:
 *
 * The models of every endpoint that is switched on: a #GListModel of #ClocheModelChoice.
 *
 * Properties: "loading"; "problem" (a sentence, or %NULL): why an endpoint did not answer. Signal: "state-changed": see
 * cloche_models_get_state().
 */
#define CLOCHE_TYPE_MODELS (cloche_models_get_type ())
G_DECLARE_FINAL_TYPE (ClocheModels, cloche_models, CLOCHE, MODELS, GObject)

ClocheModels      *cloche_models_new (void) G_GNUC_WARN_UNUSED_RESULT;

gboolean           cloche_models_is_loading  (ClocheModels *self);
const char        *cloche_models_get_problem (ClocheModels *self);
const char        *cloche_models_get_state   (ClocheModels *self,
                                              const char   *endpoint);
ClocheModelChoice *cloche_models_find        (ClocheModels *self,
                                              const char   *endpoint,
                                              const char   *model);

/* Asks each of @endpoints (ClocheEndpoint) again; @keys: from endpoint id to key. */
void               cloche_models_refresh     (ClocheModels *self,
                                              GPtrArray    *endpoints,
                                              GHashTable   *keys);

G_END_DECLS
