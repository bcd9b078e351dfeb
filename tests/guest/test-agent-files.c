/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* put, get, list, watch. Argument: the agent. */
#include "agent-rig.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *program;

static void
set_up (AgentRig    **rig,
        gconstpointer data)
{
  *rig = agent_rig_new (program);
}

static void
tear_down (AgentRig    **rig,
           gconstpointer data)
{
  agent_rig_free (*rig);
}

static char *
get_path (AgentRig   *rig,
          const char *name)
{
  return g_build_filename (agent_rig_get_root (rig), name, NULL);
}

static void
assert_error (JsonObject *answer,
              const char *code)
{
  g_assert_nonnull (answer);
  g_assert_false (json_object_get_boolean_member (answer, "ok"));
  g_assert_cmpstr (json_object_get_string_member (answer, "error"), ==, code);
}

/* The last answer: the one after the bytes, or the refusal of the request. */
static JsonObject *
put (AgentRig   *rig,
     const char *request,
     const void *bytes,
     gsize       length)
{
  guint stream = agent_rig_open (rig, AGENT_BULK, request);
  JsonObject *answer = agent_rig_read_line (rig, AGENT_BULK, stream);

  if (!json_object_get_boolean_member (answer, "ok"))
    return answer;
  json_object_unref (answer);
  agent_rig_send (rig, AGENT_BULK, stream, bytes, length);
  agent_rig_finish (rig, AGENT_BULK, stream);
  return agent_rig_read_line (rig, AGENT_BULK, stream);
}

static void
test_put_get (AgentRig    **rig,
              gconstpointer data)
{
  const gsize length = 3000001;
  g_autofree char *bytes = g_malloc (length);
  g_autofree char *path = get_path (*rig, "workspace/a/b/file");
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) header = NULL;
  g_autoptr (GBytes) got = NULL;
  g_autoptr (GBytes) part = NULL;
  struct stat status;
  guint stream;

  for (gsize i = 0; i < length; i++)
    bytes[i] = (char) g_test_rand_int ();
  answer = put (*rig, "{\"op\":\"put\",\"path\":\"/workspace/a/b/file\","
                "\"size\":3000001,\"mode\":416,\"mtime_us\":1600000000000000}",
                bytes, length);
  g_assert_true (json_object_get_boolean_member (answer, "ok"));
  g_assert_cmpint (json_object_get_int_member (answer, "size"), ==, length);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0640);
  g_assert_cmpint (status.st_mtime, ==, 1600000000);

  stream = agent_rig_open (*rig, AGENT_BULK, "{\"op\":\"get\",\"path\":\"/workspace/a/b/file\"}");
  header = agent_rig_read_line (*rig, AGENT_BULK, stream);
  g_assert_cmpint (json_object_get_int_member (header, "size"), ==, length);
  g_assert_cmpint (json_object_get_int_member (header, "mtime_us"), ==, 1600000000000000);
  got = agent_rig_read_rest (*rig, AGENT_BULK, stream);
  g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), bytes, length);

  stream = agent_rig_open (*rig, AGENT_BULK, "{\"op\":\"get\",\"path\":\"/workspace/a/b/file\",\"offset\":1000,\"length\":77}");
  json_object_unref (agent_rig_read_line (*rig, AGENT_BULK, stream));
  part = agent_rig_read_rest (*rig, AGENT_BULK, stream);
  g_assert_cmpmem (g_bytes_get_data (part, NULL), g_bytes_get_size (part), bytes + 1000, 77);
}

static void
test_put_exists (AgentRig    **rig,
                 gconstpointer data)
{
  g_autoptr (JsonObject) first = put (*rig, "{\"op\":\"put\",\"path\":\"/tmp/x\",\"size\":1}", "1", 1);
  g_autoptr (JsonObject) second = put (*rig, "{\"op\":\"put\",\"path\":\"/tmp/x\",\"size\":1}", "2", 1);
  g_autoptr (JsonObject) third = put (*rig, "{\"op\":\"put\",\"path\":\"/tmp/x\",\"size\":1,\"overwrite\":true}", "3", 1);
  g_autofree char *path = get_path (*rig, "tmp/x");
  g_autofree char *text = NULL;

  g_assert_true (json_object_get_boolean_member (first, "ok"));
  assert_error (second, "exists");
  g_assert_true (json_object_get_boolean_member (third, "ok"));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "3");
}

