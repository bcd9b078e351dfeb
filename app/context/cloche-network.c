/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network.h"

#include "cloche-egress-rule.h"
#include "cloche-json.h"
#include "cloche-machine-text.h"
#include "cloche-network-hosts.h"
#include "cloche-network-questions.h"
#include "cloche-notice.h"

#include <string.h>

/*
 * Mode and rules are the conversation's; the gate is told of each change, and tells of those that other programs make. Who
 * changes them while not attached, as a window does that started nothing itself, can only write them into the store:
 * whoever is attached then tells the gate. What is read there may be older than what the gate has told or what was changed
 * here, since it is written after that. Such a row says what it said before, or what was "told" and not read since.
 */

/* states that wait for being read in the store. More than a person changes before it is read; of older ones the newest wins. */
#define TOLD_MAX 64

struct _ClocheNetwork
{
  GObject parent_instance;

  ClocheMachine *machine;
  ClocheChat *chat;
  ClocheNetworkQuestions *questions;
  ClocheNetworkHosts *hosts;
  char *kept;                   /* what the store said last, as describe() has it */
  GPtrArray *told;              /* of describe(): what held since, in order */
};

G_DEFINE_FINAL_TYPE (ClocheNetwork, cloche_network, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_MODE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

enum {
  SIGNAL_PROBLEM,
  SIGNAL_ASKED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
report (ClocheNetwork *self,
        const GError  *error)
{
  g_autofree char *sentence = cloche_machine_text_for_error (error);

  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
}

static ClocheConversation *
get_conversation (ClocheNetwork *self)
{
  return cloche_chat_get_conversation (self->chat);
}

static const char *const *
get_rules (ClocheNetwork *self)
{
  return cloche_conversation_get_allowed_hosts (get_conversation (self));
}

static char *
describe (ClocheConversation *conversation)
{
  g_autofree char *rules = g_strjoinv ("\n", (char **) cloche_conversation_get_allowed_hosts (conversation));

  return g_strdup_printf ("%s\n%s", cloche_network_mode_to_nick (cloche_conversation_get_network_mode (conversation)), rules);
}

static void
remember_told (ClocheNetwork *self)
{
  if (self->told->len == TOLD_MAX)
    g_ptr_array_remove_index (self->told, 0);
  g_ptr_array_add (self->told, describe (get_conversation (self)));
}

/* Takes @row, and what is older, out of what was told. */
static gboolean
take_told (ClocheNetwork *self,
           const char    *row)
{
  guint index;

  if (!g_ptr_array_find_with_equal_func (self->told, row, g_str_equal, &index))
    return FALSE;

  g_ptr_array_remove_range (self->told, 0, index + 1);
  return TRUE;
}

static ClocheEgressPolicy *
policy_new (ClocheNetworkMode  network_mode,
            const char *const *rules,
            GError           **error)
{
  ClocheEgressMode mode = CLOCHE_EGRESS_MODE_OFF;

  /* The nicks are the gate's words. */
  (void) cloche_egress_mode_from_string (cloche_network_mode_to_nick (network_mode), &mode);

  return cloche_egress_policy_new (mode, rules, error);
}

static void
policy_set_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (ClocheNetwork) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!cloche_machine_network_set_policy_finish (CLOCHE_MACHINE_NETWORK (source), result, &error))
    report (self, error);
}

static void
tell_gate (ClocheNetwork      *self,
           ClocheEgressPolicy *policy)
{
  cloche_machine_network_set_policy_async (cloche_machine_get_network (self->machine), policy, NULL, policy_set_cb,
                                           g_object_ref (self));
}

/* Rules that are none can only come from a damaged store: nothing is allowed then. */
static void
tell_gate_all (ClocheNetwork *self)
{
  g_autoptr (ClocheEgressPolicy) policy = policy_new (cloche_network_get_mode (self), get_rules (self), NULL);

  if (policy == NULL)
    policy = policy_new (CLOCHE_NETWORK_OFF, NULL, NULL);
  tell_gate (self, policy);
}

