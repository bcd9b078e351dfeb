/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-conversation.h"

static void
test_defaults (void)
{
  g_autoptr (ClocheConversation) conversation = cloche_conversation_new ("abcdefghjkmn", "Bad \xff", 7);

  g_assert_cmpstr (cloche_conversation_get_id (conversation), ==, "abcdefghjkmn");
  g_assert_cmpstr (cloche_conversation_get_title (conversation), ==, "Bad \ufffd");
  g_assert_cmpint (cloche_conversation_get_created_us (conversation), ==, 7);
  g_assert_cmpint (cloche_conversation_get_updated_us (conversation), ==, 7);
  g_assert_null (cloche_conversation_get_head_id (conversation));
  g_assert_null (cloche_conversation_get_machine_id (conversation));
  g_assert_null (cloche_conversation_get_model (conversation));
  g_assert_cmpint (cloche_conversation_get_network_mode (conversation), ==, CLOCHE_NETWORK_ASK);
  g_assert_null (cloche_conversation_get_allowed_hosts (conversation)[0]);
}

static void
test_copy (void)
{
  static const char *const HOSTS[] = { "deb.debian.org", "*.npmjs.org", NULL };
  g_autoptr (ClocheConversation) conversation = cloche_conversation_new ("abcdefghjkmn", "One", 7);
  g_autoptr (ClocheConversation) copy = NULL;

  cloche_conversation_set_title (conversation, "Two");
  cloche_conversation_set_updated_us (conversation, 9);
  cloche_conversation_set_head_id (conversation, "nmkjhgfedcba");
  cloche_conversation_set_model (conversation, "ep", "m");
  cloche_conversation_set_machine_id (conversation, "abcdefghjkmn");
  cloche_conversation_set_network_mode (conversation, CLOCHE_NETWORK_LISTED);
  cloche_conversation_set_allowed_hosts (conversation, HOSTS);
  copy = cloche_conversation_copy (conversation);

  g_assert_cmpstr (cloche_conversation_get_title (copy), ==, "Two");
  g_assert_cmpint (cloche_conversation_get_updated_us (copy), ==, 9);
  g_assert_cmpstr (cloche_conversation_get_head_id (copy), ==, "nmkjhgfedcba");
  g_assert_cmpstr (cloche_conversation_get_endpoint (copy), ==, "ep");
  g_assert_cmpstr (cloche_conversation_get_model (copy), ==, "m");
  g_assert_cmpstr (cloche_conversation_get_machine_id (copy), ==, "abcdefghjkmn");
  g_assert_cmpint (cloche_conversation_get_network_mode (copy), ==, CLOCHE_NETWORK_LISTED);
  g_assert_true (g_strv_equal (cloche_conversation_get_allowed_hosts (copy), HOSTS));
}

static void
test_nicks (void)
{
  for (ClocheNetworkMode mode = CLOCHE_NETWORK_OFF; mode <= CLOCHE_NETWORK_OPEN; mode++)
    g_assert_cmpint (cloche_network_mode_from_nick (cloche_network_mode_to_nick (mode), CLOCHE_NETWORK_OFF), ==, mode);

  g_assert_cmpint (cloche_network_mode_from_nick ("wide", CLOCHE_NETWORK_OFF), ==, CLOCHE_NETWORK_OFF);
  g_assert_cmpint (cloche_network_mode_from_nick (NULL, CLOCHE_NETWORK_ASK), ==, CLOCHE_NETWORK_ASK);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/conversation/defaults", test_defaults);
  g_test_add_func ("/model/conversation/copy", test_copy);
  g_test_add_func ("/model/conversation/nicks", test_nicks);

  return g_test_run ();
}
