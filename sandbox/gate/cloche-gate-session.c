/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-session.h"

#include "cloche-json.h"
#include "cloche-string.h"

#include <string.h>

/* seconds: until a client has to have said hello; it does so at once. */
#define HELLO_SECONDS 10

struct _ClocheGateSession
{
  GObject parent_instance;

  /* owned */
  ClocheGateLines *lines;
  ClocheGateService *service;
  char *token;
  guint hello_id;

  gboolean is_greeted;
  gboolean is_following;
  gboolean is_asker;
};

G_DEFINE_FINAL_TYPE (ClocheGateSession, cloche_gate_session, G_TYPE_OBJECT)

enum {
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
send_object (ClocheGateSession *self,
             JsonObject        *object)
{
  g_autofree char *line = cloche_json_object_to_line (object);

  cloche_gate_lines_send (self->lines, line);
}

static void
send_ok (ClocheGateSession *self)
{
  cloche_gate_lines_send (self->lines, "{\"ok\":true}");
}

static void
send_error (ClocheGateSession *self,
            const char        *code,
            const char        *message)
{
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_boolean_member (answer, "ok", FALSE);
  json_object_set_string_member (answer, "error", code);
  json_object_set_string_member (answer, "message", message);
  send_object (self, answer);
}

/* Takes as long for a token that is wrong at its first digit as for one that is wrong at its last. */
static gboolean
is_token (ClocheGateSession *self,
          const char        *said)
{
  gsize length = strlen (self->token);
  guint8 differs = 0;

  if (said == NULL || strlen (said) != length)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    differs |= (guint8) (said[i] ^ self->token[i]);

  return differs == 0;
}

static void
handle_hello (ClocheGateSession *self,
              JsonObject        *request)
{
  if (!is_token (self, cloche_json_get_string (request, "token"))) {
    send_error (self, "denied", "Wrong token");
    cloche_gate_lines_close (self->lines);
    return;
  }

  g_clear_handle_id (&self->hello_id, g_source_remove);
  self->is_greeted = TRUE;
  send_ok (self);
}

/* The strings of @array; NULL if one of its elements is none. */
static char **
dup_strings (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint length = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < length; i++) {
    const char *text = cloche_json_array_get_string (array, i);

    if (text == NULL)
      return NULL;
    g_strv_builder_add (builder, text);
  }

  return g_strv_builder_end (builder);
}

static void
handle_policy (ClocheGateSession *self,
               JsonObject        *request)
{
  g_auto (GStrv) rules = dup_strings (cloche_json_get_array (request, "allow"));
  g_autoptr (ClocheEgressPolicy) policy = NULL;
  g_autoptr (GError) error = NULL;
  ClocheEgressMode mode;

  if (!cloche_egress_mode_from_string (cloche_json_get_string (request, "mode"), &mode)) {
    send_error (self, "unsupported", "This gate knows the modes off, ask, listed and open");
    return;
  }
  if (rules == NULL) {
    send_error (self, "invalid", "A rule is no text");
    return;
  }

  policy = cloche_egress_policy_new (mode, (const char *const *) rules, &error);
  if (policy == NULL) {
    send_error (self, "invalid", error->message);
    return;
  }

  cloche_gate_service_set_policy (self->service, policy);
  send_ok (self);
}

static void
add_policy (ClocheGateSession *self,
            JsonObject        *object)
{
  ClocheEgressPolicy *policy = cloche_gate_service_get_policy (self->service);
  JsonArray *allow = json_array_new ();

  for (const char *const *rule = cloche_egress_policy_get_rules (policy); *rule != NULL; rule++)
    json_array_add_string_element (allow, *rule);
  json_object_set_string_member (object, "mode", cloche_egress_mode_to_string (cloche_egress_policy_get_mode (policy)));
  json_object_set_array_member (object, "allow", allow);
}

