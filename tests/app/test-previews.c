/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-previews.h"

#include "cloche-fake-sandbox.h"
#include "cloche-test-async.h"

#include <string.h>

/* The head of a PNG of @width × 3 pixels. */
static void
say_png (const ClocheSandboxListener *listener,
         guint32                      width)
{
  guint8 png[24] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
  g_autoptr (GBytes) head = NULL;
  g_autoptr (GBytes) rest = NULL;

  width = GUINT32_TO_BE (width);
  memcpy (png + 16, &width, sizeof width);
  png[23] = 3;
  head = g_bytes_new (png, 10);
  rest = g_bytes_new (png + 10, sizeof png - 10);
  listener->output (FALSE, head, listener->user_data);
  listener->output (FALSE, rest, listener->user_data);
}

static void
say_block (const ClocheSandboxListener *listener,
           gboolean                     is_error)
{
  g_autofree char *block = g_strnfill (1024 * 1024, '\x89');
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&block), 1024 * 1024);

  for (int i = 0; i < 20; i++)
    listener->output (is_error, bytes, listener->user_data);
}

/* What becomes of a file is in its name. */
static const char *
runner (ClocheFakeSandbox           *sandbox,
        gboolean                     is_shell,
        const char                  *text,
        const ClocheSandboxListener *listener)
{
  g_assert_true (is_shell);
  if (strstr (text, "good") != NULL) {
    say_png (listener, 640);
  } else if (strstr (text, "huge") != NULL) {
    say_png (listener, 100000);
  } else if (strstr (text, "flood") != NULL) {
    say_block (listener, FALSE);
    return "";
  } else if (strstr (text, "warned") != NULL) {
    say_block (listener, TRUE);
    say_png (listener, 1);
  } else if (strstr (text, "hang") != NULL) {
    return "";
  } else if (strstr (text, "gone") != NULL) {
    return NULL;
  }

  return "{\"event\":\"end\",\"status\":\"ok\"}";
}

static GPtrArray *
files_new (const char *const *names)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);

  for (; *names != NULL; names++) {
    const char *mime_type = g_str_has_suffix (*names, ".pdf") ? "application/pdf"
                            : g_str_has_suffix (*names, ".mp4") ? "video/mp4" : "text/plain";
    g_autoptr (ClocheContent) content = cloche_content_new_absent (mime_type, g_str_has_prefix (*names, "empty") ? 0 : 9);
    g_autofree char *path = g_build_filename ("/workspace", *names, NULL);

    g_ptr_array_add (files, cloche_file_new (*names, path, content));
  }

  return files;
}

/* "1010": which of them have a preview. */
static char *
add (ClocheFakeSandbox *sandbox,
     GPtrArray         *files,
     GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GString *have = g_string_new (NULL);

  cloche_previews_add_async (CLOCHE_SANDBOX (sandbox), files, NULL, cloche_test_result_cb, &result);
  cloche_test_wait (&result);
  (void) cloche_previews_add_finish (result, error);
  for (guint i = 0; i < files->len; i++)
    g_string_append_c (have, cloche_file_get_preview (files->pdata[i]) != NULL ? '1' : '0');

  return g_string_free (have, FALSE);
}

static void
test_made (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (GPtrArray) files = files_new ((const char *const[]) { "good.txt", "good.mp4", "empty-good.mp4", "good.pdf", NULL });
  g_autoptr (GError) error = NULL;
  g_autofree char *have = add (sandbox, files, &error);
  ClocheFile *video = files->pdata[1];

  g_assert_no_error (error);
  g_assert_cmpstr (have, ==, "0101");
  g_assert_cmpuint (cloche_fake_sandbox_get_n_runs (sandbox), ==, 2);
  g_assert_cmpstr (cloche_file_get_name (video), ==, "good.mp4");
  g_assert_cmpstr (cloche_content_get_mime_type (cloche_file_get_preview (video)), ==, "image/png");
  g_assert_cmpuint (cloche_content_get_size (cloche_file_get_preview (video)), ==, 24);
}

/* Nothing that comes out of a guest is taken for a picture because it was asked for one. */
static void
test_hostile (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (GPtrArray) files = files_new ((const char *const[]) { "nothing.mp4", "huge.mp4", "flood.pdf", "warned.mp4", NULL });
  g_autoptr (GError) error = NULL;
  g_autofree char *have = add (sandbox, files, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (have, ==, "0001");
  g_assert_cmpuint (cloche_fake_sandbox_get_n_runs (sandbox), ==, 4);
}

static void
test_many (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (GPtrArray) files = files_new ((const char *const[]) { "good1.mp4", "good2.mp4", "good3.mp4", "good4.mp4",
                                                                   "good5.mp4", "good6.mp4", NULL });
  g_autofree char *have = add (sandbox, files, NULL);

  g_assert_cmpstr (have, ==, "111100");
}

static void
test_gone (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (GPtrArray) files = files_new ((const char *const[]) { "good.mp4", "gone.mp4", "good.pdf", NULL });
  g_autoptr (GError) error = NULL;
  g_autofree char *have = add (sandbox, files, &error);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_cmpstr (have, ==, "100");
  g_assert_cmpuint (cloche_fake_sandbox_get_n_runs (sandbox), ==, 2);
}

static void
test_cancelled (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (GPtrArray) files = files_new ((const char *const[]) { "hang.mp4", "good.mp4", NULL });
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_previews_add_async (CLOCHE_SANDBOX (sandbox), files, cancellable, cloche_test_result_cb, &result);
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  cloche_test_wait (&result);
  g_assert_false (cloche_previews_add_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (cloche_fake_sandbox_get_n_runs (sandbox), ==, 1);
}

/* A name of a guest's making stays one word of the command, and no option of it. */
static const char *
quoting_runner (ClocheFakeSandbox           *sandbox,
                gboolean                     is_shell,
                const char                  *text,
                const ClocheSandboxListener *listener)
{
  g_assert_nonnull (strstr (text, "-scale-to 800 '/workspace/a'\\''; touch b; %s.pdf' </dev/null"));
  say_png (listener, 2);

  return "{\"event\":\"end\",\"status\":\"ok\"}";
}

static void
test_quoted (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (quoting_runner);
  g_autoptr (GPtrArray) files = files_new ((const char *const[]) { "a'; touch b; %s.pdf", NULL });
  g_autofree char *have = add (sandbox, files, NULL);

  g_assert_cmpstr (have, ==, "1");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/previews/made", test_made);
  g_test_add_func ("/app/previews/hostile", test_hostile);
  g_test_add_func ("/app/previews/many", test_many);
  g_test_add_func ("/app/previews/gone", test_gone);
  g_test_add_func ("/app/previews/cancelled", test_cancelled);
  g_test_add_func ("/app/previews/quoted", test_quoted);

  return g_test_run ();
}
