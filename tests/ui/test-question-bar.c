/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-question-bar.h"

#include "cloche-chat-view.h"
#include "cloche-composer.h"
#include "cloche-fake-sandbox.h"
#include "cloche-json.h"
#include "cloche-ui-resources.h"
#include "store-fixture.h"
#include "ui-test.h"

#include <string.h>

#define A "conversation-a"
#define MACHINE "abcdefghjkmn"

/* The machine never runs: what its gate would ask is said here. */
typedef struct
{
  StoreFixture store;
  ClocheMachineHost *host;
  ClocheMachine *machine;
  ClocheFakeSandbox *sandbox;
  ClocheChat *chat;
  ClocheNetwork *network;
  ClocheFiles *files;
  GtkWidget *view;              /* what the bar stands in */
  GtkWidget *entry;             /* where the person types */
  GtkWidget *bar;
  GtkWidget *window;
} Fixture;

/* The first widget below that is of this type. */
static GtkWidget *
find (GtkWidget *widget,
      GType      type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find (child, type);

    if (found != NULL)
      return found;
  }

  return NULL;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autofree char *run = NULL;
  g_autoptr (ClochePaths) paths = NULL;
  g_autoptr (ClocheConversation) conversation = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  store_fixture_set_up (&fixture->store, NULL);
  store_fixture_create (&fixture->store, A, "A");
  run = g_build_filename (fixture->store.folder, "run", NULL);
  paths = cloche_paths_new (fixture->store.folder, fixture->store.folder, fixture->store.folder, run, NULL);
  AWAIT (result, cloche_store_load_conversation_async (fixture->store.store, A, NULL, cloche_test_result_cb, &result));
  conversation = cloche_store_load_conversation_finish (fixture->store.store, result, NULL);
  fixture->host = cloche_machine_host_new (paths);
  fixture->machine = cloche_machine_new (fixture->host, MACHINE);
  fixture->sandbox = cloche_fake_sandbox_new (NULL);
  fixture->chat = cloche_chat_new (fixture->store.store, conversation, CLOCHE_SANDBOX (fixture->sandbox),
                                   fixture->store.clock);
  fixture->network = cloche_network_new (fixture->machine, fixture->chat, fixture->store.store, "/nowhere");

  fixture->files = cloche_files_new (fixture->store.store, "aaaaaaaaaaaa",
                                     CLOCHE_SANDBOX (fixture->sandbox), fixture->store.folder);
  fixture->view = cloche_chat_view_new ();
  fixture->entry = find (fixture->view, CLOCHE_TYPE_COMPOSER);
  fixture->bar = find (fixture->view, CLOCHE_TYPE_QUESTION_BAR);
  cloche_chat_view_set_chat (CLOCHE_CHAT_VIEW (fixture->view), fixture->chat, fixture->files, fixture->network);
  fixture->window = ui_test_show (fixture->view, 360, 600);
  gtk_widget_grab_focus (fixture->view);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gpointer bar = fixture->bar;

  g_object_add_weak_pointer (bar, &bar);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_null (bar);
  g_object_unref (fixture->files);
  cloche_test_wait_until (G_OBJECT (fixture->network)->ref_count == 1);
  g_assert_finalize_object (fixture->network);
  cloche_test_wait_until (G_OBJECT (fixture->chat)->ref_count == 1);
  g_assert_finalize_object (fixture->chat);
  g_object_unref (fixture->sandbox);
  g_assert_finalize_object (fixture->machine);
  g_object_unref (fixture->host);
  store_fixture_tear_down (&fixture->store, NULL);
}

static void
ask (Fixture    *fixture,
     guint       id,
     const char *host)
{
  g_autofree char *text = g_strdup_printf ("{\"id\":%u,\"name\":\"%s\",\"port\":443,\"program\":\"pip\",\"rule\":\"%s\"}", id,
                                           host, host);
  g_autoptr (JsonObject) event = cloche_json_parse_object (text, -1, NULL);

  g_signal_emit_by_name (cloche_machine_get_network (fixture->machine), "question", event);
}

