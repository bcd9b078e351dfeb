/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-capture.h"

#include "cloche-json.h"
#include "cloche-mime-bundle.h"
#include "cloche-tool-text.h"

#include <string.h>

/* frames and lines of a traceback that are looked at. */
#define MAX_FRAMES 200

typedef struct
{
  GByteArray *printed;          /* as it came */
  gsize shown;                  /* bytes of @printed that the run has been told */
} Stream;

struct _ClocheToolCapture
{
  ClocheToolRun *run;
  GCancellable *enough;         /* cancelled when it is too much */

  Stream streams[2];            /* standard output, standard error */
  gsize shown_bytes;
  gboolean is_too_much;
  gboolean is_clear_due;        /* "clear" with "wait": at the next output */
  char *exception;              /* "NameError: …", or NULL */
  GString *frames;              /* of the model's own code */
};

/**
 * cloche_tool_capture_new:
 * @enough: cancelled once more is printed than anybody wants
 */
ClocheToolCapture *
cloche_tool_capture_new (ClocheToolRun *run,
                         GCancellable  *enough)
{
  ClocheToolCapture *self = g_new0 (ClocheToolCapture, 1);

  self->run = g_object_ref (run);
  self->enough = g_object_ref (enough);
  self->streams[0].printed = g_byte_array_new ();
  self->streams[1].printed = g_byte_array_new ();
  self->frames = g_string_new (NULL);

  return self;
}

void
cloche_tool_capture_free (ClocheToolCapture *self)
{
  g_object_unref (self->run);
  g_object_unref (self->enough);
  g_byte_array_unref (self->streams[0].printed);
  g_byte_array_unref (self->streams[1].printed);
  g_string_free (self->frames, TRUE);
  g_free (self->exception);
  g_free (self);
}

static void
stop (ClocheToolCapture *self)
{
  if (self->is_too_much)
    return;

  self->is_too_much = TRUE;
  g_cancellable_cancel (self->enough);
}

/* Tells the run what is whole of a stream: not half a character, not half an escape sequence. */
static void
show (ClocheToolCapture *self,
      Stream            *stream,
      gboolean           is_error)
{
  const char *bytes = (const char *) stream->printed->data + stream->shown;
  gsize length = cloche_tool_text_get_whole_length (bytes, stream->printed->len - stream->shown);
  g_autofree char *text = NULL;

  if (length == 0)
    return;

  text = cloche_tool_text_clean (bytes, length);
  stream->shown += length;
  cloche_tool_run_add_text (self->run, is_error, text);
}

static void
output_cb (gboolean is_error,
           GBytes  *bytes,
           gpointer user_data)
{
  ClocheToolCapture *self = user_data;
  Stream *stream = &self->streams[is_error ? 1 : 0];
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  gsize have = self->streams[0].printed->len + self->streams[1].printed->len;

  g_byte_array_append (stream->printed, data, (guint) MIN (length, CLOCHE_TOOL_CAPTURE_MAX_PRINTED_BYTES - have));
  show (self, stream, is_error);
  if (length > CLOCHE_TOOL_CAPTURE_MAX_PRINTED_BYTES - have)
    stop (self);
}

static gsize
size_of_output (ClocheOutput *output)
{
  gsize size = 0;

  for (guint i = 0; i < cloche_output_get_n_contents (output); i++)
    size += cloche_content_get_size (cloche_output_get_content (output, i));

  return size;
}

static void
show_output (ClocheToolCapture *self,
             ClocheOutput      *output,
             gboolean           is_update)
{
  self->shown_bytes += size_of_output (output);
  if (self->shown_bytes > CLOCHE_TOOL_CAPTURE_MAX_SHOWN_BYTES ||
      cloche_tool_run_get_n_outputs (self->run) >= CLOCHE_TOOL_CAPTURE_MAX_OUTPUTS) {
    stop (self);
    return;
  }

  if (self->is_clear_due)
    cloche_tool_run_clear_outputs (self->run);
  self->is_clear_due = FALSE;
  if (is_update)
    cloche_tool_run_replace_output (self->run, output);
  else
    cloche_tool_run_add_output (self->run, output);
}

