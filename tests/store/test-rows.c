/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-store-error.h"
#include "store-fixture.h"

#define A "aaaaaaaaaaaa"
#define B "bbbbbbbbbbbb"

static GPtrArray *
list_endpoints (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *endpoints;

  AWAIT (result, cloche_store_list_endpoints_async (fixture->store, NULL, cloche_test_result_cb, &result));
  endpoints = cloche_store_list_endpoints_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return endpoints;
}

static void
save_endpoint (StoreFixture *fixture,
               const char   *id,
               const char   *name,
               gboolean      is_enabled)
{
  g_autoptr (ClocheEndpoint) endpoint = cloche_endpoint_new (id, "ollama", name, "http://127.0.0.1:11434", is_enabled);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_store_save_endpoint_async (fixture->store, endpoint, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

static void
test_endpoints (StoreFixture *fixture,
                gconstpointer data)
{
  g_autoptr (GPtrArray) both = NULL;
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  save_endpoint (fixture, "ep2", "Second", FALSE);
  save_endpoint (fixture, "ep1", "First", TRUE);
  save_endpoint (fixture, "ep2", "Renamed", TRUE);
  both = list_endpoints (fixture);
  g_assert_cmpuint (both->len, ==, 2);
  g_assert_cmpstr (cloche_endpoint_get_id (both->pdata[0]), ==, "ep2");
  g_assert_cmpstr (cloche_endpoint_get_name (both->pdata[0]), ==, "Renamed");
  g_assert_cmpstr (cloche_endpoint_get_kind (both->pdata[0]), ==, "ollama");
  g_assert_cmpstr (cloche_endpoint_get_base_url (both->pdata[0]), ==, "http://127.0.0.1:11434");
  g_assert_true (cloche_endpoint_is_enabled (both->pdata[0]));

  AWAIT (result, cloche_store_delete_endpoint_async (fixture->store, "ep2", NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, NULL));
  one = list_endpoints (fixture);
  g_assert_cmpuint (one->len, ==, 1);

  AWAIT (result, cloche_store_delete_endpoint_async (fixture->store, "ep2", NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
}

static gint64
import (StoreFixture *fixture,
        const char   *machine_id,
        const char   *log)
{
  g_autofree char *path = g_build_filename (fixture->folder, "egress.log", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n;

  g_assert_true (g_file_set_contents (path, log, -1, NULL));
  AWAIT (result, cloche_store_import_egress_async (fixture->store, machine_id, path, NULL,
                                                   cloche_test_result_cb, &result));
  n = cloche_store_import_egress_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return n;
}

static GPtrArray *
list_egress (StoreFixture *fixture,
             const char   *machine_id,
             guint         max_rows)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *entries;

  AWAIT (result, cloche_store_list_egress_async (fixture->store, machine_id, max_rows, NULL,
                                                 cloche_test_result_cb, &result));
  entries = cloche_store_list_egress_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return entries;
}

static void
test_egress (StoreFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) newest = NULL;

  /* The third line is still being written. */
  g_assert_cmpint (import (fixture, A, "{\"seq\":1,\"name\":\"a\"}\n{\"seq\":2,\"name\":\"b\"}\n{\"seq\":3,\"na"), ==, 2);
  g_assert_cmpint (import (fixture, A, "{\"seq\":1,\"name\":\"a\"}\n{\"seq\":2,\"name\":\"b\"}\n{\"seq\":3}\n"), ==, 1);
  g_assert_cmpint (import (fixture, A, "{\"seq\":1,\"name\":\"a\"}\n{\"seq\":2,\"name\":\"b\"}\n{\"seq\":3}\n"), ==, 0);
  g_assert_cmpint (import (fixture, B, "{\"seq\":1}\n"), ==, 1);

  entries = list_egress (fixture, A, 10);
  g_assert_cmpuint (entries->len, ==, 3);
  g_assert_cmpint (cloche_json_get_int (entries->pdata[0], "seq", -1), ==, 3);
  g_assert_cmpstr (cloche_json_get_string (entries->pdata[2], "name"), ==, "a");
  newest = list_egress (fixture, A, 1);
  g_assert_cmpuint (newest->len, ==, 1);
}

static void
test_egress_rubbish (StoreFixture *fixture,
                     gconstpointer data)
{
  g_assert_cmpint (import (fixture, A, "\n[]\nrubbish\n{\"seq\":\"1\"}\n{\"seq\":-1}\n{}\n\xff\n{\"seq\":7}\n"), ==, 1);
  g_assert_cmpint (import (fixture, A, ""), ==, 0);
}

static void
test_egress_no_file (StoreFixture *fixture,
                     gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_store_import_egress_async (fixture->store, A, "/nonexistent/egress.log", NULL,
                                                   cloche_test_result_cb, &result));
  g_assert_cmpint (cloche_store_import_egress_finish (fixture->store, result, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static ClocheOrigin *
find_original (StoreFixture *fixture,
               const char   *conversation_id,
               const char   *uri,
               GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_find_original_async (fixture->store, conversation_id, uri, NULL, cloche_test_result_cb,
                                                   &result));

  return cloche_store_find_original_finish (fixture->store, result, error);
}

/* What a conversation wrote last is known again, and nothing else. */
static void
test_originals (StoreFixture *fixture,
                gconstpointer data)
{
  store_fixture_create (fixture, A, "First");
  store_fixture_create (fixture, B, "Second");
  for (gint64 i = 1; i < 3; i++) {
    g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/a/b.png", (guint64) i * 100, i);
    g_autoptr (ClocheOrigin) found = NULL;
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;

    AWAIT (result, cloche_store_set_original_async (fixture->store, A, origin, NULL, cloche_test_result_cb, &result));
    g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
    g_assert_no_error (error);
    found = find_original (fixture, A, "file:///home/a/b.png", &error);
    g_assert_no_error (error);
    g_assert_cmpuint (cloche_origin_get_size (found), ==, (guint64) i * 100);
    g_assert_cmpint (cloche_origin_get_mtime_us (found), ==, i);

    g_assert_null (find_original (fixture, A, "file:///home/a/c.png", &error));
    g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
    g_clear_error (&error);
    g_assert_null (find_original (fixture, B, "file:///home/a/b.png", &error));
    g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/store/rows/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("endpoints", test_endpoints);
  ADD ("egress", test_egress);
  ADD ("egress-rubbish", test_egress_rubbish);
  ADD ("egress-no-file", test_egress_no_file);
  ADD ("originals", test_originals);

  return g_test_run ();
}
