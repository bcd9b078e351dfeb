/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-provider.h"

G_BEGIN_DECLS

/**
 * ClocheFakeAnswer:
 * @thinking, @text: (nullable): what it says
 * @calls: (nullable): "id name arguments", one per line
 * @finish: 0 = as the calls suggest
 * @code: a #ClocheLlmError + 1 to end with, or 0
 * @is_held: neither ends nor breaks off before it is cancelled
 */
typedef struct
{
  const char *thinking;
  const char *text;
  const char *calls;
  ClocheFinish finish;
  int code;
  gboolean is_held;
} ClocheFakeAnswer;

/* A provider that says what it is told to, and keeps what it was asked. */
#define CLOCHE_TYPE_FAKE_PROVIDER (cloche_fake_provider_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFakeProvider, cloche_fake_provider, CLOCHE, FAKE_PROVIDER, GObject)

ClocheFakeProvider *cloche_fake_provider_new            (const ClocheFakeAnswer *answers,
                                                         gsize                   n_answers) G_GNUC_WARN_UNUSED_RESULT;
guint               cloche_fake_provider_get_n_requests (ClocheFakeProvider     *self);
ClocheChatRequest  *cloche_fake_provider_get_request    (ClocheFakeProvider     *self,
                                                         guint                   index);

G_END_DECLS
