/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-search-hit.h"
#include "cloche-store-private.h"

#include <string.h>

/* words: more than anybody types; each is a term of the query. */
#define MAX_WORDS 32

typedef struct
{
  char *text;
  guint max_hits;
} Search;

static void
search_free (Search *search)
{
  g_clear_pointer (&search->text, g_free);
  g_free (search);
}

/* Every word is quoted, so that nothing of FTS5's query language is understood, and the last one may be unfinished.
 * Source: sqlite.org/fts5.html, "FTS5 Strings". Returns: (nullable): %NULL if there is no word */
static char *
make_query (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", MAX_WORDS + 1);
  g_autoptr (GString) query = g_string_new (NULL);

  for (gsize i = 0; i < MAX_WORDS && words[i] != NULL; i++) {
    g_autoptr (GString) word = g_string_new (words[i]);

    if (word->len == 0)
      continue;
    g_string_replace (word, "\"", "\"\"", 0);
    g_string_append_printf (query, "%s\"%s\"", query->len > 0 ? " " : "", word->str);
  }

  if (query->len == 0)
    return NULL;

  g_string_append_c (query, '*');
  return g_string_free (g_steal_pointer (&query), FALSE);
}

static gpointer
search (gpointer core,
        gpointer data,
        GError **error)
{
  ClocheStoreCore *self = core;
  Search *state = data;
  g_autofree char *query = make_query (state->text);
  g_autoptr (GPtrArray) hits = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_search_hit_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;

  if (query == NULL)
    return g_steal_pointer (&hits);

  rows = cloche_database_query (self->database, error,
                                "SELECT m.conversation_id, m.id, snippet (message_text, 0, '', '', '…', 16) "
                                "FROM message_text JOIN messages m ON m.number = message_text.rowid "
                                "JOIN conversations c ON c.id = m.conversation_id "
                                "WHERE message_text MATCH ?1 AND c.deleted_us IS NULL ORDER BY rank LIMIT ?2",
                                "si", query, (gint64) state->max_hits);
  for (;;) {
    gboolean has_row;

    if (rows == NULL || !cloche_database_step (self->database, rows, &has_row, error))
      return NULL;
    if (!has_row)
      return g_steal_pointer (&hits);
    g_ptr_array_add (hits, cloche_search_hit_new (cloche_column_text (rows, 0), cloche_column_text (rows, 1),
                                                  cloche_column_text (rows, 2)));
  }
}

/**
 * cloche_store_search_async:
 * @text: what the person typed: words that must all occur, the last one perhaps unfinished
 * @max_hits: how many at most
 *
 * Searches the text of all messages, the best first, whatever branch they are on.
 */
void
cloche_store_search_async (ClocheStore        *self,
                           const char         *text,
                           guint               max_hits,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  Search *state = g_new0 (Search, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  state->text = g_utf8_make_valid (text, -1);
  state->max_hits = max_hits;
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_search_async, state, (GDestroyNotify) search_free,
                                                 cancellable, callback, user_data),
                    search, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_search_finish:
 *
 * Returns: (transfer full) (element-type ClocheSearchHit): the places
 */
GPtrArray *
cloche_store_search_finish (ClocheStore  *self,
                            GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_search_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