/* Neither leaves anything behind, not even under another name. */
static void
test_put_wrong_size (AgentRig    **rig,
                     gconstpointer data)
{
  g_autoptr (JsonObject) less = put (*rig, "{\"op\":\"put\",\"path\":\"/workspace/x\",\"size\":5}", "1234", 4);
  g_autoptr (JsonObject) more = put (*rig, "{\"op\":\"put\",\"path\":\"/workspace/x\",\"size\":5}", "123456", 6);
  g_autofree char *workspace = get_path (*rig, "workspace");
  guint broken = agent_rig_open (*rig, AGENT_BULK, "{\"op\":\"put\",\"path\":\"/workspace/x\",\"size\":5}");
  g_autoptr (GDir) folder = NULL;

  assert_error (less, "invalid");
  assert_error (more, "too-large");
  json_object_unref (agent_rig_read_line (*rig, AGENT_BULK, broken));
  agent_rig_send (*rig, AGENT_BULK, broken, "1", 1);
  agent_rig_reset (*rig, AGENT_BULK, broken);
  json_object_unref (agent_rig_ask (*rig, AGENT_BULK, "{\"op\":\"hello\"}")); /* The reset has been dealt with. */
  folder = g_dir_open (workspace, 0, NULL);
  g_assert_null (g_dir_read_name (folder));
}

static void
test_outside (AgentRig    **rig,
              gconstpointer data)
{
  static const struct
  {
    const char *path;
    const char *code;
  } cases[] = {
    { "/etc/passwd", "denied" },
    { "/workspacex/f", "denied" },
    { "/", "denied" },
    { "workspace/f", "invalid" },
    { "", "invalid" },
    { "/workspace/../run/f", NULL },
    { "/workspace/a/../../run/f", NULL },
    { "/workspace/link/f", "denied" },
    { "/workspace/..", NULL },
    { "/workspace", NULL },
    { "/workspace/fifo", NULL },
  };
  g_autofree char *link = get_path (*rig, "workspace/link");
  g_autofree char *outside = get_path (*rig, "run");
  g_autofree char *secret = get_path (*rig, "run/f");
  g_autofree char *fifo = get_path (*rig, "workspace/fifo");

  g_assert_cmpint (symlink (outside, link), ==, 0);
  g_assert_true (g_file_set_contents (secret, "secret", -1, NULL));
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *get = g_strdup_printf ("{\"op\":\"get\",\"path\":\"%s\"}", cases[i].path);
    g_autofree char *write = g_strdup_printf ("{\"op\":\"put\",\"path\":\"%s\",\"size\":1}", cases[i].path);
    g_autoptr (JsonObject) got = agent_rig_ask (*rig, AGENT_BULK, get);
    g_autoptr (JsonObject) written = put (*rig, write, "x", 1);

    g_assert_false (json_object_get_boolean_member (got, "ok"));
    g_assert_false (json_object_get_boolean_member (written, "ok"));
    if (cases[i].code != NULL)
      assert_error (got, cases[i].code);
  }
}

static void
test_list (AgentRig    **rig,
           gconstpointer data)
{
  static const char *const names[] = { "workspace/d/e", "workspace/d/e/deep", "workspace/\377", "workspace/f" };
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (JsonObject) cut = NULL;
  g_autoptr (JsonObject) missing = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"list\",\"path\":\"/workspace/no\"}");
  g_autofree char *link = get_path (*rig, "workspace/link");
  JsonArray *entries;
  g_autoptr (GHashTable) kinds = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = get_path (*rig, names[i]);

    g_assert_true (i == 0 ? g_mkdir_with_parents (path, 0755) == 0 : g_file_set_contents (path, "four", 4, NULL));
  }
  g_assert_cmpint (symlink ("d", link), ==, 0);
  answer = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"list\",\"path\":\"/workspace\",\"depth\":2}");
  entries = json_object_get_array_member (answer, "entries");
  for (guint i = 0; i < json_array_get_length (entries); i++) {
    JsonObject *entry = json_array_get_object_element (entries, i);

    g_hash_table_insert (kinds, (char *) json_object_get_string_member (entry, "path"),
                         (char *) json_object_get_string_member (entry, "kind"));
  }
  g_assert_cmpuint (g_hash_table_size (kinds), ==, 5);
  g_assert_cmpstr (g_hash_table_lookup (kinds, "/workspace/d"), ==, "folder");
  g_assert_cmpstr (g_hash_table_lookup (kinds, "/workspace/d/e"), ==, "folder");
  g_assert_cmpstr (g_hash_table_lookup (kinds, "/workspace/f"), ==, "file");
  g_assert_cmpstr (g_hash_table_lookup (kinds, "/workspace/link"), ==, "link");
  g_assert_cmpstr (g_hash_table_lookup (kinds, "/workspace/\357\277\275"), ==, "file"); /* U+FFFD */
  g_assert_false (json_object_get_boolean_member (answer, "cut"));

  cut = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"list\",\"path\":\"/workspace\",\"depth\":16,\"max\":2}");
  g_assert_true (json_object_get_boolean_member (cut, "cut"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (cut, "entries")), ==, 2);
  assert_error (missing, "not-found");
}

