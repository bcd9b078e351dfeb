/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-think-splitter.h"

#include <string.h>

#define OPENING "<think>"
#define CLOSING "</think>"

/* START → THINKING at the opening tag, → TEXT at anything else; THINKING → AFTER at the closing one; AFTER → TEXT at the
 * first character that is no white space. */
typedef enum {
  START,
  THINKING,
  AFTER,
  TEXT,
} State;

struct _ClocheThinkSplitter
{
  ClocheCompletion *completion;
  GString *held;                /* what may yet turn out to be a tag, or space that goes with one */
  State state;
};

ClocheThinkSplitter *
cloche_think_splitter_new (ClocheCompletion *completion)
{
  ClocheThinkSplitter *self = g_new0 (ClocheThinkSplitter, 1);

  self->completion = g_object_ref (completion);
  self->held = g_string_new (NULL);

  return self;
}

void
cloche_think_splitter_free (ClocheThinkSplitter *self)
{
  g_object_unref (self->completion);
  g_string_free (self->held, TRUE);
  g_free (self);
}

static const char *
skip_space (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;

  return text;
}

/* Bytes at the end of @text that are the beginning of the closing tag. */
static gsize
count_begun (const char *text,
             gsize       length)
{
  for (gsize n = MIN (length, strlen (CLOSING) - 1); n > 0; n--)
    if (memcmp (text + length - n, CLOSING, n) == 0)
      return n;

  return 0;
}

static void
give_thinking (ClocheThinkSplitter *self,
               gsize                length)
{
  g_autofree char *thinking = g_strndup (self->held->str, length);

  cloche_completion_add_thinking (self->completion, thinking);
  g_string_erase (self->held, 0, (gssize) length);
}

static void
give_text (ClocheThinkSplitter *self,
           const char          *text)
{
  self->state = TEXT;
  cloche_completion_add_text (self->completion, text);
  g_string_truncate (self->held, 0);
}

static void
read_start (ClocheThinkSplitter *self)
{
  const char *text = skip_space (self->held->str);

  if (g_str_has_prefix (text, OPENING)) {
    self->state = THINKING;
    g_string_erase (self->held, 0, text + strlen (OPENING) - self->held->str);
  } else if (!g_str_has_prefix (OPENING, text)) {
    give_text (self, self->held->str);
  }
}

static void
read_thinking (ClocheThinkSplitter *self)
{
  const char *end = strstr (self->held->str, CLOSING);

  if (end == NULL) {
    give_thinking (self, self->held->len - count_begun (self->held->str, self->held->len));
    return;
  }

  give_thinking (self, (gsize) (end - self->held->str));
  g_string_erase (self->held, 0, strlen (CLOSING));
  self->state = AFTER;
}

static void
read_after (ClocheThinkSplitter *self)
{
  const char *text = skip_space (self->held->str);

  if (*text != '\0')
    give_text (self, text);
}

/**
 * cloche_think_splitter_push:
 * @text: valid UTF-8: the next piece of the answer
 */
void
cloche_think_splitter_push (ClocheThinkSplitter *self,
                            const char          *text)
{
  if (self->state == TEXT) {
    cloche_completion_add_text (self->completion, text);
    return;
  }

  g_string_append (self->held, text);
  if (self->state == START)
    read_start (self);
  if (self->state == THINKING)
    read_thinking (self);
  if (self->state == AFTER)
    read_after (self);
}

/**
 * cloche_think_splitter_finish:
 *
 * To be called at the end: what was held back is what it looks like.
 */
void
cloche_think_splitter_finish (ClocheThinkSplitter *self)
{
  if (self->state == THINKING)
    give_thinking (self, self->held->len);
  else if (self->state == START)
    give_text (self, self->held->str);
}
