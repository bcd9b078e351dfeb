/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 *
 * An Ollama that answers every question with 200 KB at 1,000 tokens a second, for bench-streaming. A process of its own, so
 * that its work is not the window's. Prints its address. Usage: bench-streaming-server prose|mixed|code
 */
#include "cloche-byte-server.h"

#include <stdio.h>
#include <string.h>

/* bytes, characters, 1/s. */
#define ANSWER_BYTES (200 * 1024)
#define TOKEN_CHARS 4
#define TOKENS_PER_SECOND 1000

typedef struct
{
  ClocheByteServer *server;
  char *answer;
  guint n_tokens;
  guint n_sent;
  gint64 begun_us;
} Model;

static const char PROSE[] =
  "A cloche is a **glass bell** that a gardener puts over a plant. It keeps frost and birds away, lets the light in, and is "
  "lifted when the plant is strong enough; see [the article](https://example.org/cloche). What grows under it has a climate "
  "of its own, which `thermometer` would show — some *five to ten* degrees above what is outside on a clear day.\n\n";

static const char LIST[] =
  "- lift it at noon, so that nothing is scorched\n- water in the **morning**\n- put it back before dusk\n"
  "- air: `two centimetres` on the side that the wind does not come from\n\n";

static const char CODE[] =
  "import pandas as pd\n\n\ndef warm_days(table: pd.DataFrame, least: float = 18.5) -> int:\n"
  "    \"\"\"How many days were warm under the glass.\"\"\"\n    days = table.groupby(\"day\")[\"degrees\"].max()\n"
  "    for day, degrees in days.items():\n        print(f\"{day}: {degrees:.1f}\")  # one line a day\n"
  "    return int((days >= least).sum())\n\n\n";

static const char TABLE[] =
  "| day | outside | under glass |\n|-----|--------:|------------:|\n| Monday | 11.2 | 18.4 |\n| Tuesday | 9.8 | 17.1 |\n"
  "| Wednesday | 12.5 | 21.0 |\n\n";

static char *
make_answer (const char *kind)
{
  GString *answer = g_string_new (g_str_equal (kind, "code") ? "```python\n" : NULL);

  for (guint i = 1; answer->len < ANSWER_BYTES; i++) {
    if (g_str_equal (kind, "code")) {
      g_string_append (answer, CODE);
    } else if (g_str_equal (kind, "prose")) {
      g_string_append (answer, PROSE);
    } else {
      g_string_append_printf (answer, "## Day %u\n\n%s%s%s", i, PROSE, LIST, PROSE);
      g_string_append_printf (answer, "```python\n%s```\n\n%s", CODE, TABLE);
    }
  }

  return g_string_free (answer, FALSE);
}

static void
name_token (char  name[16],
            guint n)
{
  g_snprintf (name, 16, "%u", n);
}

static void
add_token (ClocheByteScript *script,
           const char       *text,
           gsize             length,
           guint             n)
{
  g_autofree char *token = g_strndup (text, length);
  g_autoptr (GString) escaped = g_string_new (NULL);
  g_autofree char *line = NULL;
  char name[16];

  for (const char *p = token; *p != '\0'; p++) {
    if (*p == '\n')
      g_string_append (escaped, "\\n");
    else if (*p == '"')
      g_string_append (escaped, "\\\"");
    else
      g_string_append_c (escaped, *p);
  }
  line = g_strdup_printf ("{\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"done\":false}\n", escaped->str);
  name_token (name, n);
  cloche_byte_script_wait (script, name);
  cloche_byte_script_send (script, line);
}

static gboolean
tick_cb (gpointer user_data)
{
  Model *self = user_data;
  guint n_due = (g_get_monotonic_time () - self->begun_us) * TOKENS_PER_SECOND / G_USEC_PER_SEC;

  while (self->n_sent < MIN (n_due, self->n_tokens)) {
    char name[16];

    name_token (name, self->n_sent++);
    cloche_byte_server_fire (self->server, name);
  }

  return self->n_sent < self->n_tokens ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static ClocheByteScript *
answer_chat (Model *self)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_head (script, 200, "Content-Type: application/x-ndjson\r\nConnection: close\r\n");
  for (const char *p = self->answer; *p != '\0';) {
    const char *end = p;

    for (guint i = 0; i < TOKEN_CHARS && *end != '\0'; i++)
      end = g_utf8_next_char (end);
    add_token (script, p, end - p, self->n_tokens++);
    p = end;
  }
  cloche_byte_script_send (script, "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
                           "\"done_reason\":\"stop\"}\n");
  cloche_byte_script_close (script);
  self->begun_us = g_get_monotonic_time ();
  g_timeout_add (1, tick_cb, self);

  return script;
}

static ClocheByteScript *
answer (const ClocheByteRequest *request,
        gpointer                 user_data)
{
  ClocheByteScript *script;

  if (g_str_equal (request->target, "/api/chat"))
    return answer_chat (user_data);

  script = cloche_byte_script_new ();
  if (g_str_equal (request->target, "/api/tags"))
    cloche_byte_script_answer (script, 200, "application/json",
                               "{\"models\":[{\"name\":\"fast:latest\",\"capabilities\":[\"completion\"]}]}");
  else if (g_str_equal (request->target, "/api/show"))
    cloche_byte_script_answer (script, 200, "application/json", "{\"capabilities\":[\"completion\"],\"model_info\":"
                               "{\"general.architecture\":\"fast\",\"fast.context_length\":131072}}");
  else
    cloche_byte_script_answer (script, 200, "application/json", "{\"version\":\"0.0.0-bench\"}");

  return script;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *uri = NULL;
  Model model = { 0 };

  if (argc != 2) {
    fprintf (stderr, "Usage: %s prose|mixed|code\n", argv[0]);
    return 2;
  }

  model.answer = make_answer (argv[1]);
  model.server = cloche_byte_server_new ();
  cloche_byte_server_set_answerer (model.server, answer, &model);
  uri = cloche_byte_server_dup_uri (model.server, "");
  printf ("%s\n", uri);
  fflush (stdout);
  g_main_loop_run (loop);

  return 0;
}
