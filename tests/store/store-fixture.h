/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-store.h"
#include "cloche-test-async.h"

G_BEGIN_DECLS

/* A store in a folder of its own, with a clock that starts now. */
typedef struct
{
  char *folder;
  ClocheClock *clock;
  ClocheStore *store;
} StoreFixture;

void           store_fixture_set_up    (StoreFixture  *self,
                                        gconstpointer  data);
void           store_fixture_tear_down (StoreFixture  *self,
                                        gconstpointer  data);

ClocheStore   *store_fixture_open_second (StoreFixture  *self,
                                          GError       **error);
void           store_fixture_create      (StoreFixture *self,
                                          const char   *id,
                                          const char   *title);
ClocheMessage *store_fixture_save        (StoreFixture   *self,
                                          const char     *conversation_id,
                                          ClocheMessage  *message,
                                          GError        **error);
char          *store_fixture_save_text   (StoreFixture *self,
                                          const char   *conversation_id,
                                          const char   *parent_id,
                                          const char   *text);

/* Runs an _async call, whose last arguments are the callback and &result, to its end. */
#define AWAIT(result, call)     \
  G_STMT_START {                \
    g_clear_object (&(result)); \
    call;                       \
    cloche_test_wait (&(result)); \
  } G_STMT_END

G_END_DECLS
