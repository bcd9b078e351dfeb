/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-attached-files.h"

#include <string.h>

static ClocheFile *
file_new (const char *name,
          const char *mime_type,
          const char *text)
{
  g_autofree char *path = g_build_filename ("/workspace", name, NULL);
  g_autoptr (ClocheContent) content = text != NULL ? cloche_content_new_text (mime_type, text)
                                                   : cloche_content_new_absent (mime_type, 5);

  return cloche_file_new (name, path, content);
}

static ClocheFile *
attached_new (const char *name,
              const char *mime_type,
              const char *text)
{
  g_autoptr (ClocheFile) file = file_new (name, mime_type, text);
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/a/b", 5, 1);

  return cloche_file_with_origin (file, origin);
}

static ClocheFile *
change (ClocheAttachedFiles *attached,
        const char          *name,
        const char          *mime_type,
        const char          *text)
{
  g_autoptr (ClocheFile) file = file_new (name, mime_type, text);

  return cloche_attached_files_change (attached, file);
}

static void
assert_before (ClocheFile *file,
               const char *expected)
{
  ClocheContent *before = cloche_file_get_before (file);
  g_autofree char *text = before != NULL ? cloche_content_dup_text (before) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

/* Each version of a picture is told with the one before it, and where the first came from. */
static void
test_picture (void)
{
  g_autoptr (ClocheAttachedFiles) attached = cloche_attached_files_new ();
  g_autoptr (ClocheFile) first = attached_new ("a.png", "image/png", "first");
  g_autoptr (ClocheFile) other = change (attached, "a.png", "image/png", "early");
  g_autoptr (ClocheFile) second = NULL;
  g_autoptr (ClocheFile) touched = NULL;
  g_autoptr (ClocheFile) third = NULL;
  g_autoptr (ClocheFile) elsewhere = NULL;

  assert_before (other, NULL);
  g_assert_null (cloche_file_get_origin (other));

  cloche_attached_files_add (attached, first);
  second = change (attached, "a.png", "image/png", "second");
  assert_before (second, "first");
  g_assert_true (cloche_file_get_origin (second) == cloche_file_get_origin (first));
  touched = change (attached, "a.png", "image/png", "second");
  assert_before (touched, NULL);
  third = change (attached, "a.png", "image/png", "third!");
  assert_before (third, "second");
  g_assert_true (cloche_file_get_origin (third) == cloche_file_get_origin (first));

  elsewhere = change (attached, "b.png", "image/png", "new");
  assert_before (elsewhere, NULL);
  g_assert_null (cloche_file_get_origin (elsewhere));
}

/* What cannot be shown is not compared, but comes from where it comes. */
static void
test_no_picture (void)
{
  g_autoptr (ClocheAttachedFiles) attached = cloche_attached_files_new ();
  g_autoptr (ClocheFile) table = attached_new ("a.csv", "text/csv", "first");
  g_autoptr (ClocheFile) large = attached_new ("b.png", "image/png", NULL);
  g_autoptr (ClocheFile) second_table = NULL;
  g_autoptr (ClocheFile) second_large = NULL;
  g_autoptr (ClocheFile) third_large = NULL;

  cloche_attached_files_add (attached, table);
  cloche_attached_files_add (attached, large);
  second_table = change (attached, "a.csv", "text/csv", "second");
  assert_before (second_table, NULL);
  g_assert_nonnull (cloche_file_get_origin (second_table));
  second_large = change (attached, "b.png", "image/png", "small");
  assert_before (second_large, NULL);
  g_assert_nonnull (cloche_file_get_origin (second_large));
  third_large = change (attached, "b.png", "image/png", NULL);
  assert_before (third_large, NULL);
}

/* A version in the store is the same one, and never takes the place of a later one. */
static void
test_stored (void)
{
  g_autoptr (ClocheAttachedFiles) attached = cloche_attached_files_new ();
  g_autoptr (ClocheFile) first = attached_new ("a.png", "image/png", "first");
  g_autofree char *blob = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "second", -1);
  g_autoptr (ClocheContent) stored_content = cloche_content_new_blob ("image/png", blob, 6);
  g_autoptr (ClocheFile) second = NULL;
  g_autoptr (ClocheFile) stored = NULL;
  g_autoptr (ClocheFile) touched = NULL;
  g_autoptr (ClocheFile) third = NULL;
  g_autoptr (ClocheFile) fourth = NULL;

  cloche_attached_files_add (attached, first);
  second = change (attached, "a.png", "image/png", "second");
  stored = cloche_file_with_content (second, stored_content);
  cloche_attached_files_replace (attached, second, stored);
  touched = change (attached, "a.png", "image/png", "second");
  assert_before (touched, NULL);
  cloche_attached_files_replace (attached, touched, stored);
  third = change (attached, "a.png", "image/png", "thirds");
  g_assert_cmpstr (cloche_content_get_blob (cloche_file_get_before (third)), ==, blob);
  cloche_attached_files_replace (attached, second, stored);
  fourth = change (attached, "a.png", "image/png", "fourth");
  assert_before (fourth, "thirds");
}

