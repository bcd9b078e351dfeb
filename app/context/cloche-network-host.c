/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network-host.h"

#include "cloche-json.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

struct _ClocheNetworkHost
{
  GObject parent_instance;

  char *rule;                   /* that names it */
  char *summary;
  gboolean is_decidable;        /* whether @rule is one that may be given */
  ClocheNetworkDecision decision;
  guint n_attempts;
  guint64 bytes_in;
};

G_DEFINE_FINAL_TYPE (ClocheNetworkHost, cloche_network_host, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_SUMMARY,
  PROP_DECISION,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

/* The words of cloche-egress-reason.h for people. */
static const struct
{
  const char *reason;
  const char *words;
} REASONS[] = {
  { "listed", N_ ("Reached") },
  { "mode-off", N_ ("Refused: the network was off") },
  { "not-listed", N_ ("Refused: not on the list") },
  { "bad-name", N_ ("Refused: not the name of a host") },
  { "private-address", N_ ("Refused: leads to a private address") },
  { "name-not-found", N_ ("There is no such host") },
  { "unreachable", N_ ("Did not answer") },
  { "timeout", N_ ("Took too long") },
  { "no-sni", N_ ("Refused: did not say whom it wants to reach") },
  { "sni-mismatch", N_ ("Refused: wanted to reach another host") },
  { "host-mismatch", N_ ("Refused: wanted to reach another host") },
  { "bad-request", N_ ("Refused: not what a browser would say") },
  { "unknown-protocol", N_ ("Refused: not what a browser would say") },
  { "too-many", N_ ("Refused: too many connections") },
  { "log-failed", N_ ("Refused: could not be logged") },
  { "policy-changed", N_ ("Broken off: no longer allowed") },
  { "reset", N_ ("Broken off") },
  { "stopped", N_ ("Broken off when the machine stopped") },
  { "denied", N_ ("Refused") },
  { "not-asked", N_ ("Refused: nobody could be asked") },
  { "not-answered", N_ ("Refused: nobody answered") },
  { "too-many-questions", N_ ("Refused: too many questions at a time") },
};

static const char *
find_words (const char *reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (REASONS); i++)
    if (g_strcmp0 (REASONS[i].reason, reason) == 0)
      return _ (REASONS[i].words);

  return _ ("Refused");
}

static void
cloche_network_host_finalize (GObject *object)
{
  ClocheNetworkHost *self = CLOCHE_NETWORK_HOST (object);

  g_free (self->rule);
  g_free (self->summary);

  G_OBJECT_CLASS (cloche_network_host_parent_class)->finalize (object);
}

static void
cloche_network_host_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  ClocheNetworkHost *self = CLOCHE_NETWORK_HOST (object);

  switch (prop_id) {
  case PROP_SUMMARY:
    g_value_set_string (value, self->summary);
    break;
  case PROP_DECISION:
    g_value_set_uint (value, self->decision);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_network_host_class_init (ClocheNetworkHostClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = cloche_network_host_finalize;
  object_class->get_property = cloche_network_host_get_property;

  props[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  props[PROP_DECISION] = g_param_spec_uint ("decision", NULL, NULL, 0, CLOCHE_NETWORK_FORBIDDEN, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cloche_network_host_init (ClocheNetworkHost *self)
{
  self->summary = g_strdup (_ ("Not tried yet"));
}

/**
 * cloche_network_host_new:
 * @rule: that names it, printable; or, if it is not @is_decidable, what was asked for instead of a host
 */
ClocheNetworkHost *
cloche_network_host_new (const char *rule,
                         gboolean    is_decidable)
{
  ClocheNetworkHost *self = g_object_new (CLOCHE_TYPE_NETWORK_HOST, NULL);

  self->rule = g_strdup (rule);
  self->is_decidable = is_decidable;

  return self;
}

const char *
cloche_network_host_get_rule (ClocheNetworkHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_HOST (self), NULL);

  return self->rule;
}

gboolean
cloche_network_host_is_decidable (ClocheNetworkHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_HOST (self), FALSE);

  return self->is_decidable;
}

const char *
cloche_network_host_get_summary (ClocheNetworkHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_HOST (self), NULL);

  return self->summary;
}

ClocheNetworkDecision
cloche_network_host_get_decision (ClocheNetworkHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_HOST (self), CLOCHE_NETWORK_UNDECIDED);

  return self->decision;
}

/**
 * cloche_network_host_set_decision:
 *
 * Shows another one; to make it hold is cloche_network_decide()'s business.
 */
void
cloche_network_host_set_decision (ClocheNetworkHost    *self,
                                  ClocheNetworkDecision decision)
{
  g_return_if_fail (CLOCHE_IS_NETWORK_HOST (self));

  if (self->decision == decision)
    return;

  self->decision = decision;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DECISION]);
}

/**
 * cloche_network_host_add:
 * @row: of the log, about this host, newer than those before
 */
void
cloche_network_host_add (ClocheNetworkHost *self,
                         JsonObject        *row)
{
  const char *words = find_words (cloche_json_get_string (row, "reason"));
  g_autofree char *count = NULL;
  g_autofree char *summary = NULL;
  g_autofree char *size = NULL;

  g_return_if_fail (CLOCHE_IS_NETWORK_HOST (self));

  self->n_attempts++;
  self->bytes_in += (guint64) MAX (cloche_json_get_int (row, "bytes_in", 0), 0);
  /* Translators: how often a host was tried to be reached; the space does not break. */
  count = g_strdup_printf (ngettext ("%u time", "%u times", self->n_attempts), self->n_attempts);
  size = g_format_size (self->bytes_in);
  if (self->bytes_in > 0)
    /* Translators: how it went, how often, and how many bytes came, such as "Reached · 3 times · 1.2 MB received". */
    summary = g_strdup_printf (_ ("%s · %s · %s received"), words, count, size);
  else
    summary = g_strdup_printf ("%s · %s", words, count);
  if (cloche_set_str (&self->summary, summary))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SUMMARY]);
}
