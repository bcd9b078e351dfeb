/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-answer.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"

#include <string.h>

#define DELTA(delta) "{\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":null}]}\n"
#define SAY(text) DELTA ("{\"content\":\"" text "\"}")
#define CALLS(calls) DELTA ("{\"tool_calls\":[" calls "]}")
#define FINISH(reason) "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n"

/* Reads @lines, one chunk each, to the end. */
static ClocheCompletion *
read_lines (const char *lines,
            GError    **error)
{
  g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
  g_autoptr (ClocheOpenaiAnswer) answer = cloche_openai_answer_new (completion, "cloud", "m");
  g_auto (GStrv) each = g_strsplit (lines, "\n", -1);

  for (guint i = 0; each[i] != NULL; i++) {
    g_autoptr (JsonObject) chunk = NULL;

    if (*each[i] == '\0')
      continue;
    chunk = cloche_json_parse_object (each[i], -1, NULL);
    g_assert_nonnull (chunk);
    if (!cloche_openai_answer_read (answer, chunk, error))
      return g_steal_pointer (&completion);
  }
  cloche_openai_answer_end (answer);

  return g_steal_pointer (&completion);
}

/* Text as it is, thinking in (), calls as <id name arguments>; an id of ours is "*". */
static char *
describe (ClocheCompletion *completion)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  GString *out = g_string_new (NULL);

  cloche_completion_fill_message (completion, message);
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheToolCall *call = cloche_message_part_get_tool_call (part);

    if (call != NULL)
      g_string_append_printf (out, "<%s %s %s>",
                              g_str_has_prefix (cloche_tool_call_get_id (call),
                                                "call_") ? "*" : cloche_tool_call_get_id (call),
                              cloche_tool_call_get_name (call), cloche_tool_call_get_arguments_text (call));
    else if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_THINKING)
      g_string_append_printf (out, "(%s)", cloche_message_part_get_text (part));
    else
      g_string_append (out, cloche_message_part_get_text (part));
  }

  return g_string_free (out, FALSE);
}

static void
check (const char  *lines,
       const char  *expected,
       ClocheFinish finish)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheCompletion) completion = read_lines (lines, &error);
  g_autofree char *out = describe (completion);

  g_assert_no_error (error);
  g_assert_cmpstr (out, ==, expected);
  g_assert_cmpint (cloche_completion_get_finish (completion), ==, finish);
}

static void
test_calls (void)
{
  static const struct
  {
    const char *lines;
    const char *expected;
  } CASES[] = {
    /* As OpenAI does it. */
    { CALLS ("{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}")
      CALLS ("{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}}")
      CALLS ("{\"index\":0,\"function\":{\"arguments\":\":1}\"}}") FINISH ("tool_calls"), "<a f {\"x\":1}>" },
    /* Two at once, their pieces mixed. */
    { CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}},"
             "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}")
      CALLS ("{\"index\":1,\"function\":{\"arguments\":\"}\"}}") CALLS ("{\"index\":0,\"function\":{\"arguments\":\"}\"}}")
      FINISH ("tool_calls"), "<a f {}><b g {}>" },
    /* The reason is "stop". */
    { CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}") FINISH ("stop"), "<a f {}>" },
    /* Index 0 for every call, ids differ. */
    { CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
      CALLS ("{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}")
      CALLS ("{\"index\":0,\"function\":{\"arguments\":\"}\"}}") FINISH ("stop"), "<a f {}><b f {}>" },
    /* Index 0 for every call, no ids, names differ. */
    { CALLS ("{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}")
      CALLS ("{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"), "<* f {}><* g {}>" },
    /* No index at all; pieces without anything go on. */
    { CALLS ("{\"id\":\"a\",\"function\":{\"name\":\"f\","
             "\"arguments\":\"{\"}}") CALLS ("{\"function\":{\"arguments\":\"}\"}}")
      CALLS ("{\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"), "<a f {}><b f {}>" },
    /* Id and name with every piece. */
    { CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}")
      CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}"), "<a f {}>" },
    /* A number as id; arguments as an object; none; null; a second one with the same id. */
    { CALLS ("{\"index\":0,\"id\":7,\"function\":{\"name\":\"f\",\"arguments\":{\"x\":[1]}}}"), "<7 f {\"x\":[1]}>" },
    { CALLS ("{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}},"
             "{\"index\":1,\"id\":\"a\",\"function\":{\"name\":\"g\",\"arguments\":null}}"), "<a f {}><* g {}>" },
    /* No name: nothing to call. */
    { CALLS ("{\"index\":0,\"id\":\"\",\"function\":{\"arguments\":\"{}\"}}"), "" },
    /* The whole answer at once. */
    { "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"a\","
      "\"type\":\"function\","
      "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n", "<a f {}>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    check (CASES[i].lines, CASES[i].expected, *CASES[i].expected != '\0' ? CLOCHE_FINISH_TOOL_CALLS : CLOCHE_FINISH_STOP);
}