static void
handle_status (ClocheGateSession *self)
{
  ClocheEgressLog *log = cloche_gate_service_get_log (self->service);
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_boolean_member (answer, "ok", TRUE);
  add_policy (self, answer);
  json_object_set_int_member (answer, "connections", cloche_gate_service_get_connections (self->service));
  json_object_set_int_member (answer, "seq", cloche_egress_log_get_seq (log));
  json_object_set_string_member (answer, "log", cloche_egress_log_is_healthy (log) ? "ok" : "failed");
  send_object (self, answer);
}

static void
row_cb (ClocheEgressLog *log,
        GBytes          *row,
        gpointer         data)
{
  ClocheGateSession *self = data;
  g_autofree char *line = g_strndup (g_bytes_get_data (row, NULL), g_bytes_get_size (row));

  cloche_gate_lines_send (self->lines, line);
}

static JsonObject *
event_new (const char *name)
{
  JsonObject *event = json_object_new ();

  json_object_set_string_member (event, "event", name);

  return event;
}

static void
set_host (JsonObject *event,
          const char *name,
          guint16     port,
          const char *program)
{
  g_autofree char *printable_name = cloche_text_make_printable (name, -1);
  g_autofree char *printable_program = cloche_text_make_printable (program, -1);

  json_object_set_string_member (event, "name", printable_name);
  json_object_set_int_member (event, "port", port);
  json_object_set_string_member (event, "program", printable_program);
}

static void
refused_cb (ClocheGateService     *service,
            const ClocheEgressRow *row,
            gpointer               data)
{
  g_autoptr (JsonObject) event = event_new ("refused");

  set_host (event, row->name, row->port, row->program);
  json_object_set_string_member (event, "reason", cloche_egress_reason_to_string (row->reason));
  send_object (data, event);
}

static void
policy_changed_cb (ClocheGateService *service,
                   gpointer           data)
{
  g_autoptr (JsonObject) event = event_new ("policy");

  add_policy (data, event);
  send_object (data, event);
}

static void
handle_follow (ClocheGateSession *self)
{
  send_ok (self);
  if (!self->is_following) {
    g_signal_connect_object (cloche_gate_service_get_log (self->service), "row", G_CALLBACK (row_cb), self, 0);
    g_signal_connect_object (self->service, "refused", G_CALLBACK (refused_cb), self, 0);
    g_signal_connect_object (self->service, "policy-changed", G_CALLBACK (policy_changed_cb), self, 0);
    policy_changed_cb (self->service, self);
  }
  self->is_following = TRUE;
}

static void
send_question (gpointer question_pointer,
               gpointer data)
{
  const ClocheEgressQuestion *question = question_pointer;
  g_autoptr (JsonObject) event = event_new ("question");

  json_object_set_int_member (event, "id", (gint64) question->id);
  set_host (event, question->name, question->port, question->program);
  json_object_set_string_member (event, "rule", question->rule);
  send_object (data, event);
}

static void
asked_cb (ClocheEgressQuestions      *questions,
          const ClocheEgressQuestion *question,
          gpointer                    data)
{
  send_question ((gpointer) question, data);
}

static void
cleared_cb (ClocheEgressQuestions *questions,
            guint64                id,
            gpointer               data)
{
  g_autoptr (JsonObject) event = event_new ("cleared");

  json_object_set_int_member (event, "id", (gint64) id);
  send_object (data, event);
}

static void
handle_ask (ClocheGateSession *self)
{
  ClocheEgressQuestions *questions = cloche_gate_service_get_questions (self->service);

  send_ok (self);
  if (self->is_asker)
    return;

  self->is_asker = TRUE;
  cloche_egress_questions_add_asker (questions);
  g_signal_connect_object (questions, "asked", G_CALLBACK (asked_cb), self, 0);
  g_signal_connect_object (questions, "cleared", G_CALLBACK (cleared_cb), self, 0);
  cloche_egress_questions_foreach (questions, send_question, self);
}