/* Makes it hold, and remembers it. Nothing changes if a rule is wrong. */
static gboolean
apply (ClocheNetwork     *self,
       ClocheNetworkMode  mode,
       const char *const *rules,
       GError           **error)
{
  gboolean is_new_mode = mode != cloche_network_get_mode (self);
  g_autoptr (ClocheEgressPolicy) policy = policy_new (mode, rules, error);

  if (policy == NULL)
    return FALSE;

  cloche_chat_set_network (self->chat, mode, cloche_egress_policy_get_rules (policy));
  remember_told (self);
  tell_gate (self, policy);
  cloche_network_hosts_set_rules (self->hosts, get_rules (self));
  if (is_new_mode)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODE]);

  return TRUE;
}

/* The store's, or what another program has changed, and keeps. Earlier versions kept rules as they had been typed. FALSE: it is
 * known. */
static gboolean
take_over (ClocheNetwork     *self,
           ClocheNetworkMode  mode,
           const char *const *kept)
{
  gboolean is_new_mode = mode != cloche_network_get_mode (self);
  g_autoptr (ClocheEgressPolicy) policy = policy_new (mode, kept, NULL);
  const char *const *rules = policy != NULL ? cloche_egress_policy_get_rules (policy) : kept;

  if (!is_new_mode && g_strv_equal (rules, get_rules (self)))
    return FALSE;

  cloche_conversation_set_network_mode (get_conversation (self), mode);
  cloche_conversation_set_allowed_hosts (get_conversation (self), rules);
  cloche_network_hosts_set_rules (self->hosts, get_rules (self));
  if (is_new_mode)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODE]);

  return TRUE;
}

static void
policy_cb (ClocheNetwork *self,
           JsonObject    *event)
{
  JsonArray *allow = cloche_json_get_array (event, "allow");
  ClocheNetworkMode mode = cloche_network_mode_from_nick (cloche_json_get_string (event, "mode"), CLOCHE_NETWORK_OFF);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) rules = NULL;

  for (guint i = 0; allow != NULL && i < json_array_get_length (allow); i++)
    if (cloche_json_array_get_string (allow, i) != NULL)
      g_strv_builder_add (builder, cloche_json_array_get_string (allow, i));
  rules = g_strv_builder_end (builder);
  if (take_over (self, mode, (const char *const *) rules))
    remember_told (self);
}

static void
attempt_cb (ClocheNetwork *self,
            GBytes        *line)
{
  cloche_network_hosts_add_line (self->hosts, line);
}

static void
ended_cb (ClocheNetwork *self)
{
  g_autofree char *command = g_strconcat ("clochectl vm stop ", cloche_machine_get_id (self->machine), NULL);

  cloche_chat_add_notice (self->chat, CLOCHE_NOTICE_NETWORK_ENDED, command);
}

static void
attached_cb (ClocheNetwork *self)
{
  cloche_network_hosts_catch_up (self->hosts);
}

static void
asked_cb (ClocheNetwork         *self,
          ClocheNetworkQuestion *question)
{
  g_signal_emit (self, signals[SIGNAL_ASKED], 0, question);
}

static void
hosts_problem_cb (ClocheNetwork *self,
                  const char    *sentence)
{
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
}

static void
cloche_network_finalize (GObject *object)
{
  ClocheNetwork *self = CLOCHE_NETWORK (object);

  g_clear_object (&self->machine);
  g_clear_object (&self->chat);
  g_clear_object (&self->questions);
  g_clear_object (&self->hosts);
  g_clear_pointer (&self->kept, g_free);
  g_clear_pointer (&self->told, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_network_parent_class)->finalize (object);
}

