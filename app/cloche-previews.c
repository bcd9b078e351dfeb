/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-previews.h"

#include "cloche-mime-bundle.h"

/*
 * Decoders of video and PDF are large, and what they are given here is a guest's: so they run in the machine, and what
 * comes out is a PNG that is checked as every other picture of a guest is. A preview that cannot be made is not missed: the
 * file is named all the same.
 */

/* s: for one file, and after which no other is begun: the person waits for the result meanwhile. */
#define FILE_TIMEOUT_S 20
#define ALL_TIMEOUT_S 30

/* Some of the first second, since many videos begin black; of a shorter one the first picture. Nothing is fetched from
 * elsewhere, as a playlist that is named like a video would have it. */
#define VIDEO_SCRIPT \
  "t=$(mktemp) && for s in 1 0; do ffmpeg -nostdin -v quiet -protocol_whitelist file -ss $s -i file:%s -frames:v 1" \
  " -vf 'scale=w=640:h=640:force_original_aspect_ratio=decrease:force_divisible_by=2'" \
  " -c:v png -f image2pipe - </dev/null >\"$t\"; [ -s \"$t\" ] && break; done; cat \"$t\"; rm -f \"$t\""

#define PDF_SCRIPT "pdftoppm -png -f 1 -l 1 -singlefile -scale-to 800 %s </dev/null"

typedef struct
{
  ClocheSandbox *sandbox;
  GPtrArray *files;             /* of ClocheFile */
  guint next;
  guint n_made;                 /* tried, rather */
  gint64 begun_us;
  GByteArray *png;              /* of the file at hand */
  GCancellable *enough;         /* cancelled by the caller's, and when there is too much of it */
  GCancellable *outer;          /* the caller's, or NULL */
  gulong outer_id;
} Add;

static void make_next (GTask *taken_task);

static void
end_file (Add *add)
{
  g_cancellable_disconnect (add->outer, add->outer_id);
  add->outer_id = 0;
  g_clear_object (&add->enough);
  g_clear_pointer (&add->png, g_byte_array_unref);
}

static void
add_free (Add *add)
{
  end_file (add);
  g_clear_object (&add->outer);
  g_object_unref (add->sandbox);
  g_ptr_array_unref (add->files);
  g_free (add);
}

static void
output_cb (gboolean is_error,
           GBytes  *bytes,
           gpointer user_data)
{
  Add *add = user_data;
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  if (is_error || length == 0)
    return;

  if (length > CLOCHE_PREVIEWS_MAX_BYTES - add->png->len) {
    g_byte_array_set_size (add->png, 0);
    g_cancellable_cancel (add->enough);
    return;
  }
  g_byte_array_append (add->png, data, (guint) length);
}

static void
event_cb (JsonObject *event,
          gpointer    user_data)
{
}

/* What is no picture of a sensible size is none at all. */
static void
take_preview (Add *add)
{
  ClocheFile *file = g_ptr_array_index (add->files, add->next - 1);
  g_autoptr (GBytes) png = g_byte_array_free_to_bytes (g_steal_pointer (&add->png));
  g_autoptr (ClocheContent) preview = NULL;
  guint32 width;
  guint32 height;

  if (!cloche_mime_bundle_get_png_size (png, &width, &height) || width == 0 || height == 0 ||
      width > CLOCHE_PREVIEWS_MAX_SIDE || height > CLOCHE_PREVIEWS_MAX_SIDE)
    return;

  preview = cloche_content_new_bytes ("image/png", png);
  add->files->pdata[add->next - 1] = cloche_file_with_preview (file, preview);
  cloche_file_unref (file);
}

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Add *add = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) end = cloche_sandbox_run_finish (CLOCHE_SANDBOX (source), result, &error);
  gboolean was_too_much = g_cancellable_is_cancelled (add->enough);

  if (end != NULL && !was_too_much)
    take_preview (add);
  end_file (add);
  if (g_task_return_error_if_cancelled (task))
    return;

  /* A machine that is gone makes no other one either. */
  if (end == NULL && !was_too_much)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    make_next (g_steal_pointer (&task));
}

static void
outer_cancelled_cb (GCancellable *outer,
                    GCancellable *enough)
{
  g_cancellable_cancel (enough);
}

/* NULL: a file that needs none, or has one. */
static const char *
find_script (ClocheFile *file)
{
  const char *mime_type = cloche_content_get_mime_type (cloche_file_get_content (file));

  if (cloche_file_get_path (file) == NULL || cloche_content_get_size (cloche_file_get_content (file)) == 0)
    return NULL;
  if (g_str_has_prefix (mime_type, "video/"))
    return VIDEO_SCRIPT;

  return g_str_equal (mime_type, "application/pdf") ? PDF_SCRIPT : NULL;
}

static char *
dup_command (const char *script,
             ClocheFile *file)
{
  g_autofree char *quoted = g_shell_quote (cloche_file_get_path (file));
  g_auto (GStrv) parts = g_strsplit (script, "%s", 2);

  return g_strconcat (parts[0], quoted, parts[1], NULL);
}

static void
make_next (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  Add *add = g_task_get_task_data (task);
  const ClocheSandboxListener listener = { .output = output_cb, .event = event_cb, .user_data = add };
  const char *script = NULL;
  g_autofree char *command = NULL;

  while (script == NULL && add->next < add->files->len)
    script = find_script (g_ptr_array_index (add->files, add->next++));
  if (script == NULL || add->n_made == CLOCHE_PREVIEWS_MAX_FILES ||
      g_get_monotonic_time () - add->begun_us > ALL_TIMEOUT_S * G_USEC_PER_SEC) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  add->n_made++;
  add->png = g_byte_array_new ();
  add->enough = g_cancellable_new ();
  if (add->outer != NULL)
    add->outer_id = g_cancellable_connect (add->outer, G_CALLBACK (outer_cancelled_cb), g_object_ref (add->enough),
                                           g_object_unref);
  command = dup_command (script, g_ptr_array_index (add->files, add->next - 1));
  cloche_sandbox_run_shell_async (add->sandbox, command, FILE_TIMEOUT_S * 1000, &listener, add->enough, ran_cb,
                                  g_object_ref (task));
}

/**
 * cloche_previews_add_async:
 * @files: (element-type ClocheFile): in the machine; those that get a preview are replaced in it
 */
void
cloche_previews_add_async (ClocheSandbox      *sandbox,
                           GPtrArray          *files,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task = g_task_new (sandbox, cancellable, callback, user_data);
  Add *add = g_new0 (Add, 1);

  g_task_set_source_tag (task, cloche_previews_add_async);
  add->sandbox = g_object_ref (sandbox);
  add->files = g_ptr_array_ref (files);
  add->begun_us = g_get_monotonic_time ();
  if (cancellable != NULL)
    add->outer = g_object_ref (cancellable);
  g_task_set_task_data (task, add, (GDestroyNotify) add_free);
  make_next (task);
}

/**
 * cloche_previews_add_finish:
 *
 * Returns: FALSE if the machine went away or it was cancelled; what was made until then is in the files
 */
gboolean
cloche_previews_add_finish (GAsyncResult *result,
                            GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
