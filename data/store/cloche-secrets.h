/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CLOCHE_TYPE_SECRETS (cloche_secrets_get_type ())
G_DECLARE_FINAL_TYPE (ClocheSecrets, cloche_secrets, CLOCHE, SECRETS, GObject)

ClocheSecrets *cloche_secrets_new (void) G_GNUC_WARN_UNUSED_RESULT;

gboolean       cloche_secrets_is_persistent (ClocheSecrets *self);

void           cloche_secrets_lookup_async  (ClocheSecrets        *self,
                                             const char           *endpoint_id,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
char          *cloche_secrets_lookup_finish (ClocheSecrets        *self,
                                             GAsyncResult         *result,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           cloche_secrets_save_async    (ClocheSecrets        *self,
                                             const char           *endpoint_id,
                                             const char           *label,
                                             const char           *key,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean       cloche_secrets_save_finish   (ClocheSecrets        *self,
                                             GAsyncResult         *result,
                                             GError              **error);
void           cloche_secrets_forget_async  (ClocheSecrets        *self,
                                             const char           *endpoint_id,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean       cloche_secrets_forget_finish (ClocheSecrets        *self,
                                             GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