static void
count_cb (gpointer n)
{
  ++*(guint *) n;
}

/* The bytes of a version that the store has are let go of, also if it has got a preview before it went there. */
static void
test_stored_with_preview (void)
{
  g_autoptr (ClocheAttachedFiles) attached = cloche_attached_files_new ();
  g_autoptr (ClocheFile) first = attached_new ("a.pdf", "application/pdf", "first");
  g_autofree char *blob = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "second", -1);
  g_autoptr (ClocheContent) stored_content = cloche_content_new_blob ("application/pdf", blob, 6);
  g_autoptr (ClocheContent) preview = cloche_content_new_text ("image/png", "picture");
  guint n_freed = 0;
  GBytes *bytes = g_bytes_new_with_free_func ("second", 6, count_cb, &n_freed);
  ClocheContent *content = cloche_content_new_bytes ("application/pdf", bytes);
  ClocheFile *made = cloche_file_new ("a.pdf", "/workspace/a.pdf", content);
  ClocheFile *second;
  ClocheFile *shown;
  g_autoptr (ClocheFile) stored = NULL;

  cloche_attached_files_add (attached, first);
  second = cloche_attached_files_change (attached, made);
  shown = cloche_file_with_preview (second, preview);
  stored = cloche_file_with_content (shown, stored_content);
  cloche_attached_files_replace (attached, shown, stored);
  g_bytes_unref (bytes);
  cloche_content_unref (content);
  cloche_file_unref (made);
  cloche_file_unref (second);
  cloche_file_unref (shown);
  g_assert_cmpuint (n_freed, ==, 1);
}

/* What was said on an earlier day counts; of what tools made only what the person had attached. */
static void
test_history (void)
{
  g_autoptr (ClocheAttachedFiles) attached = cloche_attached_files_new ();
  g_autoptr (ClocheMessage) early = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, 1);
  g_autoptr (ClocheMessage) question = cloche_message_new (CLOCHE_ROLE_USER, NULL, 2);
  g_autoptr (ClocheMessage) results = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, 3);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("c", "run_python", CLOCHE_TOOL_OK, "");
  g_autoptr (ClocheFile) first = attached_new ("a.png", "image/png", "first");
  g_autoptr (ClocheFile) changed = NULL;
  g_autoptr (ClocheFile) made = NULL;

  cloche_message_take_part (question, cloche_message_part_new_file (first));
  cloche_tool_result_take_file (result, file_new ("a.png", "image/png", "second"));     /* Read, say. */
  cloche_tool_result_take_file (result, file_new ("plot.png", "image/png", "plot"));
  cloche_message_take_part (results, cloche_message_part_new_tool_result (result));
  cloche_message_take_part (early, cloche_message_part_new_text ("nothing"));
  cloche_attached_files_add_message (attached, early);
  cloche_attached_files_add_message (attached, question);
  cloche_attached_files_add_message (attached, results);

  changed = change (attached, "a.png", "image/png", "third");
  assert_before (changed, "second");
  g_assert_nonnull (cloche_file_get_origin (changed));
  made = change (attached, "plot.png", "image/png", "plot 2");
  assert_before (made, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/attached-files/picture", test_picture);
  g_test_add_func ("/app/attached-files/no-picture", test_no_picture);
  g_test_add_func ("/app/attached-files/stored", test_stored);
  g_test_add_func ("/app/attached-files/stored-with-preview", test_stored_with_preview);
  g_test_add_func ("/app/attached-files/history", test_history);

  return g_test_run ();
}
