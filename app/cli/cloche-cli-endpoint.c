/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-endpoint.h"

#include "cloche-cli-session.h"
#include "cloche-id.h"
#include "cloche-openai-wire.h"
#include "cloche-string.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* bytes: of a key. The longest that are known, signed tokens, stay below 2 KiB. */
#define MAX_KEY_BYTES 8192

static ClocheEndpoint *
find (ClocheContext *context,
      const char    *name)
{
  GPtrArray *all = cloche_context_get_endpoints (context);

  for (guint i = 0; i < all->len; i++)
    if (g_ascii_strcasecmp (cloche_endpoint_get_name (all->pdata[i]), name) == 0 ||
        g_str_equal (cloche_endpoint_get_id (all->pdata[i]), name))
      return all->pdata[i];

  return NULL;
}

static int
list (ClocheContext *context)
{
  GPtrArray *all = cloche_context_get_endpoints (context);

  for (guint i = 0; i < all->len; i++) {
    g_autofree char *name = cloche_text_make_printable (cloche_endpoint_get_name (all->pdata[i]), -1);
    g_autofree char *address = cloche_text_make_printable (cloche_endpoint_get_base_url (all->pdata[i]), -1);

    g_print ("%-24s %-8s %s%s\n", name, cloche_endpoint_get_kind (all->pdata[i]), address,
             cloche_endpoint_is_enabled (all->pdata[i]) ? "" : _ (" (switched off)"));
  }

  return CLOCHE_CLI_OK;
}

/* One line of standard input, not shown while it is typed. NULL: none came. */
static char *
read_key (void)
{
  char line[MAX_KEY_BYTES];
  struct termios before, silent;
  gboolean is_terminal = tcgetattr (STDIN_FILENO, &before) == 0;
  g_autofree char *key = NULL;

  if (is_terminal) {
    silent = before;
    silent.c_lflag &= ~(tcflag_t) ECHO;
    g_printerr ("%s ", _ ("Key:"));
    (void) tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);        /* If it is shown, it is shown to who types it. */
  }
  if (fgets (line, sizeof line, stdin) != NULL)
    key = g_strdup (g_strstrip (line));
  explicit_bzero (line, sizeof line);
  if (is_terminal) {
    (void) tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
    g_printerr ("\n");
  }

  return key != NULL && *key != '\0' ? g_steal_pointer (&key) : NULL;
}

static void
wait_until_saved (ClocheContext *context)
{
  while (cloche_context_is_saving_endpoints (context))
    g_main_context_iteration (NULL, TRUE);
}

static int
add (ClocheContext *context,
     const char    *name,
     const char    *address,
     gboolean       with_key)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *base_url = cloche_openai_parse_base_url (address, &error);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *key = NULL;
  g_autoptr (ClocheEndpoint) endpoint = NULL;

  if (base_url == NULL) {
    g_printerr ("%s\n", _ ("That is no address of a server. It is like https://openrouter.ai/api/v1, with no key in it."));
    return CLOCHE_CLI_FAILED;
  }
  if (*name == '\0' || strchr (name, '/') != NULL || !g_utf8_validate (name, -1, NULL)) {
    g_printerr ("%s\n", _ ("A name has at least one character and no “/”."));
    return CLOCHE_CLI_FAILED;
  }
  if (find (context, name) != NULL) {
    g_printerr ("%s\n", _ ("There is a server of that name already: choose another, or remove it first."));
    return CLOCHE_CLI_FAILED;
  }
  if (with_key && (key = read_key ()) == NULL) {
    g_printerr ("%s\n", _ ("No key came on standard input, so nothing was added."));
    return CLOCHE_CLI_FAILED;
  }

  endpoint = cloche_endpoint_new (id, CLOCHE_ENDPOINT_OPENAI, name, base_url, TRUE);
  cloche_context_save_endpoint (context, endpoint, key);
  wait_until_saved (context);
  if (key == NULL || cloche_context_are_keys_kept (context))
    return CLOCHE_CLI_OK;

  g_printerr ("%s\n", _ ("The server was added without its key, since there is no keyring to keep it in. Give the key each time: "
                         "CLOCHE_API_KEY=… clochectl ask …"));
  return CLOCHE_CLI_FAILED;
}

static int
remove_one (ClocheContext *context,
            const char    *name)
{
  ClocheEndpoint *endpoint = find (context, name);

  if (endpoint == NULL) {
    g_printerr ("%s\n", _ ("There is no such server: clochectl endpoint list names them."));
    return CLOCHE_CLI_FAILED;
  }

  cloche_context_delete_endpoint (context, cloche_endpoint_get_id (endpoint));
  wait_until_saved (context);

  return CLOCHE_CLI_OK;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  g_autoptr (ClocheCliSession) session = NULL;
  gboolean with_key = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "key", 0, 0, G_OPTION_ARG_NONE, &with_key,
      N_ ("Read the server’s key from standard input and keep it in the keyring"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, "list|add NAME ADDRESS|remove NAME" },
    { NULL }
  };
  guint n;
  int status;

  if (!cloche_cli_parse ("endpoint", entries, &argc, &argv))
    return CLOCHE_CLI_USAGE;

  n = words != NULL ? g_strv_length (words) : 0;
  if (n == 0 || !((n == 1 && g_str_equal (words[0], "list")) || (n == 3 && g_str_equal (words[0], "add")) ||
                  (n == 2 && g_str_equal (words[0], "remove")))) {
    g_printerr ("%s\n", _ ("Say what to do: clochectl endpoint list, add NAME ADDRESS [--key], or remove NAME"));
    return CLOCHE_CLI_USAGE;
  }

  session = cloche_cli_session_new (cli);
  status = cloche_cli_session_open (session);
  if (status != CLOCHE_CLI_OK)
    return status;
  if (n == 1)
    return list (cloche_cli_session_get_context (session));
  if (n == 3)
    return add (cloche_cli_session_get_context (session), words[1], words[2], with_key);

  return remove_one (cloche_cli_session_get_context (session), words[1]);
}

const ClocheCliCommand cloche_cli_endpoint_command = {
  "endpoint", N_ ("List, add and remove servers that models are asked at"), run_command
};
