/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-history.h"
#include "cloche-request.h"

#include <string.h>

static GPtrArray *
history_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
}

static ClocheMessage *
add (GPtrArray  *history,
     ClocheRole  role,
     const char *text)
{
  ClocheMessage *message = cloche_message_new (role, NULL, 0);

  if (text != NULL)
    cloche_message_take_part (message, cloche_message_part_new_text (text));
  g_ptr_array_add (history, message);

  return message;
}

static void
add_call (ClocheMessage *message,
          const char    *id)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new (id, "run_python", "{}");

  cloche_message_take_part (message, cloche_message_part_new_tool_call (call));
}

static void
add_result (ClocheMessage *message,
            const char    *id,
            const char    *text,
            gboolean       with_image)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new (id, "run_python", CLOCHE_TOOL_OK, text);

  if (with_image) {
    ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);
    g_autoptr (GBytes) png = g_bytes_new_static ("png", 3);

    cloche_output_take_content (output, cloche_content_new_bytes ("image/png", png));
    cloche_tool_result_take_output (result, output);
  }
  cloche_message_take_part (message, cloche_message_part_new_tool_result (result));
}

/* "u:text a:text<id> t:id=text*", "*" standing for a picture. */
static char *
describe (GPtrArray *messages)
{
  static const char *const ROLES[] = { "s", "u", "a", "t" };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++) {
    ClocheMessage *message = g_ptr_array_index (messages, i);

    g_string_append_printf (out, "%s%s:", i > 0 ? " " : "", ROLES[cloche_message_get_role (message)]);
    for (guint j = 0; j < cloche_message_get_n_parts (message); j++) {
      ClocheMessagePart *part = cloche_message_get_part (message, j);
      ClocheToolResult *result = cloche_message_part_get_tool_result (part);

      if (result != NULL)
        g_string_append_printf (out, "%s=%s%s", cloche_tool_result_get_call_id (result),
                                cloche_tool_result_get_text (result),
                                cloche_tool_result_get_n_outputs (result) > 0 ? "*" : "");
      else if (cloche_message_part_get_tool_call (part) != NULL)
        g_string_append_printf (out, "<%s>", cloche_tool_call_get_id (cloche_message_part_get_tool_call (part)));
      else if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_FILE)
        g_string_append_c (out, '*');
      else
        g_string_append (out, cloche_message_part_get_text (part));
    }
  }

  return g_string_free (out, FALSE);
}

static void
assert_normalizes (GPtrArray  *history,
                   gboolean    with_images,
                   const char *expected)
{
  g_autoptr (GPtrArray) messages = cloche_history_normalize (history, with_images);
  g_autofree char *description = describe (messages);

  g_assert_cmpstr (description, ==, expected);
}

#define NOT_RUN "exit: not known\nnote: The call was not run to its end."

static void
test_whole (void)
{
  g_autoptr (GPtrArray) history = history_new ();
  ClocheMessage *message;

  add (history, CLOCHE_ROLE_USER, "q");
  message = add (history, CLOCHE_ROLE_ASSISTANT, "x");
  add_call (message, "1");
  message = add (history, CLOCHE_ROLE_TOOL, NULL);
  add_result (message, "1", "r", TRUE);
  cloche_message_take_part (message, cloche_message_part_new_notice ("variables-lost", NULL));
  cloche_message_take_part (message, cloche_message_part_new_notice ("something", NULL));
  add (history, CLOCHE_ROLE_ASSISTANT, "y");

  assert_normalizes (history, TRUE, "u:q a:x<1> t:1=r\nnote: The machine was started anew: variables are lost, files in "
                     "/workspace are kept.* a:y");
  assert_normalizes (history, FALSE, "u:q a:x<1> t:1=r\nnote: The machine was started anew: variables are lost, files in "
                     "/workspace are kept. a:y");
}

/* The program ended between a call and its result, or between two results. */
static void
test_dangling (void)
{
  g_autoptr (GPtrArray) history = history_new ();
  ClocheMessage *message;

  add (history, CLOCHE_ROLE_USER, "q");
  message = add (history, CLOCHE_ROLE_ASSISTANT, NULL);
  add_call (message, "1");
  add (history, CLOCHE_ROLE_USER, "again");
  message = add (history, CLOCHE_ROLE_ASSISTANT, NULL);
  add_call (message, "2");
  add_call (message, "3");
  message = add (history, CLOCHE_ROLE_TOOL, NULL);
  add_result (message, "3", "r3", FALSE);

  assert_normalizes (history, FALSE, "u:q a:<1> t:1=" NOT_RUN " u:again a:<2><3> t:2=" NOT_RUN "3=r3");
}

static void
test_leftovers (void)
{
  g_autoptr (GPtrArray) history = history_new ();
  ClocheMessage *message;

  add (history, CLOCHE_ROLE_USER, "q");
  add (history, CLOCHE_ROLE_ASSISTANT, NULL);                           /* failed at once */
  message = add (history, CLOCHE_ROLE_ASSISTANT, NULL);
  cloche_message_take_part (message, cloche_message_part_new_thinking ("hm"));  /* stopped while thinking */
  message = add (history, CLOCHE_ROLE_TOOL, NULL);
  add_result (message, "9", "of no call", FALSE);
  message = add (history, CLOCHE_ROLE_ASSISTANT, "half");
  cloche_message_set_status (message, CLOCHE_MESSAGE_INTERRUPTED);

  assert_normalizes (history, FALSE, "u:q a:half");
}