static void
test_words (void)
{
  check (SAY ("a") SAY ("") DELTA ("{\"content\":null}") "{\"choices\":[]}\n{}\n" SAY ("b"), "ab", CLOCHE_FINISH_STOP);
  check (DELTA ("{\"reasoning_content\":\"hm\"}") SAY ("a"), "(hm)a", CLOCHE_FINISH_STOP);
  check (DELTA ("{\"reasoning\":\"hm\"}") SAY ("a"), "(hm)a", CLOCHE_FINISH_STOP);
  check (DELTA ("{\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"}") SAY ("a"), "(hm)a", CLOCHE_FINISH_STOP);
  check (DELTA ("{\"reasoning\":\"hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\"}]}"), "(hm)",
         CLOCHE_FINISH_STOP);
  check (DELTA ("{\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"hm\"}]}"), "(hm)",
         CLOCHE_FINISH_STOP);
  check (DELTA ("{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},"
                "{\"type\":\"text\",\"text\":\"a\"},7]}"), "(hm)a", CLOCHE_FINISH_STOP);
  check (SAY ("a") FINISH ("length"), "a", CLOCHE_FINISH_LENGTH);
  check (SAY ("a") FINISH ("content_filter"), "a", CLOCHE_FINISH_REFUSED);
  check (DELTA ("{\"refusal\":\"No.\"}") FINISH ("stop"), "No.", CLOCHE_FINISH_REFUSED);
  check ("{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n" SAY ("a"), "a", CLOCHE_FINISH_STOP);
}

static void
test_think_tags (void)
{
  static const char WHOLE[] = " \n<think>a</b></think>\n\nb <think>c</think>";

  check (SAY ("<think>hm</think>a"), "(hm)a", CLOCHE_FINISH_STOP);
  check (SAY ("<thin") SAY ("gs>"), "<things>", CLOCHE_FINISH_STOP);
  check (SAY ("<thin"), "<thin", CLOCHE_FINISH_STOP);
  check (SAY ("<think>hm</thi"), "(hm</thi)", CLOCHE_FINISH_STOP);
  check (SAY ("a <think>b</think>"), "a <think>b</think>", CLOCHE_FINISH_STOP);

  for (gsize cut = 1; cut < strlen (WHOLE); cut++) {
    g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
    g_autoptr (ClocheOpenaiAnswer) answer = cloche_openai_answer_new (completion, "cloud", "m");
    g_autofree char *first = g_strndup (WHOLE, cut);
    const char *pieces[] = { first, WHOLE + cut };
    g_autofree char *out = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++) {
      g_autoptr (JsonObject) chunk = cloche_json_parse_object (SAY (""), -1, NULL);
      JsonObject *choice = cloche_json_array_get_object (cloche_json_get_array (chunk, "choices"), 0);

      json_object_set_string_member (cloche_json_get_object (choice, "delta"), "content", pieces[i]);
      g_assert_true (cloche_openai_answer_read (answer, chunk, NULL));
    }
    cloche_openai_answer_end (answer);
    out = describe (completion);
    g_assert_cmpstr (out, ==, "(a</b>)b <think>c</think>");
  }
}

static void
test_usage (void)
{
  static const char *const CASES[] = {
    SAY ("a") "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":15,"
    "\"prompt_tokens_details\":{\"cached_tokens\":2},\"completion_tokens_details\":{\"reasoning_tokens\":7}}}\n",
    "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":15,"
    "\"prompt_cache_hit_tokens\":2,\"completion_tokens_details\":{\"reasoning_tokens\":7}}}]}\n{\"usage\":null}\n",
    "{\"x_groq\":{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":15,\"prompt_cache_hit_tokens\":2,"
    "\"completion_tokens_details\":{\"reasoning_tokens\":7}}}}\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheCompletion) completion = read_lines (CASES[i], NULL);
    const ClocheUsage *usage = cloche_completion_get_usage (completion);

    g_assert_cmpint (usage->input_tokens, ==, 3);
    g_assert_cmpint (usage->output_tokens, ==, 15);
    g_assert_cmpint (usage->cached_tokens, ==, 2);
    g_assert_cmpint (usage->thinking_tokens, ==, 7);
  }

  {
    g_autoptr (ClocheCompletion) completion = read_lines (SAY ("a") "{\"timings\":{\"prompt_ms\":1.5,"
                                                          "\"predicted_ms\":1e300}}", NULL);

    g_assert_cmpint (cloche_completion_get_usage (completion)->input_tokens, ==, CLOCHE_USAGE_UNKNOWN);
    g_assert_cmpint (cloche_completion_get_usage (completion)->input_us, ==, 1500);
    g_assert_cmpint (cloche_completion_get_usage (completion)->output_us, ==, CLOCHE_USAGE_UNKNOWN);
  }
}