/* A frame of the model's own code: a cell, or a file that it wrote. IPython marks both so. */
static gboolean
is_own_frame (const char *frame)
{
  return g_str_has_prefix (frame, "Cell In") || g_str_has_prefix (frame, "Input In") ||
         strstr (frame, "File /workspace/") == frame || strstr (frame, "File <string>") == frame;
}

static void
read_traceback (ClocheToolCapture *self,
                JsonObject        *event)
{
  const char *name = cloche_json_get_string (event, "name");
  const char *value = cloche_json_get_string (event, "value");
  JsonArray *frames = cloche_json_get_array (event, "frames");
  g_autofree char *line = g_strdup_printf ("%s: %s", name != NULL ? name : "Error", value != NULL ? value : "");
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (ClocheOutput) output = NULL;

  g_free (self->exception);
  self->exception = cloche_tool_text_clean (line, strlen (line));
  g_string_truncate (self->frames, 0);

  for (guint i = 0; frames != NULL && i < MIN (json_array_get_length (frames), MAX_FRAMES); i++) {
    const char *frame = cloche_json_array_get_string (frames, i);
    g_autofree char *clean = frame != NULL ? cloche_tool_text_clean (frame, strlen (frame)) : NULL;

    if (clean == NULL)
      continue;
    g_string_append_printf (all, "%s\n", clean);
    if (is_own_frame (clean))
      g_string_append_printf (self->frames, "%s\n", g_strchomp (clean));
  }

  output = cloche_output_new_text (CLOCHE_OUTPUT_TRACEBACK, all->len > 0 ? all->str : self->exception);
  show_output (self, output, FALSE);
}

static void
event_cb (JsonObject *event,
          gpointer    user_data)
{
  ClocheToolCapture *self = user_data;
  const char *name = cloche_json_get_string (event, "event");
  gboolean is_result = g_strcmp0 (name, "result") == 0;
  g_autoptr (ClocheOutput) output = NULL;

  if (g_strcmp0 (name, "traceback") == 0) {
    read_traceback (self, event);
  } else if (g_strcmp0 (name, "clear") == 0) {
    self->is_clear_due = cloche_json_get_bool (event, "wait", FALSE);
    if (!self->is_clear_due)
      cloche_tool_run_clear_outputs (self->run);
  } else if (is_result || g_strcmp0 (name, "display") == 0) {
    output = cloche_mime_bundle_read (is_result ? CLOCHE_OUTPUT_RESULT : CLOCHE_OUTPUT_DISPLAY, event);
    if (output != NULL)
      show_output (self, output, cloche_json_get_bool (event, "update", FALSE));
  }
}

/**
 * cloche_tool_capture_get_listener:
 *
 * What to give to the sandbox; good for as long as @self lives.
 */
ClocheSandboxListener
cloche_tool_capture_get_listener (ClocheToolCapture *self)
{
  return (ClocheSandboxListener) { .output = output_cb, .event = event_cb, .user_data = self };
}

/**
 * cloche_tool_capture_is_too_much:
 *
 * Whether what runs was stopped because of a cap of this file.
 */
gboolean
cloche_tool_capture_is_too_much (ClocheToolCapture *self)
{
  return self->is_too_much;
}

/**
 * cloche_tool_capture_dup_printed:
 *
 * Returns: (transfer full): all that was printed, as plain text
 */
char *
cloche_tool_capture_dup_printed (ClocheToolCapture *self,
                                 gboolean           is_error)
{
  GByteArray *printed = self->streams[is_error ? 1 : 0].printed;

  return cloche_tool_text_clean ((const char *) printed->data, printed->len);
}

