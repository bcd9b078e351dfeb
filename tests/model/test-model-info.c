/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-endpoint.h"
#include "cloche-model-info.h"

static void
test_defaults (void)
{
  g_autoptr (ClocheModelInfo) info = cloche_model_info_new ("ep", "llama3.2:latest", NULL);

  g_assert_cmpstr (cloche_model_info_get_name (info), ==, "llama3.2:latest");
  g_assert_cmpint (cloche_model_info_get_tools (info), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpint (cloche_model_info_get_vision (info), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpint (cloche_model_info_get_thinking (info), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpint (cloche_model_info_get_context_length (info), ==, 0);
  g_assert_cmpint (cloche_model_info_get_problem (info), ==, CLOCHE_MODEL_PROBLEM_NONE);
}

static void
test_copy (void)
{
  g_autoptr (ClocheModelInfo) info = cloche_model_info_new ("ep", "m", "M");
  g_autoptr (ClocheModelInfo) copy = NULL;

  cloche_model_info_set_tools (info, CLOCHE_CAPABILITY_YES);
  cloche_model_info_set_vision (info, CLOCHE_CAPABILITY_NO);
  cloche_model_info_set_thinking (info, CLOCHE_CAPABILITY_YES);
  cloche_model_info_set_context_length (info, 8192);
  cloche_model_info_set_size_bytes (info, 2019393189);
  cloche_model_info_set_digest (info, "a80c");
  cloche_model_info_set_detail (info, "3.2B Q4_K_M");
  cloche_model_info_set_problem (info, CLOCHE_MODEL_PROBLEM_NEEDS_SIGN_IN, "no key");
  copy = cloche_model_info_copy (info);

  g_assert_cmpstr (cloche_model_info_get_endpoint (copy), ==, "ep");
  g_assert_cmpstr (cloche_model_info_get_id (copy), ==, "m");
  g_assert_cmpstr (cloche_model_info_get_name (copy), ==, "M");
  g_assert_cmpint (cloche_model_info_get_tools (copy), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_vision (copy), ==, CLOCHE_CAPABILITY_NO);
  g_assert_cmpint (cloche_model_info_get_thinking (copy), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_context_length (copy), ==, 8192);
  g_assert_cmpuint (cloche_model_info_get_size_bytes (copy), ==, 2019393189);
  g_assert_cmpstr (cloche_model_info_get_digest (copy), ==, "a80c");
  g_assert_cmpstr (cloche_model_info_get_detail (copy), ==, "3.2B Q4_K_M");
  g_assert_cmpint (cloche_model_info_get_problem (copy), ==, CLOCHE_MODEL_PROBLEM_NEEDS_SIGN_IN);
  g_assert_cmpstr (cloche_model_info_get_problem_detail (copy), ==, "no key");
}

static void
test_endpoint (void)
{
  g_autoptr (ClocheEndpoint) endpoint = cloche_endpoint_new ("ep", "ollama", "Local", "http://127.0.0.1:11434", TRUE);
  g_autoptr (ClocheEndpoint) held = cloche_endpoint_ref (endpoint);

  g_assert_cmpstr (cloche_endpoint_get_id (held), ==, "ep");
  g_assert_cmpstr (cloche_endpoint_get_kind (held), ==, "ollama");
  g_assert_cmpstr (cloche_endpoint_get_name (held), ==, "Local");
  g_assert_cmpstr (cloche_endpoint_get_base_url (held), ==, "http://127.0.0.1:11434");
  g_assert_true (cloche_endpoint_is_enabled (held));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/model-info/defaults", test_defaults);
  g_test_add_func ("/model/model-info/copy", test_copy);
  g_test_add_func ("/model/model-info/endpoint", test_endpoint);

  return g_test_run ();
}