/* The first widget below that is a label with this text. */
static GtkWidget *
find_label (GtkWidget  *widget,
            const char *text)
{
  if (GTK_IS_LABEL (widget) && strcmp (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find_label (child, text);

    if (found != NULL)
      return found;
  }

  return NULL;
}

static GtkWidget *
find_button (Fixture    *fixture,
             const char *text)
{
  GtkWidget *label = find_label (fixture->bar, text);

  g_assert_nonnull (label);

  return gtk_widget_get_ancestor (label, GTK_TYPE_BUTTON);
}

static gboolean
has_focus (Fixture   *fixture,
           GtkWidget *widget)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

/* It comes and goes, and the focus stays where the person types. */
static void
test_comes_and_goes (Fixture      *fixture,
                     gconstpointer data)
{
  g_assert_false (gtk_widget_get_visible (fixture->bar));
  ask (fixture, 1, "a.example");
  ui_test_frames (fixture->window, 2);
  g_assert_true (gtk_widget_get_visible (fixture->bar));
  g_assert_nonnull (find_label (fixture->bar, "Connect to a.example?"));
  g_assert_true (has_focus (fixture, fixture->entry));
  ask (fixture, 2, "b.example");
  ask (fixture, 3, "c.example");
  g_assert_nonnull (find_label (fixture->bar, "2 more"));
  g_assert_nonnull (find_label (fixture->bar, "Connect to a.example?"));

  /* Answered elsewhere. */
  g_signal_emit_by_name (cloche_machine_get_network (fixture->machine), "cleared", (gint64) 1);
  g_assert_nonnull (find_label (fixture->bar, "Connect to b.example?"));
  g_assert_nonnull (find_label (fixture->bar, "1 more"));
  g_signal_emit_by_name (cloche_machine_get_network (fixture->machine), "detached");
  g_assert_false (gtk_widget_get_visible (fixture->bar));
  g_assert_true (has_focus (fixture, fixture->entry));
}

/* Presses a button of the bar as soon as the question that it shows can have been read. */
static void
press (Fixture    *fixture,
       const char *text)
{
  GtkWidget *button = find_button (fixture, text);

  cloche_test_wait_until (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* The second click of a double click answers nothing, whether the bar went away in between or not. */
static void
test_double_click (Fixture      *fixture,
                   gconstpointer data)
{
  GtkWidget *button = find_button (fixture, "This Conversation");

  ask (fixture, 1, "a.example");
  g_assert_false (gtk_widget_is_sensitive (button));
  press (fixture, "This Conversation");
  g_assert_false (gtk_widget_get_visible (fixture->bar));
  ask (fixture, 2, "b.example");
  g_assert_false (gtk_widget_is_sensitive (button));
  ask (fixture, 3, "c.example");
  press (fixture, "No");
  g_assert_true (gtk_widget_get_visible (fixture->bar));
  g_assert_false (gtk_widget_is_sensitive (button));
}

/* Who answers one question after the other by keyboard does not lose their place; who went away is not brought back. */
static void
test_keeps_focus (Fixture      *fixture,
                  gconstpointer data)
{
  GtkWidget *no = find_button (fixture, "No");

  ask (fixture, 1, "a.example");
  ask (fixture, 2, "b.example");
  ask (fixture, 3, "c.example");
  cloche_test_wait_until (gtk_widget_is_sensitive (no));
  gtk_widget_grab_focus (no);
  press (fixture, "No");
  cloche_test_wait_until (gtk_widget_is_sensitive (no));
  g_assert_true (has_focus (fixture, no));

  press (fixture, "No");
  gtk_widget_grab_focus (fixture->view);
  cloche_test_wait_until (gtk_widget_is_sensitive (no));
  g_assert_true (has_focus (fixture, fixture->entry));

  /* The last one goes before it can have been read. */
  gtk_widget_grab_focus (no);
  press (fixture, "No");
  g_assert_true (has_focus (fixture, fixture->entry));
}

/* Answering takes the question away; who answered by keyboard is where they typed before. */
static void
test_answer (Fixture      *fixture,
             gconstpointer data)
{
  const char *const *rules;

  ask (fixture, 1, "a.example");
  cloche_test_wait_until (gtk_widget_is_sensitive (find_button (fixture, "This Conversation")));
  gtk_widget_grab_focus (find_button (fixture, "This Conversation"));
  g_assert_true (has_focus (fixture, fixture->bar));
  press (fixture, "This Conversation");
  g_assert_cmpuint (g_list_model_get_n_items (cloche_network_get_questions (fixture->network)), ==, 0);
  g_assert_false (gtk_widget_get_visible (fixture->bar));
  g_assert_true (has_focus (fixture, fixture->entry));
  rules = cloche_conversation_get_allowed_hosts (cloche_chat_get_conversation (fixture->chat));
  g_assert_cmpstr (rules[0], ==, "a.example");
  g_assert_null (rules[1]);
}

/* Whatever a guest asks for fits into the narrowest window, and all of it is shown. */
static void
test_long_name (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *label = g_strnfill (60, 'w');
  g_autofree char *host = g_strdup_printf ("%s.%s.%s.%s.example", label, label, label, label);
  g_autofree char *title = g_strdup_printf ("Connect to %s?", host);
  int minimum;

  ask (fixture, 1, host);
  ui_test_frames (fixture->window, 2);
  g_assert_nonnull (find_label (fixture->bar, title));
  gtk_widget_measure (fixture->bar, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
}

int
main (int    argc,
      char **argv)
{
  UI_TEST_INIT (argc, argv);
  adw_init ();
  g_resources_register (cloche_ui_get_resource ());
#define ADD(name, function) g_test_add ("/ui/question-bar/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("comes-and-goes", test_comes_and_goes);
  ADD ("answer", test_answer);
  ADD ("double-click", test_double_click);
  ADD ("keeps-focus", test_keeps_focus);
  ADD ("long-name", test_long_name);
#undef ADD

  return g_test_run ();
}