static void
stop_asking (ClocheGateSession *self)
{
  ClocheEgressQuestions *questions = cloche_gate_service_get_questions (self->service);

  if (!self->is_asker)
    return;

  self->is_asker = FALSE;
  g_signal_handlers_disconnect_by_data (questions, self);
  cloche_egress_questions_remove_asker (questions);
}

static void
handle_answer (ClocheGateSession *self,
               JsonObject        *request)
{
  const char *answer = cloche_json_get_string (request, "answer");
  gint64 id = cloche_json_get_int (request, "id", 0);
  gboolean is_yes = g_strcmp0 (answer, "once") == 0;

  if (!is_yes && g_strcmp0 (answer, "no") != 0)
    send_error (self, "invalid", "An answer is once or no");
  else if (!cloche_egress_questions_answer (cloche_gate_service_get_questions (self->service), (guint64) id, is_yes))
    send_error (self, "gone", "There is no such question any more");
  else
    send_ok (self);
}

static void
line_cb (ClocheGateLines *lines,
         JsonObject      *request,
         gpointer         data)
{
  g_autoptr (ClocheGateSession) self = g_object_ref (data);
  const char *op = cloche_json_get_string (request, "op");

  if (!self->is_greeted && g_strcmp0 (op, "hello") != 0) {
    send_error (self, "denied", "Say hello first");
    cloche_gate_lines_close (self->lines);
  } else if (g_strcmp0 (op, "hello") == 0) {
    handle_hello (self, request);
  } else if (g_strcmp0 (op, "policy") == 0) {
    handle_policy (self, request);
  } else if (g_strcmp0 (op, "status") == 0) {
    handle_status (self);
  } else if (g_strcmp0 (op, "follow") == 0) {
    handle_follow (self);
  } else if (g_strcmp0 (op, "ask") == 0) {
    handle_ask (self);
  } else if (g_strcmp0 (op, "answer") == 0) {
    handle_answer (self, request);
  } else {
    send_error (self, "unsupported", "Unknown op");
  }
}

static void
lines_closed_cb (ClocheGateLines *lines,
                 gpointer         data)
{
  g_autoptr (ClocheGateSession) self = g_object_ref (data);

  g_clear_handle_id (&self->hello_id, g_source_remove);
  stop_asking (self);
  g_signal_emit (self, signals[CLOSED], 0);
}

static gboolean
hello_timeout_cb (gpointer data)
{
  ClocheGateSession *self = data;

  self->hello_id = 0;
  cloche_gate_lines_close (self->lines);

  return G_SOURCE_REMOVE;
}

static void
cloche_gate_session_dispose (GObject *object)
{
  ClocheGateSession *self = CLOCHE_GATE_SESSION (object);

  g_clear_handle_id (&self->hello_id, g_source_remove);
  if (self->service != NULL)
    stop_asking (self);
  if (self->lines != NULL)
    g_signal_handlers_disconnect_by_data (self->lines, self);
  g_clear_object (&self->lines);
  g_clear_object (&self->service);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (cloche_gate_session_parent_class)->dispose (object);
}

static void
cloche_gate_session_class_init (ClocheGateSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_session_dispose;

  signals[CLOSED] = g_signal_new ("closed", CLOCHE_TYPE_GATE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
cloche_gate_session_init (ClocheGateSession *self)
{
}

ClocheGateSession *
cloche_gate_session_new (ClocheGateLines   *lines,
                         const char        *token,
                         ClocheGateService *service)
{
  ClocheGateSession *self = g_object_new (CLOCHE_TYPE_GATE_SESSION, NULL);

  self->lines = g_object_ref (lines);
  self->service = g_object_ref (service);
  self->token = g_strdup (token);
  self->hello_id = g_timeout_add_seconds (HELLO_SECONDS, hello_timeout_cb, self);
  g_signal_connect (lines, "line", G_CALLBACK (line_cb), self);
  g_signal_connect (lines, "closed", G_CALLBACK (lines_closed_cb), self);
  cloche_gate_lines_start (lines);

  return self;
}