static void
test_attachments (void)
{
  g_autoptr (GPtrArray) history = history_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("12345", 5);
  g_autoptr (ClocheContent) content = cloche_content_new_bytes ("image/png", bytes);
  g_autoptr (ClocheFile) file = cloche_file_new ("a.png", "/workspace/a.png", content);
  ClocheMessage *message = add (history, CLOCHE_ROLE_USER, "look");

  cloche_message_take_part (message, cloche_message_part_new_file (file));
  assert_normalizes (history, TRUE, "u:look\n[Attached file: /workspace/a.png, 5 bytes, image/png]\n*");
  assert_normalizes (history, FALSE, "u:look\n[Attached file: /workspace/a.png, 5 bytes, image/png]\n");
}

/* Eight turns with a result of 4,000 characters and a picture each. */
static GPtrArray *
long_history_new (void)
{
  GPtrArray *history = history_new ();
  g_autofree char *long_text = g_strnfill (4000, 'r');

  for (int i = 0; i < 8; i++) {
    g_autofree char *question = g_strdup_printf ("question %d", i);
    ClocheMessage *message;

    add (history, CLOCHE_ROLE_USER, question);
    message = add (history, CLOCHE_ROLE_ASSISTANT, NULL);
    add_call (message, "1");
    message = add (history, CLOCHE_ROLE_TOOL, NULL);
    add_result (message, "1", long_text, TRUE);
  }

  return history;
}

static gint64
tokens_of (ClocheChatRequest *request)
{
  gint64 tokens = 0;

  for (guint i = 0; i < cloche_chat_request_get_n_messages (request); i++)
    tokens += cloche_request_estimate_tokens (cloche_chat_request_get_message (request, i));

  return tokens;
}

static void
test_fit (void)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("e", "m", "m");
  g_autoptr (ClocheToolbox) toolbox = cloche_toolbox_new ();
  g_autoptr (GPtrArray) history = long_history_new ();
  static const gint64 CONTEXTS[] = { 20000, 9000, 5000, 3000 };
  guint last_n = G_MAXUINT;

  cloche_model_info_set_vision (model, CLOCHE_CAPABILITY_YES);
  for (gsize i = 0; i < G_N_ELEMENTS (CONTEXTS); i++) {
    g_autoptr (ClocheChatRequest) request = cloche_request_build (model, "system", toolbox, history, CONTEXTS[i]);
    guint n = cloche_chat_request_get_n_messages (request);
    ClocheMessage *last = cloche_chat_request_get_message (request, n - 1);

    g_assert_cmpint (tokens_of (request), <=, CONTEXTS[i] * 3 / 4 + 20);
    g_assert_cmpint (cloche_chat_request_get_context_tokens (request), ==, CONTEXTS[i]);
    g_assert_cmpint (cloche_message_get_role (cloche_chat_request_get_message (request, 0)), ==, CLOCHE_ROLE_SYSTEM);
    g_assert_cmpint (cloche_message_get_role (cloche_chat_request_get_message (request, 1)), ==, CLOCHE_ROLE_USER);
    g_assert_cmpuint (strlen (cloche_tool_result_get_text (cloche_message_find_result (last, "1"))), ==, 4000);
    g_assert_cmpuint (n, <=, last_n);
    last_n = n;
  }
  g_assert_cmpuint (last_n, <, 25);
}

static void
test_does_not_fit (void)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("e", "m", "m");
  g_autoptr (ClocheToolbox) toolbox = cloche_toolbox_new ();
  g_autoptr (GPtrArray) history = long_history_new ();
  g_autoptr (ClocheChatRequest) tiny = cloche_request_build (model, "system", toolbox, history, 100);
  g_autoptr (ClocheChatRequest) all = cloche_request_build (model, "system", toolbox, history, 0);

  g_assert_cmpuint (cloche_chat_request_get_n_messages (tiny), ==, 4);
  g_assert_cmpuint (cloche_chat_request_get_n_messages (all), ==, 25);
}

static void
test_choose (void)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("e", "m", "m");

  g_assert_cmpint (cloche_request_choose_tokens (model), ==, 16384);
  cloche_model_info_set_context_length (model, 8192);
  g_assert_cmpint (cloche_request_choose_tokens (model), ==, 8192);
  cloche_model_info_set_context_length (model, 262144);
  g_assert_cmpint (cloche_request_choose_tokens (model), ==, 16384);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/request/whole", test_whole);
  g_test_add_func ("/app/request/case-57-dangling", test_dangling);
  g_test_add_func ("/app/request/leftovers", test_leftovers);
  g_test_add_func ("/app/request/attachments", test_attachments);
  g_test_add_func ("/app/request/fit", test_fit);
  g_test_add_func ("/app/request/does-not-fit", test_does_not_fit);
  g_test_add_func ("/app/request/choose", test_choose);

  return g_test_run ();
}
