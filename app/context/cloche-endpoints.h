/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-models.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheEndpoints:
 *
 * Where models are to be had, with their keys, and the list of models that follows from it. Signals: "changed";
 * "problem" (const char *sentence): something could not be saved.
 */
#define CLOCHE_TYPE_ENDPOINTS (cloche_endpoints_get_type ())
G_DECLARE_FINAL_TYPE (ClocheEndpoints, cloche_endpoints, CLOCHE, ENDPOINTS, GObject)

ClocheEndpoints *cloche_endpoints_new           (ClocheStore          *store,
                                                 ClocheModels         *models) G_GNUC_WARN_UNUSED_RESULT;

void             cloche_endpoints_load_async    (ClocheEndpoints      *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
gboolean         cloche_endpoints_load_finish   (ClocheEndpoints      *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);

GPtrArray       *cloche_endpoints_get_all       (ClocheEndpoints      *self);
gboolean         cloche_endpoints_are_keys_known (ClocheEndpoints      *self);
gboolean         cloche_endpoints_are_keys_kept (ClocheEndpoints      *self);
void             cloche_endpoints_save          (ClocheEndpoints      *self,
                                                 ClocheEndpoint       *endpoint,
                                                 const char           *key);
void             cloche_endpoints_delete        (ClocheEndpoints      *self,
                                                 const char           *id);
const char      *cloche_endpoints_get_key       (ClocheEndpoints      *self,
                                                 const char           *id);
gboolean         cloche_endpoints_is_saving     (ClocheEndpoints      *self);
void             cloche_endpoints_read_keys_from_environment (ClocheEndpoints *self);
void             cloche_endpoints_refresh       (ClocheEndpoints      *self);

G_END_DECLS
