/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-content.h"
#include "cloche-file.h"
#include "cloche-json.h"
#include "cloche-model-error.h"

#include <string.h>

#define BLOB "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static ClocheContent *
round_trip (ClocheContent *content)
{
  g_autoptr (JsonObject) json = cloche_content_to_json (content);
  g_autofree char *line = cloche_json_object_to_line (json);
  g_autoptr (JsonObject) again = cloche_json_parse_object (line, -1, NULL);
  g_autoptr (GError) error = NULL;
  ClocheContent *back = cloche_content_from_json (again, &error);

  g_assert_no_error (error);
  return back;
}

static void
test_bytes (void)
{
  static const struct
  {
    const char *data;
    gsize size;
  } CASES[] = { { "", 0 }, { "text\n\x7f", 6 }, { "\x89PNG\r\n\x1a\n\0\0", 10 }, { "a\0b", 3 }, { "\xed\xa0\xbd", 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (CASES[i].data, CASES[i].size);
    g_autoptr (ClocheContent) content = cloche_content_new_bytes ("image/png", bytes);
    g_autoptr (ClocheContent) back = round_trip (content);

    g_assert_cmpstr (cloche_content_get_mime_type (back), ==, "image/png");
    g_assert_cmpuint (cloche_content_get_size (back), ==, CASES[i].size);
    g_assert_true (g_bytes_equal (cloche_content_get_bytes (back), bytes));
    g_assert_null (cloche_content_get_blob (back));
  }
}

static void
test_blob (void)
{
  g_autoptr (ClocheContent) content = cloche_content_new_blob ("image/png", BLOB, 12);
  g_autoptr (ClocheContent) back = round_trip (content);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("123456789012", 12);
  g_autoptr (ClocheContent) loaded = cloche_content_with_bytes (back, bytes);
  g_autoptr (ClocheContent) again = round_trip (loaded);

  g_assert_cmpstr (cloche_content_get_blob (back), ==, BLOB);
  g_assert_cmpuint (cloche_content_get_size (back), ==, 12);
  g_assert_null (cloche_content_get_bytes (back));
  g_assert_null (cloche_content_dup_text (back));
  g_assert_nonnull (cloche_content_get_bytes (loaded));
  /* What is in the blob store is not written a second time. */
  g_assert_null (cloche_content_get_bytes (again));
  g_assert_cmpstr (cloche_content_get_blob (again), ==, BLOB);
}

static void
test_absent (void)
{
  g_autoptr (ClocheContent) content = cloche_content_new_absent ("video/webm", G_GUINT64_CONSTANT (5000000000));
  g_autoptr (ClocheContent) back = round_trip (content);

  g_assert_cmpuint (cloche_content_get_size (back), ==, G_GUINT64_CONSTANT (5000000000));
  g_assert_null (cloche_content_get_bytes (back));
  g_assert_null (cloche_content_get_blob (back));
}

static void
test_invalid (void)
{
  static const char *const CASES[] = {
    "{}", "{\"mime\":\"a/b\"}", "{\"mime\":1,\"size\":1}", "{\"mime\":\"a/b\",\"size\":-1}",
    "{\"mime\":\"a/b\",\"size\":1,\"blob\":\"../../etc/passwd\"}",
    "{\"mime\":\"a/b\",\"size\":1,\"blob\":\"E3B0\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (JsonObject) json = cloche_json_parse_object (CASES[i], -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_content_from_json (json, &error));
    g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
  }

  g_assert_null (cloche_content_from_json (NULL, NULL));
}

static void
test_text (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\xff", 2);
  g_autoptr (ClocheContent) content = cloche_content_new_bytes ("text/plain", bytes);
  g_autoptr (ClocheContent) empty = cloche_content_new_text ("text/plain", "");
  g_autofree char *text = cloche_content_dup_text (content);
  g_autofree char *empty_text = cloche_content_dup_text (empty);

  g_assert_cmpstr (text, ==, "a\ufffd");
  g_assert_cmpstr (empty_text, ==, "");
}

static void
test_file (void)
{
  g_autoptr (ClocheContent) content = cloche_content_new_blob ("text/csv", BLOB, 12);
  g_autoptr (ClocheFile) file = cloche_file_new ("sales\xff.csv", "/workspace/sales.csv", content);
  g_autoptr (JsonObject) json = cloche_file_to_json (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheFile) back = cloche_file_from_json (json, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_file_get_name (back), ==, "sales\ufffd.csv");
  g_assert_cmpstr (cloche_file_get_path (back), ==, "/workspace/sales.csv");
  g_assert_cmpstr (cloche_content_get_blob (cloche_file_get_content (back)), ==, BLOB);

  json_object_remove_member (json, "name");
  g_assert_null (cloche_file_from_json (json, &error));
  g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
}

/* What is known of a file besides comes back from the store; a copy with one thing more leaves the first as it was. */
static void
test_file_more (void)
{
  g_autoptr (ClocheContent) content = cloche_content_new_text ("image/png", "after");
  g_autoptr (ClocheContent) before = cloche_content_new_text ("image/png", "before");
  g_autoptr (ClocheContent) preview = cloche_content_new_text ("image/png", "preview");
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/a/b%FF.png", 7, 1234567890123456);
  g_autoptr (ClocheFile) plain = cloche_file_new ("b.png", "/workspace/b.png", content);
  g_autoptr (ClocheFile) changed = cloche_file_with_before (plain, before);
  g_autoptr (ClocheFile) shown = cloche_file_with_preview (changed, preview);
  g_autoptr (ClocheFile) file = cloche_file_with_origin (shown, origin);
  g_autoptr (JsonObject) json = cloche_file_to_json (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheFile) back = cloche_file_from_json (json, &error);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_null (cloche_file_get_before (plain));
  g_assert_null (cloche_file_get_origin (shown));
  text = cloche_content_dup_text (cloche_file_get_before (back));
  g_assert_cmpstr (text, ==, "before");
  g_assert_cmpuint (cloche_content_get_size (cloche_file_get_preview (back)), ==, 7);
  g_assert_cmpuint (cloche_origin_get_size (cloche_file_get_origin (back)), ==, 7);
  g_assert_cmpint (cloche_origin_get_mtime_us (cloche_file_get_origin (back)), ==, 1234567890123456);
  path = cloche_origin_dup_path (cloche_file_get_origin (back));
  g_assert_cmpstr (path, ==, "/home/a/b\xff.png");

  json_object_remove_member (json_object_get_object_member (json, "origin"), "uri");
  g_assert_null (cloche_file_from_json (json, &error));
  g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
  g_clear_error (&error);
  json_object_remove_member (json_object_get_object_member (json, "preview"), "mime");
  json_object_remove_member (json, "origin");
  g_assert_null (cloche_file_from_json (json, &error));
  g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/content/bytes", test_bytes);
  g_test_add_func ("/model/content/blob", test_blob);
  g_test_add_func ("/model/content/absent", test_absent);
  g_test_add_func ("/model/content/invalid", test_invalid);
  g_test_add_func ("/model/content/text", test_text);
  g_test_add_func ("/model/content/file", test_file);
  g_test_add_func ("/model/content/file-more", test_file_more);

  return g_test_run ();
}
