/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-search-hit.h"
#include "cloche-store-error.h"
#include "store-fixture.h"

#include <string.h>

#define A "aaaaaaaaaaaa"
#define B "bbbbbbbbbbbb"

static GPtrArray *
load (StoreFixture *fixture,
      const char   *before_id,
      guint         max_messages,
      GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_load_branch_async (fixture->store, A, before_id, max_messages, NULL,
                                                 cloche_test_result_cb, &result));

  return cloche_store_load_branch_finish (fixture->store, result, error);
}

static void
assert_texts (GPtrArray         *messages,
              const char *const *texts)
{
  g_assert_cmpuint (messages->len, ==, g_strv_length ((char **) texts));
  for (guint i = 0; i < messages->len; i++) {
    g_autofree char *text = cloche_message_dup_text (messages->pdata[i]);

    g_assert_cmpstr (text, ==, texts[i]);
  }
}

static void
test_pages (StoreFixture *fixture,
            gconstpointer data)
{
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) newest = NULL;
  g_autoptr (GPtrArray) older = NULL;
  g_autofree char *parent = NULL;

  store_fixture_create (fixture, A, "First");
  none = load (fixture, NULL, 5, NULL);
  g_assert_cmpuint (none->len, ==, 0);

  for (int i = 1; i <= 5; i++) {
    g_autofree char *text = g_strdup_printf ("%d", i);
    char *id = store_fixture_save_text (fixture, A, parent, text);

    g_free (parent);
    parent = id;
  }

  newest = load (fixture, NULL, 3, NULL);
  assert_texts (newest, (const char *const[]) { "5", "4", "3", NULL });
  older = load (fixture, cloche_message_get_id (newest->pdata[2]), 3, NULL);
  assert_texts (older, (const char *const[]) { "2", "1", NULL });
}

