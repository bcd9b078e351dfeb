/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-message-json.h"
#include "cloche-message.h"
#include "cloche-model-error.h"

#define PARENT "abcdefghjkmn"

static ClocheMessage *
make_message (void)
{
  ClocheMessage *message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, PARENT, 1234567);
  g_autoptr (ClocheContent) content = cloche_content_new_text ("image/png", "png");
  g_autoptr (ClocheFile) file = cloche_file_new ("a.png", NULL, content);
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("c1", "run_python", "{\"code\":\"1\"}");
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("c0", "run_shell", CLOCHE_TOOL_OK, "fine");
  g_autoptr (GBytes) raw = g_bytes_new_static ("{ \"signature\":\"\\u00e9=\" }\xff\0", 27);
  ClocheUsage usage = CLOCHE_USAGE_INIT;

  usage.output_tokens = 15;
  cloche_message_take_part (message, cloche_message_part_new_thinking ("Let me see"));
  cloche_message_take_part (message, cloche_message_part_new_text ("First"));
  cloche_message_take_part (message, cloche_message_part_new_tool_call (call));
  cloche_message_take_part (message, cloche_message_part_new_text ("second \xff"));
  cloche_message_take_part (message, cloche_message_part_new_file (file));
  cloche_message_take_part (message, cloche_message_part_new_tool_result (result));
  cloche_message_take_part (message, cloche_message_part_new_notice ("variables-lost", NULL));
  cloche_message_take_raw_item (message, cloche_raw_item_new ("ep", "m", raw));
  cloche_message_set_model (message, "ep", "m");
  cloche_message_set_status (message, CLOCHE_MESSAGE_INTERRUPTED);
  cloche_message_set_finish (message, CLOCHE_FINISH_LENGTH);
  cloche_message_set_error (message, "reset", "the connection ended");
  cloche_message_set_usage (message, &usage);

  return message;
}

static char *
to_line (ClocheMessage *message)
{
  g_autoptr (JsonObject) json = cloche_message_to_json (message);

  return cloche_json_object_to_line (json);
}

static void
test_defaults (void)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 5);
  g_autofree char *text = cloche_message_dup_text (message);

  g_assert_true (cloche_id_is_valid (cloche_message_get_id (message)));
  g_assert_null (cloche_message_get_parent_id (message));
  g_assert_cmpint (cloche_message_get_role (message), ==, CLOCHE_ROLE_USER);
  g_assert_cmpint (cloche_message_get_created_us (message), ==, 5);
  g_assert_cmpint (cloche_message_get_status (message), ==, CLOCHE_MESSAGE_COMPLETE);
  g_assert_cmpint (cloche_message_get_finish (message), ==, CLOCHE_FINISH_UNKNOWN);
  g_assert_false (cloche_usage_is_known (cloche_message_get_usage (message)));
  g_assert_false (cloche_message_has_calls (message));
  g_assert_null (cloche_message_get_model (message));
  g_assert_cmpstr (text, ==, "");
}

static void
test_json (void)
{
  g_autoptr (ClocheMessage) message = make_message ();
  g_autofree char *line = to_line (message);
  g_autoptr (JsonObject) json = cloche_json_parse_object (line, -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMessage) back = cloche_message_from_json (json, &error);
  g_autofree char *line_again = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  line_again = to_line (back);
  g_assert_cmpstr (line, ==, line_again);

  text = cloche_message_dup_text (back);
  g_assert_cmpstr (text, ==, "First\n\nsecond \ufffd");
  g_assert_cmpstr (cloche_message_get_parent_id (back), ==, PARENT);
  g_assert_cmpstr (cloche_message_get_error_code (back), ==, "reset");
  g_assert_cmpstr (cloche_message_get_error_text (back), ==, "the connection ended");
  g_assert_cmpstr (cloche_message_get_endpoint (back), ==, "ep");
  g_assert_cmpstr (cloche_message_get_model (back), ==, "m");
  g_assert_cmpint (cloche_message_get_status (back), ==, CLOCHE_MESSAGE_INTERRUPTED);
  g_assert_cmpint (cloche_message_get_finish (back), ==, CLOCHE_FINISH_LENGTH);
  g_assert_cmpint (cloche_message_get_usage (back)->output_tokens, ==, 15);
  g_assert_cmpint (cloche_message_get_usage (back)->input_tokens, ==, CLOCHE_USAGE_UNKNOWN);
}

