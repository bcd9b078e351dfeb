/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-script-private.h"

static void
step_free (ClocheByteStep *step)
{
  g_clear_pointer (&step->bytes, g_bytes_unref);
  g_free (step->event);
  g_free (step);
}

ClocheByteScript *
cloche_byte_script_new (void)
{
  ClocheByteScript *self = g_new0 (ClocheByteScript, 1);

  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);

  return self;
}

void
cloche_byte_script_free (ClocheByteScript *self)
{
  g_ptr_array_unref (self->steps);
  g_free (self->path);
  g_free (self);
}

static ClocheByteStep *
add_step (ClocheByteScript  *self,
          ClocheByteStepKind kind)
{
  ClocheByteStep *step = g_new0 (ClocheByteStep, 1);

  step->kind = kind;
  g_ptr_array_add (self->steps, step);

  return step;
}

void
cloche_byte_script_send_bytes (ClocheByteScript *self,
                               const void       *bytes,
                               gsize             length)
{
  if (length > 0)
    add_step (self, CLOCHE_BYTE_STEP_SEND)->bytes = g_bytes_new (bytes, length);
}

void
cloche_byte_script_send (ClocheByteScript *self,
                         const char       *text)
{
  cloche_byte_script_send_bytes (self, text, strlen (text));
}

/**
 * cloche_byte_script_send_split:
 *
 * Sends @text in writes of one byte. As after every step, the main loop turns between two of them.
 */
void
cloche_byte_script_send_split (ClocheByteScript *self,
                               const char       *text)
{
  for (; *text != '\0'; text++)
    cloche_byte_script_send_bytes (self, text, 1);
}

/**
 * cloche_byte_script_send_for_ever:
 *
 * Sends @text again and again until the client has had enough.
 */
void
cloche_byte_script_send_for_ever (ClocheByteScript *self,
                                  const char       *text)
{
  ClocheByteStep *step = add_step (self, CLOCHE_BYTE_STEP_SEND);

  step->bytes = g_bytes_new (text, strlen (text));
  step->is_endless = TRUE;
}

/**
 * cloche_byte_script_wait:
 * @event: a name that cloche_byte_server_fire() is given, before or after
 */
void
cloche_byte_script_wait (ClocheByteScript *self,
                         const char       *event)
{
  add_step (self, CLOCHE_BYTE_STEP_WAIT)->event = g_strdup (event);
}

/**
 * cloche_byte_script_close:
 *
 * Closes the connection in good order (FIN).
 */
void
cloche_byte_script_close (ClocheByteScript *self)
{
  add_step (self, CLOCHE_BYTE_STEP_CLOSE);
}

/**
 * cloche_byte_script_reset:
 *
 * Breaks the connection (RST).
 */
void
cloche_byte_script_reset (ClocheByteScript *self)
{
  add_step (self, CLOCHE_BYTE_STEP_RESET);
}

/**
 * cloche_byte_script_head:
 * @headers: lines that each end in "\r\n"
 */
void
cloche_byte_script_head (ClocheByteScript *self,
                         unsigned          status,
                         const char       *headers)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 %u Scripted\r\n%s\r\n", status, headers);

  cloche_byte_script_send (self, head);
}

/**
 * cloche_byte_script_chunk:
 * @text: one chunk of a chunked body; the empty one is the last
 */
void
cloche_byte_script_chunk (ClocheByteScript *self,
                          const char       *text)
{
  g_autofree char *chunk = g_strdup_printf ("%zx\r\n%s\r\n", strlen (text), text);

  cloche_byte_script_send (self, chunk);
}

/**
 * cloche_byte_script_answer:
 *
 * A whole well-formed answer.
 */
void
cloche_byte_script_answer (ClocheByteScript *self,
                           unsigned          status,
                           const char       *content_type,
                           const char       *body)
{
  g_autofree char *headers = g_strdup_printf ("Content-Type: %s\r\nContent-Length: %zu\r\n", content_type, strlen (body));

  cloche_byte_script_head (self, status, headers);
  cloche_byte_script_send (self, body);
}