static void
test_failures (void)
{
  static const struct
  {
    const char *line;
    ClocheLlmError code;
  } CASES[] = {
    { "{\"error\":{\"code\":429,\"message\":\"slow\"},\"choices\":[{\"finish_reason\":\"error\"}]}",
      CLOCHE_LLM_ERROR_RATE_LIMITED },
    { "{\"error\":{\"code\":502,\"message\":\"down\"}}", CLOCHE_LLM_ERROR_SERVER },
    { "{\"error\":{\"code\":\"server_error\",\"message\":\"down\"}}", CLOCHE_LLM_ERROR_SERVER },
    { "{\"error\":\"down\"}", CLOCHE_LLM_ERROR_SERVER },
    { "{\"error\":{}}", CLOCHE_LLM_ERROR_SERVER },
    { "{\"object\":\"error\",\"message\":\"maximum context length is 4096\",\"code\":400}",
      CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { FINISH ("error"), CLOCHE_LLM_ERROR_SERVER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *lines = g_strconcat (SAY ("half"), CASES[i].line, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (ClocheCompletion) completion = read_lines (lines, &error);
    g_autofree char *out = describe (completion);

    g_assert_error (error, CLOCHE_LLM_ERROR, (int) CASES[i].code);
    g_assert_cmpstr (out, ==, "half");
  }
}

static void
test_too_large (void)
{
  g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
  g_autoptr (ClocheOpenaiAnswer) answer = cloche_openai_answer_new (completion, "cloud", "m");
  g_autoptr (JsonObject) chunk = cloche_json_parse_object (CALLS ("{\"id\":\"a\",\"function\":{\"name\":\"f\"}}"), -1,
                                                           NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  while (n <= 2 * CLOCHE_COMPLETION_MAX_CALLS && cloche_openai_answer_read (answer, chunk, &error))
    n++;
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
  g_assert_cmpuint (n, ==, CLOCHE_COMPLETION_MAX_CALLS);
}

static char *
dup_raw (const char *lines)
{
  g_autoptr (ClocheCompletion) completion = read_lines (lines, NULL);
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  GBytes *bytes;

  cloche_completion_fill_message (completion, message);
  if (cloche_message_get_n_raw_items (message) == 0)
    return NULL;

  g_assert_true (cloche_raw_item_is_for (cloche_message_get_raw_item (message, 0), "cloud", "m"));
  bytes = cloche_raw_item_get_bytes (cloche_message_get_raw_item (message, 0));
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* What has to go back is kept, and nothing where our own words say it all. */
static void
test_raw_items (void)
{
#define A_CALL "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{ }\"}"
#define RAW_CALL "{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{ }\"}"
  static const struct
  {
    const char *lines;
    const char *raw;
  } CASES[] = {
    { SAY ("a") CALLS (A_CALL "}"), NULL },
    { DELTA ("{\"reasoning_content\":\"hm\"}") SAY ("a"), NULL },
    { DELTA ("{\"reasoning\":\"hm\"}") CALLS (A_CALL "}"), NULL },
    { DELTA ("{\"reasoning_content\":\"h\"}") DELTA ("{\"reasoning_content\":\"m\"}") CALLS (A_CALL "}"),
      "{\"role\":\"assistant\",\"content\":\"\",\"reasoning_content\":\"hm\",\"tool_calls\":[" RAW_CALL "}]}" },
    { DELTA ("{\"reasoning_content\":\"\"}") CALLS (A_CALL "}"),
      "{\"role\":\"assistant\",\"content\":\"\",\"reasoning_content\":\"\",\"tool_calls\":[" RAW_CALL "}]}" },
    { SAY ("t") CALLS (A_CALL ",\"extra_content\":{\"google\":{\"thought_signature\":\"s==\"}}}"),
      "{\"role\":\"assistant\",\"content\":\"t\",\"tool_calls\":[" RAW_CALL
      ",\"extra_content\":{\"google\":{\"thought_signature\":\"s==\"}}}]}" },
    { DELTA ("{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"index\":0,\"text\":\"h\"}]}")
      DELTA ("{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"index\":0,\"text\":\"m\",\"signature\":\"s\"}]}")
      DELTA ("{\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"index\":1,\"data\":\"x\"}]}") SAY ("a"),
      "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_details\":["
      "{\"type\":\"reasoning.text\",\"index\":0,\"text\":\"hm\",\"signature\":\"s\"},"
      "{\"type\":\"reasoning.encrypted\",\"index\":1,\"data\":\"x\"}]}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *raw = dup_raw (CASES[i].lines);

    g_assert_cmpstr (raw, ==, CASES[i].raw);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/llm/openai-answer/calls", test_calls);
  g_test_add_func ("/llm/openai-answer/words", test_words);
  g_test_add_func ("/llm/openai-answer/think-tags", test_think_tags);
  g_test_add_func ("/llm/openai-answer/usage", test_usage);
  g_test_add_func ("/llm/openai-answer/failures", test_failures);
  g_test_add_func ("/llm/openai-answer/too-large", test_too_large);
  g_test_add_func ("/llm/openai-answer/raw-items", test_raw_items);

  return g_test_run ();
}