static void
test_parts (void)
{
  static const ClocheMessagePartKind KINDS[] = {
    CLOCHE_MESSAGE_PART_THINKING, CLOCHE_MESSAGE_PART_TEXT, CLOCHE_MESSAGE_PART_TOOL_CALL, CLOCHE_MESSAGE_PART_TEXT,
    CLOCHE_MESSAGE_PART_FILE, CLOCHE_MESSAGE_PART_TOOL_RESULT, CLOCHE_MESSAGE_PART_NOTICE,
  };
  g_autoptr (ClocheMessage) message = make_message ();

  g_assert_cmpuint (cloche_message_get_n_parts (message), ==, G_N_ELEMENTS (KINDS));
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    g_assert_cmpint (cloche_message_part_get_kind (cloche_message_get_part (message, i)), ==, KINDS[i]);

  g_assert_true (cloche_message_has_calls (message));
  g_assert_true (cloche_message_part_is_image (cloche_message_get_part (message, 4)));
  g_assert_false (cloche_message_part_is_image (cloche_message_get_part (message, 1)));
  g_assert_cmpstr (cloche_message_part_get_notice_code (cloche_message_get_part (message, 6)), ==, "variables-lost");
  g_assert_nonnull (cloche_message_find_result (message, "c0"));
  g_assert_null (cloche_message_find_result (message, "c1"));
}

/* What a provider signed comes back byte for byte, and goes to nobody else. */
static void
test_raw (void)
{
  g_autoptr (ClocheMessage) message = make_message ();
  g_autoptr (JsonObject) json = cloche_message_to_json (message);
  g_autoptr (ClocheMessage) back = cloche_message_from_json (json, NULL);
  ClocheRawItem *item = cloche_message_get_raw_item (back, 0);

  g_assert_cmpuint (cloche_message_get_n_raw_items (back), ==, 1);
  g_assert_true (g_bytes_equal (cloche_raw_item_get_bytes (item),
                                cloche_raw_item_get_bytes (cloche_message_get_raw_item (message, 0))));
  g_assert_true (cloche_raw_item_is_for (item, "ep", "m"));
  g_assert_false (cloche_raw_item_is_for (item, "ep", "m2"));
  g_assert_false (cloche_raw_item_is_for (item, "ep2", "m"));
}

static void
test_copy (void)
{
  g_autoptr (ClocheMessage) message = make_message ();
  g_autoptr (ClocheMessage) held = cloche_message_ref (message);
  g_autoptr (ClocheMessage) copy = cloche_message_copy (message);
  g_autofree char *line = to_line (message);
  g_autofree char *copy_line = to_line (copy);

  g_assert_cmpstr (line, ==, copy_line);

  cloche_message_take_part (copy, cloche_message_part_new_text ("more"));
  g_assert_cmpuint (cloche_message_get_n_parts (copy), ==, cloche_message_get_n_parts (held) + 1);

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*is_mine_alone*");
  cloche_message_set_status (message, CLOCHE_MESSAGE_COMPLETE);
  g_test_assert_expected_messages ();
  g_assert_cmpint (cloche_message_get_status (held), ==, CLOCHE_MESSAGE_INTERRUPTED);
}

static void
test_invalid (void)
{
  static const char *const CASES[] = {
    "{}",
    "{\"id\":\"../etc/passw\",\"role\":\"user\",\"parts\":[]}",
    "{\"id\":\"" PARENT "\",\"role\":\"god\",\"parts\":[]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\"}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parent\":\"x\",\"parts\":[]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[{}]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[{\"kind\":\"text\"}]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[{\"kind\":\"notice\",\"text\":\"x\"}]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[{\"kind\":\"file\"}]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[{\"kind\":\"tool-call\",\"call\":{}}]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[{\"kind\":\"tool-result\"}]}",
    "{\"id\":\"" PARENT "\",\"role\":\"user\",\"parts\":[],\"raw\":[{}]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (JsonObject) json = cloche_json_parse_object (CASES[i], -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_message_from_json (json, &error));
    g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/message/defaults", test_defaults);
  g_test_add_func ("/model/message/json", test_json);
  g_test_add_func ("/model/message/parts", test_parts);
  g_test_add_func ("/model/message/raw", test_raw);
  g_test_add_func ("/model/message/copy", test_copy);
  g_test_add_func ("/model/message/invalid", test_invalid);

  return g_test_run ();
}