/* Reads events until one says @event of @path. */
static void
wait_event (AgentRig   *rig,
            guint       stream,
            const char *event,
            const char *path)
{
  for (;;) {
    g_autoptr (GBytes) payload = NULL;
    g_autoptr (JsonNode) node = NULL;
    g_autofree char *text = NULL;
    JsonObject *told;

    g_assert_cmpint (agent_rig_read_record (rig, AGENT_CONTROL, stream, &payload), ==, 'j');
    text = g_strndup (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));
    node = json_from_string (text, NULL);
    told = json_node_get_object (node);
    g_assert_null (strstr (text, ".hidden"));
    g_assert_null (strstr (text, "cloche-put"));
    if (strcmp (json_object_get_string_member (told, "path"), path) == 0 &&
        strcmp (json_object_get_string_member (told, "event"), event) == 0)
      return;
  }
}

static void
test_watch (AgentRig    **rig,
            gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"watch\",\"path\":\"/workspace\"}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autofree char *deep = get_path (*rig, "workspace/a/b");
  g_autofree char *hidden = get_path (*rig, "workspace/.hidden");
  g_autofree char *hidden_file = get_path (*rig, "workspace/.hidden/f");
  g_autofree char *file = get_path (*rig, "workspace/a/b/f");
  g_autofree char *moved = get_path (*rig, "workspace/g");
  g_autofree char *folder = get_path (*rig, "workspace/a");
  g_autofree char *folder_moved = get_path (*rig, "workspace/c");
  g_autofree char *after = get_path (*rig, "workspace/c/b/h");

  g_assert_true (json_object_get_boolean_member (answer, "ok"));
  g_assert_cmpint (g_mkdir (hidden, 0755), ==, 0);
  g_assert_true (g_file_set_contents (hidden_file, "x", 1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (deep, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", 1, NULL)); /* perhaps before its folder is watched */
  wait_event (*rig, stream, "changed", "/workspace/a/b/f");
  g_assert_cmpint (g_rename (file, moved), ==, 0);
  wait_event (*rig, stream, "changed", "/workspace/g");
  g_assert_cmpint (g_rename (folder, folder_moved), ==, 0);
  wait_event (*rig, stream, "changed", "/workspace/c");
  g_assert_true (g_file_set_contents (after, "x", 1, NULL));
  wait_event (*rig, stream, "changed", "/workspace/c/b/h");
  g_assert_cmpint (g_unlink (moved), ==, 0);
  wait_event (*rig, stream, "removed", "/workspace/g");
  json_object_unref (put (*rig, "{\"op\":\"put\",\"path\":\"/workspace/p\",\"size\":1}", "1", 1));
  wait_event (*rig, stream, "changed", "/workspace/p");
  agent_rig_reset (*rig, AGENT_CONTROL, stream);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
#define ADD(path, function) g_test_add ("/guest/files/" path, AgentRig *, NULL, set_up, function, tear_down)
  ADD ("put-get", test_put_get);
  ADD ("put-exists", test_put_exists);
  ADD ("put-wrong-size", test_put_wrong_size);
  ADD ("outside", test_outside);
  ADD ("list", test_list);
  ADD ("watch", test_watch);
  return g_test_run ();
}