static void
cloche_network_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch (prop_id) {
  case PROP_MODE:
    g_value_set_uint (value, cloche_network_get_mode (CLOCHE_NETWORK (object)));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_network_class_init (ClocheNetworkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = cloche_network_finalize;
  object_class->get_property = cloche_network_get_property;

  props[PROP_MODE] = g_param_spec_uint ("mode", NULL, NULL, 0, CLOCHE_NETWORK_OPEN, CLOCHE_NETWORK_ASK,
                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ASKED] = g_signal_new ("asked", CLOCHE_TYPE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, CLOCHE_TYPE_NETWORK_QUESTION);
}

static void
cloche_network_init (ClocheNetwork *self)
{
  self->told = g_ptr_array_new_with_free_func (g_free);
}

/**
 * cloche_network_new:
 * @log_path: egress.log of the machine, which need not be there
 */
ClocheNetwork *
cloche_network_new (ClocheMachine *machine,
                    ClocheChat    *chat,
                    ClocheStore   *store,
                    const char    *log_path)
{
  ClocheNetwork *self = g_object_new (CLOCHE_TYPE_NETWORK, NULL);
  ClocheMachineNetwork *network = cloche_machine_get_network (machine);

  self->machine = g_object_ref (machine);
  self->chat = g_object_ref (chat);
  self->kept = describe (get_conversation (self));
  self->questions = cloche_network_questions_new (network);
  g_signal_connect_object (self->questions, "asked", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
  self->hosts = cloche_network_hosts_new (store, cloche_machine_get_id (machine), log_path);
  (void) take_over (self, cloche_network_get_mode (self), get_rules (self));
  cloche_network_hosts_set_rules (self->hosts, get_rules (self));
  g_signal_connect_object (self->hosts, "problem", G_CALLBACK (hosts_problem_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "policy", G_CALLBACK (policy_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "attempt", G_CALLBACK (attempt_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "attached", G_CALLBACK (attached_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  tell_gate_all (self);

  return self;
}

const char *
cloche_network_get_conversation_id (ClocheNetwork *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK (self), NULL);

  return cloche_conversation_get_id (get_conversation (self));
}

GListModel *
cloche_network_get_questions (ClocheNetwork *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK (self), NULL);

  return cloche_network_questions_get_list (self->questions);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (ClocheNetwork) self = user_data;
  g_autoptr (GError) error = NULL;

  /* Somebody else was faster, or it was too late: the list of hosts says what came of it. */
  if (!cloche_machine_network_request_finish (CLOCHE_MACHINE_NETWORK (source), result, &error) &&
      !g_error_matches (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_GONE))
    report (self, error);
}

/**
 * cloche_network_answer:
 * @question: of the list; it is taken from there
 */
void
cloche_network_answer (ClocheNetwork         *self,
                       ClocheNetworkQuestion *question,
                       ClocheNetworkAnswer    answer)
{
  g_autoptr (ClocheNetworkQuestion) held = g_object_ref (question);
  const char *rules[] = { cloche_network_question_get_rule (held), NULL };
  g_autoptr (GError) error = NULL;

  g_return_if_fail (CLOCHE_IS_NETWORK (self));

  cloche_network_questions_remove (self->questions, held);
  if (answer != CLOCHE_NETWORK_CONVERSATION)
    cloche_machine_network_answer_async (cloche_machine_get_network (self->machine),
                                         cloche_network_question_get_id (held), answer == CLOCHE_NETWORK_ONCE, NULL,
                                         answered_cb, g_object_ref (self));
  else if (!cloche_network_allow (self, rules, &error))
    report (self, error);
}

GListModel *
cloche_network_get_hosts (ClocheNetwork *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK (self), NULL);

  return cloche_network_hosts_get_list (self->hosts);
}

void
cloche_network_load (ClocheNetwork *self)
{
  g_return_if_fail (CLOCHE_IS_NETWORK (self));

  cloche_network_hosts_load (self->hosts);
}

/* Adds @rule, if it is not NULL, in the place of @host's rules. */
static char **
replace_rules (ClocheNetwork *self,
               const char    *host,
               const char    *rule)
{
  const char *const *rules = get_rules (self);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; rules[i] != NULL; i++)
    if (strcmp (rules[i] + (rules[i][0] == '!'), host) != 0)
      g_strv_builder_add (builder, rules[i]);
  if (rule != NULL)
    g_strv_builder_add (builder, rule);

  return g_strv_builder_end (builder);
}

/**
 * cloche_network_decide:
 * @host: of the list, decidable
 */
void
cloche_network_decide (ClocheNetwork        *self,
                       ClocheNetworkHost    *host,
                       ClocheNetworkDecision decision)
{
  const char *rule = cloche_network_host_get_rule (host);
  g_autofree char *negated = g_strconcat ("!", rule, NULL);
  g_auto (GStrv) rules = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (CLOCHE_IS_NETWORK (self) && cloche_network_host_is_decidable (host));

  if (decision == cloche_network_host_get_decision (host))
    return;

  rules = replace_rules (self, rule, decision == CLOCHE_NETWORK_ALLOWED ? rule
                                     : decision == CLOCHE_NETWORK_FORBIDDEN ? negated : NULL);
  if (!apply (self, cloche_network_get_mode (self), (const char *const *) rules, &error))
    report (self, error);
}

ClocheNetworkMode
cloche_network_get_mode (ClocheNetwork *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK (self), CLOCHE_NETWORK_OFF);

  return cloche_conversation_get_network_mode (get_conversation (self));
}

void
cloche_network_set_mode (ClocheNetwork    *self,
                         ClocheNetworkMode mode)
{
  g_auto (GStrv) rules = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (CLOCHE_IS_NETWORK (self));

  if (mode == cloche_network_get_mode (self))
    return;

  rules = g_strdupv ((char **) get_rules (self));
  if (!apply (self, mode, (const char *const *) rules, &error))
    report (self, error);
}

void
cloche_network_follow (ClocheNetwork      *self,
                       ClocheConversation *conversation)
{
  g_autofree char *row = NULL;
  g_autofree char *now = NULL;
  gboolean is_now, is_old;

  g_return_if_fail (CLOCHE_IS_NETWORK (self));

  row = describe (conversation);
  now = describe (get_conversation (self));
  is_now = g_str_equal (row, now);
  is_old = !is_now && (g_str_equal (row, self->kept) || take_told (self, row));
  g_free (self->kept);
  self->kept = g_steal_pointer (&row);
  if (is_old)
    return;

  g_ptr_array_set_size (self->told, 0);
  if (is_now)
    return;

  (void) take_over (self, cloche_conversation_get_network_mode (conversation),
                    cloche_conversation_get_allowed_hosts (conversation));
  tell_gate_all (self);
}

/**
 * cloche_network_allow:
 * @rules: (nullable): see cloche-egress-rule.c; what is there already is not added
 *
 * Adds @rules for the whole conversation. A host that was forbidden is not any more; off turns to ask.
 */
gboolean
cloche_network_allow (ClocheNetwork     *self,
                      const char *const *rules,
                      GError           **error)
{
  g_auto (GStrv) allowed = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  const char *const *before;
  ClocheNetworkMode mode;

  g_return_val_if_fail (CLOCHE_IS_NETWORK (self), FALSE);

  allowed = cloche_egress_rules_read_allowed (rules, error);
  if (allowed == NULL)
    return FALSE;
  if (allowed[0] == NULL)
    return TRUE;

  before = get_rules (self);
  for (gsize i = 0; before[i] != NULL; i++)
    if (before[i][0] != '!' || !g_strv_contains ((const char *const *) allowed, before[i] + 1))
      g_strv_builder_add (builder, before[i]);
  for (gsize i = 0; allowed[i] != NULL; i++)
    if (!g_strv_contains (before, allowed[i]))
      g_strv_builder_add (builder, allowed[i]);
  all = g_strv_builder_end (builder);
  mode = cloche_network_get_mode (self);

  return apply (self, mode == CLOCHE_NETWORK_OFF ? CLOCHE_NETWORK_ASK : mode, (const char *const *) all, error);
}

char *
cloche_network_allow_typed (ClocheNetwork *self,
                            const char    *host)
{
  const char *const rules[] = { host, NULL };
  g_autoptr (GError) error = NULL;

  return cloche_network_allow (self, rules, &error) ? NULL : cloche_machine_text_for_error (error);
}
