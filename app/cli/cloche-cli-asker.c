/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-asker.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

/*
 * A question is printed → READING_MS pass, in which what is typed is thrown away: it was meant for what stood there before →
 * the first line counts. The same time the window gives, in which nobody can have read a question and answered it. In the
 * background (Ctrl+Z, then bg) it waits until it is in front again.
 */

/* ms: until an answer is one to the question. */
#define READING_MS 500

/* bytes: of a typed line; a terminal hands over at most 4096. */
#define LINE_BYTES 4096

struct _ClocheCliAsker
{
  GListModel *questions;
  ClocheNetworkQuestion *asked;         /* that stands on the screen, or NULL */
  int fd;
  FILE *out;
  guint source_id;                      /* the time for reading, then what is typed */
  gboolean is_gone;                     /* the terminal: nobody is there any more */
  ClocheCliAnswerFunc answer;
  gpointer user_data;
};

static void update (ClocheCliAsker *self);
static gboolean read_cb (gpointer user_data);

/**
 * cloche_cli_asker_is_possible:
 *
 * Whether somebody sits at a terminal who sees a question and can type an answer: not if this runs in the background.
 */
gboolean
cloche_cli_asker_is_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO) && tcgetpgrp (STDIN_FILENO) == getpgrp ();
}

static void
prompt (ClocheCliAsker *self)
{
  /* Translators: what to type stands in brackets; o, c and n are read as they are. */
  fprintf (self->out, "%s ", _ ("[o]nce, this [c]onversation, [n]o:"));
  fflush (self->out);
}

/* A letter, or as much as somebody likes of its word; no other line that begins with it, such as a command that was pasted. */
static gboolean
read_answer (const char          *line,
             ClocheNetworkAnswer *ret_answer)
{
  static const struct { const char *word; ClocheNetworkAnswer answer; } ANSWERS[] = {
    { "once", CLOCHE_NETWORK_ONCE }, { "conversation", CLOCHE_NETWORK_CONVERSATION }, { "no", CLOCHE_NETWORK_NO },
  };
  g_autofree char *typed = g_strstrip (g_ascii_strdown (line, -1));

  for (gsize i = 0; *typed != '\0' && i < G_N_ELEMENTS (ANSWERS); i++) {
    if (g_str_has_prefix (ANSWERS[i].word, typed)) {
      *ret_answer = ANSWERS[i].answer;
      return TRUE;
    }
  }

  return FALSE;
}

static void
stop_asking (ClocheCliAsker *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  g_clear_object (&self->asked);
}

/* Then what is typed is another program's, and whoever touches it is stopped. */
static gboolean
is_in_background (ClocheCliAsker *self)
{
  pid_t foreground = tcgetpgrp (self->fd);

  return foreground > 0 && foreground != getpgrp ();
}

/* A terminal hands over a whole line at a time. What Ctrl+D hands over is no line, but for its
 * being pressed on an empty one, which is a no. */
static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  ClocheCliAsker *self = user_data;
  g_autoptr (ClocheNetworkQuestion) question = g_object_ref (self->asked);
  ClocheNetworkAnswer answer = CLOCHE_NETWORK_NO;
  char line[LINE_BYTES + 1] = { 0 };
  ssize_t n;

  if (is_in_background (self)) {
    self->source_id = g_timeout_add (READING_MS, read_cb, self);
    return G_SOURCE_REMOVE;
  }

  n = read (fd, line, LINE_BYTES);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n > 0 && (line[n - 1] != '\n' || !read_answer (line, &answer))) {
    prompt (self);
    return G_SOURCE_CONTINUE;
  }

  self->source_id = 0;
  stop_asking (self);
  /* Whoever has gone says neither yes nor no: others that are asked may still answer. */
  if (n < 0 || (condition & G_IO_HUP) != 0) {
    self->is_gone = TRUE;
    return G_SOURCE_REMOVE;
  }
  if (n == 0)
    fputc ('\n', self->out);
  self->answer (question, answer, self->user_data);
  update (self);

  return G_SOURCE_REMOVE;
}

static gboolean
has_typed (ClocheCliAsker *self)
{
  struct pollfd typed = { .fd = self->fd, .events = POLLIN };

  return poll (&typed, 1, 0) > 0 && (typed.revents & POLLIN) != 0;
}

static gboolean
read_cb (gpointer user_data)
{
  ClocheCliAsker *self = user_data;
  gboolean was_typed;

  if (is_in_background (self))
    return G_SOURCE_CONTINUE;

  was_typed = has_typed (self);
  (void) tcflush (self->fd, TCIFLUSH);  /* It fails when the terminal is gone, which is seen at once. */
  if (was_typed)
    prompt (self);
  self->source_id = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP, readable_cb, self);

  return G_SOURCE_REMOVE;
}

static void
ask (ClocheCliAsker        *self,
     ClocheNetworkQuestion *question)
{
  self->asked = g_object_ref (question);
  fprintf (self->out, "\n%s %s\n", cloche_network_question_get_title (question),
           cloche_network_question_get_detail (question));
  prompt (self);
  self->source_id = g_timeout_add (READING_MS, read_cb, self);
}

static void
update (ClocheCliAsker *self)
{
  g_autoptr (ClocheNetworkQuestion) first = g_list_model_get_item (self->questions, 0);

  if (first == self->asked || self->is_gone)
    return;

  if (self->asked != NULL) {
    fprintf (self->out, "\n%s\n", _ ("(It was answered elsewhere, or waited too long.)"));
    fflush (self->out);
  }
  stop_asking (self);
  if (first != NULL)
    ask (self, first);
}

/**
 * cloche_cli_asker_new:
 * @questions: of #ClocheNetworkQuestion
 * @fd: the terminal, on which the person types
 * @out: where questions go
 */
ClocheCliAsker *
cloche_cli_asker_new (GListModel         *questions,
                      int                 fd,
                      FILE               *out,
                      ClocheCliAnswerFunc answer,
                      gpointer            user_data)
{
  ClocheCliAsker *self = g_new0 (ClocheCliAsker, 1);

  self->questions = g_object_ref (questions);
  self->fd = fd;
  self->out = out;
  self->answer = answer;
  self->user_data = user_data;
  g_signal_connect_swapped (questions, "items-changed", G_CALLBACK (update), self);
  update (self);

  return self;
}

/**
 * cloche_cli_asker_is_asking:
 *
 * Whether a question stands on the screen.
 */
gboolean
cloche_cli_asker_is_asking (ClocheCliAsker *self)
{
  return self->asked != NULL;
}

void
cloche_cli_asker_free (ClocheCliAsker *self)
{
  g_signal_handlers_disconnect_by_data (self->questions, self);
  stop_asking (self);
  g_object_unref (self->questions);
  g_free (self);
}