static void
test_branches (StoreFixture *fixture,
               gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) first = NULL;
  g_autofree char *question = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *other = NULL;

  store_fixture_create (fixture, A, "First");
  store_fixture_create (fixture, B, "Second");
  question = store_fixture_save_text (fixture, A, NULL, "question");
  answer = store_fixture_save_text (fixture, A, question, "answer");
  other = store_fixture_save_text (fixture, A, question, "other answer");
  second = load (fixture, NULL, 9, NULL);
  assert_texts (second, (const char *const[]) { "other answer", "question", NULL });

  AWAIT (result, cloche_store_set_head_async (fixture->store, A, answer, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, NULL));
  first = load (fixture, NULL, 9, NULL);
  assert_texts (first, (const char *const[]) { "answer", "question", NULL });

  /* Not into another conversation. */
  AWAIT (result, cloche_store_set_head_async (fixture->store, B, answer, NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
}

static void
test_bad_parent (StoreFixture *fixture,
                 gconstpointer data)
{
  g_autofree char *elsewhere = NULL;
  const char *parents[2] = { "zzzzzzzzzzzz", NULL };
  g_autoptr (GPtrArray) none = NULL;

  store_fixture_create (fixture, A, "First");
  store_fixture_create (fixture, B, "Second");
  elsewhere = store_fixture_save_text (fixture, B, NULL, "elsewhere");
  parents[1] = elsewhere;

  for (gsize i = 0; i < G_N_ELEMENTS (parents); i++) {
    g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, parents[i], 1);
    g_autoptr (GError) error = NULL;

    g_assert_null (store_fixture_save (fixture, A, message, &error));
    g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
  }

  none = load (fixture, NULL, 9, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_no_conversation (StoreFixture *fixture,
                      gconstpointer data)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (store_fixture_save (fixture, A, message, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (load (fixture, NULL, 9, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
}

/* An answer that is saved while it grows stays one message in its place. */
static void
test_save_again (StoreFixture *fixture,
                 gconstpointer data)
{
  g_autofree char *question = NULL;
  g_autofree char *later = NULL;
  g_autoptr (ClocheMessage) answer = NULL;
  g_autoptr (ClocheMessage) stored = NULL;
  g_autoptr (ClocheMessage) stored_again = NULL;
  g_autoptr (GPtrArray) messages = NULL;

  store_fixture_create (fixture, A, "First");
  question = store_fixture_save_text (fixture, A, NULL, "question");
  answer = cloche_message_new (CLOCHE_ROLE_ASSISTANT, question, 2);
  cloche_message_set_status (answer, CLOCHE_MESSAGE_INTERRUPTED);
  stored = store_fixture_save (fixture, A, answer, NULL);
  later = store_fixture_save_text (fixture, A, cloche_message_get_id (answer), "later");

  cloche_message_take_part (answer, cloche_message_part_new_text ("whole"));
  cloche_message_set_status (answer, CLOCHE_MESSAGE_COMPLETE);
  stored_again = store_fixture_save (fixture, A, answer, NULL);

  messages = load (fixture, NULL, 9, NULL);
  assert_texts (messages, (const char *const[]) { "later", "whole", "question", NULL });
  g_assert_cmpint (cloche_message_get_status (messages->pdata[1]), ==, CLOCHE_MESSAGE_COMPLETE);
}

/* Small text stays with the message, all else becomes a blob, and an absent content stays absent. */
static void
test_contents (StoreFixture *fixture,
               gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autoptr (GBytes) png = g_bytes_new_static ("\x89PNG\r\n\x1a\n", 8);
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, 1);
  g_autoptr (ClocheToolResult) tool = cloche_tool_result_new ("c1", "run_python", CLOCHE_TOOL_OK, "ok");
  g_autoptr (ClocheContent) absent = cloche_content_new_absent ("video/webm", 7);
  g_autoptr (ClocheContent) poster = cloche_content_new_bytes ("image/png", png);
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/a/a.webm", 7, 1);
  g_autoptr (ClocheFile) video = cloche_file_new ("a.webm", "/workspace/a.webm", absent);
  g_autoptr (ClocheFile) shown = cloche_file_with_preview (video, poster);
  g_autoptr (ClocheMessage) stored = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);
  ClocheToolResult *loaded;

  cloche_output_take_content (output, cloche_content_new_text ("text/plain", "small"));
  cloche_output_take_content (output, cloche_content_new_text ("text/html", long_text));
  cloche_output_take_content (output, cloche_content_new_bytes ("image/png", png));
  cloche_tool_result_take_output (tool, output);
  cloche_tool_result_take_file (tool, cloche_file_with_origin (shown, origin));
  cloche_message_take_part (message, cloche_message_part_new_tool_result (tool));

  store_fixture_create (fixture, A, "First");
  stored = store_fixture_save (fixture, A, message, NULL);
  messages = load (fixture, NULL, 9, NULL);
  loaded = cloche_message_find_result (messages->pdata[0], "c1");
  output = cloche_tool_result_get_output (loaded, 0);
  g_assert_nonnull (cloche_content_get_bytes (cloche_output_get_content (output, 0)));
  g_assert_null (cloche_content_get_bytes (cloche_output_get_content (output, 1)));
  g_assert_nonnull (cloche_content_get_blob (cloche_output_get_content (output, 1)));
  g_assert_cmpuint (cloche_content_get_size (cloche_output_get_content (output, 1)), ==, 100000);
  g_assert_nonnull (cloche_content_get_blob (cloche_output_get_content (output, 2)));
  g_assert_null (cloche_content_get_blob (cloche_file_get_content (cloche_tool_result_get_file (loaded, 0))));
  g_assert_cmpuint (cloche_content_get_size (cloche_file_get_content (cloche_tool_result_get_file (loaded, 0))), ==, 7);
  g_assert_nonnull (cloche_content_get_blob (cloche_file_get_preview (cloche_tool_result_get_file (loaded, 0))));
  g_assert_null (cloche_content_get_bytes (cloche_file_get_preview (cloche_tool_result_get_file (loaded, 0))));
  g_assert_cmpstr (cloche_origin_get_uri (cloche_file_get_origin (cloche_tool_result_get_file (loaded, 0))), ==,
                   "file:///home/a/a.webm");
}

static GPtrArray *
search (StoreFixture *fixture,
        const char   *text)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *hits;

  AWAIT (result, cloche_store_search_async (fixture->store, text, 10, NULL, cloche_test_result_cb, &result));
  hits = cloche_store_search_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return hits;
}

static void
test_search (StoreFixture *fixture,
             gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint n_hits;
  } CASES[] = {
    { "umsatz", 1 }, { "ums", 1 }, { "größe umsatz", 1 }, { "grosse", 0 }, { "grösse", 0 }, { "Grö", 1 },
    { "grö umsatz", 0 },
    { "", 0 }, { "   ", 0 }, { "nothing", 0 }, { "\"", 0 }, { "umsatz OR", 0 }, { "text:umsatz", 0 }, { "*", 0 }, { "(", 0 },
    { "NEAR(a b)", 0 }, { "\xff", 0 },
  };
  g_autofree char *id = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) hits = NULL;
  g_autoptr (GPtrArray) hidden = NULL;

  store_fixture_create (fixture, A, "First");
  id = store_fixture_save_text (fixture, A, NULL, "Der Umsatz nach Größe und Monat");
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GPtrArray) found = search (fixture, CASES[i].text);

    g_assert_cmpuint (found->len, ==, CASES[i].n_hits);
  }

  hits = search (fixture, "umsatz");
  g_assert_cmpstr (cloche_search_hit_get_conversation_id (hits->pdata[0]), ==, A);
  g_assert_cmpstr (cloche_search_hit_get_message_id (hits->pdata[0]), ==, id);
  g_assert_nonnull (strstr (cloche_search_hit_get_excerpt (hits->pdata[0]), "Umsatz"));

  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  hidden = search (fixture, "umsatz");
  g_assert_cmpuint (hidden->len, ==, 0);
}

/* SQLite gives up on cascades that are 1,000 deep; a conversation may be longer than that. */
static void
test_long (StoreFixture *fixture,
           gconstpointer data)
{
  g_autofree char *parent = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GPtrArray) purged = NULL;
  g_autoptr (GPtrArray) none = NULL;

  store_fixture_create (fixture, A, "Long");
  for (int i = 0; i < 1100; i++) {
    char *id = store_fixture_save_text (fixture, A, parent, "word");

    g_free (parent);
    parent = id;
  }

  messages = load (fixture, NULL, G_MAXUINT, NULL);
  g_assert_cmpuint (messages->len, ==, 1100);

  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  AWAIT (result, cloche_store_purge_async (fixture->store, G_MAXINT64, NULL, cloche_test_result_cb, &result));
  purged = cloche_store_purge_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (purged->len, ==, 1);
  none = search (fixture, "word");
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/store/messages/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("pages", test_pages);
  ADD ("branches", test_branches);
  ADD ("bad-parent", test_bad_parent);
  ADD ("no-conversation", test_no_conversation);
  ADD ("save-again", test_save_again);
  ADD ("contents", test_contents);
  ADD ("search", test_search);
  ADD ("long", test_long);

  return g_test_run ();
}