/* What a model reads of an output: its plain text, unless it is a picture, of which that is only a name. */
static char *
dup_words (ClocheOutput *output)
{
  ClocheContent *text = cloche_output_find_content (output, "text/plain");

  if (cloche_output_get_kind (output) == CLOCHE_OUTPUT_TRACEBACK || text == NULL ||
      cloche_output_find_content (output, "image/png") != NULL ||
      cloche_output_find_content (output, "image/jpeg") != NULL)
    return NULL;

  return cloche_content_dup_text (text);
}

/**
 * cloche_tool_capture_dup_shown:
 *
 * Returns: (transfer full): results and displays in words, each on lines of its own
 */
char *
cloche_tool_capture_dup_shown (ClocheToolCapture *self)
{
  GString *shown = g_string_new (NULL);

  for (guint i = 0; i < cloche_tool_run_get_n_outputs (self->run); i++) {
    g_autofree char *words = dup_words (cloche_tool_run_get_output (self->run, i));
    g_autofree char *clean = words != NULL ? cloche_tool_text_clean (words, strlen (words)) : NULL;

    if (clean != NULL)
      g_string_append_printf (shown, "%s%s", shown->len > 0 ? "\n" : "", g_strchomp (clean));
  }

  return g_string_free (shown, FALSE);
}

/**
 * cloche_tool_capture_dup_exception:
 *
 * Returns: (transfer full) (nullable): the uncaught exception: its last line first, then the frames of the model's code
 */
char *
cloche_tool_capture_dup_exception (ClocheToolCapture *self)
{
  if (self->exception == NULL)
    return NULL;

  return g_strdup_printf ("%s%s%s", self->exception, self->frames->len > 0 ? "\n" : "", self->frames->str);
}

/**
 * cloche_tool_capture_dup_images:
 *
 * Returns: (transfer full): "plot-1.png (640x480), plot-2.png (640x480)"; empty without pictures
 */
char *
cloche_tool_capture_dup_images (ClocheToolCapture *self)
{
  static const struct
  {
    const char *mime_type;
    const char *extension;
  } TYPES[] = { { "image/png", "png" }, { "image/jpeg", "jpg" }, { "image/svg+xml", "svg" } };
  GString *images = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < cloche_tool_run_get_n_outputs (self->run); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (TYPES); j++) {
      ClocheContent *content = cloche_output_find_content (cloche_tool_run_get_output (self->run, i),
                                                           TYPES[j].mime_type);
      guint32 width, height;

      if (content == NULL)
        continue;
      g_string_append_printf (images, "%splot-%u.%s", n > 0 ? ", " : "", n + 1, TYPES[j].extension);
      n++;
      if (cloche_mime_bundle_get_png_size (cloche_content_get_bytes (content), &width, &height))
        g_string_append_printf (images, " (%ux%u)", width, height);
      break;
    }

  return g_string_free (images, FALSE);
}

/**
 * cloche_tool_capture_fill_result:
 *
 * Gives @result what was printed and shown, for the person.
 */
void
cloche_tool_capture_fill_result (ClocheToolCapture *self,
                                 ClocheToolResult  *result)
{
  for (int i = 0; i < 2; i++) {
    g_autofree char *printed = cloche_tool_capture_dup_printed (self, i == 1);
    g_autofree char *kept = cloche_tool_text_cut (printed, CLOCHE_TOOL_RUN_MAX_TEXT_BYTES / 4, NULL);

    if (*kept != '\0')
      cloche_tool_result_take_output (result, cloche_output_new_text (i == 1 ? CLOCHE_OUTPUT_STDERR : CLOCHE_OUTPUT_STDOUT,
                                                                      kept));
  }

  for (guint i = 0; i < cloche_tool_run_get_n_outputs (self->run); i++)
    cloche_tool_result_take_output (result, cloche_output_ref (cloche_tool_run_get_output (self->run, i)));
}
