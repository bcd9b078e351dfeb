/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network-hosts.h"

#include "cloche-egress-name.h"
#include "cloche-egress-policy.h"
#include "cloche-egress-rule.h"
#include "cloche-json.h"
#include "cloche-string.h"

#include <string.h>

/* A host goes by the rule that would name it, so that what was tried and what is ruled meet in one row. */

/* hosts that are shown: a guest can make up any number of names. */
#define HOSTS_MAX 200

/* rows of the log that are read at first. */
#define ROWS_MAX 1000

struct _ClocheNetworkHosts
{
  GObject parent_instance;

  ClocheStore *store;
  char *machine_id;
  char *log_path;
  char **rules;
  GListStore *hosts;            /* of ClocheNetworkHost */
  gint64 last_seq;              /* of the rows that are in @hosts */
  gboolean is_loaded;
};

G_DEFINE_FINAL_TYPE (ClocheNetworkHosts, cloche_network_hosts, G_TYPE_OBJECT)

enum {
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean
has_rule (ClocheNetworkHosts *self,
          const char         *prefix,
          const char         *rule)
{
  g_autofree char *whole = g_strconcat (prefix, rule, NULL);

  return g_strv_contains ((const char *const *) self->rules, whole);
}

static ClocheNetworkDecision
find_decision (ClocheNetworkHosts *self,
               ClocheNetworkHost  *host)
{
  const char *rule = cloche_network_host_get_rule (host);

  if (has_rule (self, "!", rule))
    return CLOCHE_NETWORK_FORBIDDEN;

  return has_rule (self, "", rule) ? CLOCHE_NETWORK_ALLOWED : CLOCHE_NETWORK_UNDECIDED;
}

static ClocheNetworkHost *
find_host (ClocheNetworkHosts *self,
           const char         *rule,
           gboolean            is_decidable)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++) {
    g_autoptr (ClocheNetworkHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

    if (cloche_network_host_is_decidable (host) == is_decidable && strcmp (cloche_network_host_get_rule (host), rule) == 0)
      return host;
  }

  return NULL;
}

/* The newest is the first; of those that nobody decided about, the oldest makes room. */
static void
make_room (ClocheNetworkHosts *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->hosts));

  for (guint i = n; i > 0 && n >= HOSTS_MAX; i--) {
    g_autoptr (ClocheNetworkHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i - 1);

    if (cloche_network_host_get_decision (host) != CLOCHE_NETWORK_UNDECIDED)
      continue;
    g_list_store_remove (self->hosts, i - 1);
    n--;
  }
}

static ClocheNetworkHost *
ensure_host (ClocheNetworkHosts *self,
             const char         *rule,
             gboolean            is_decidable)
{
  ClocheNetworkHost *known = find_host (self, rule, is_decidable);
  g_autoptr (ClocheNetworkHost) host = NULL;

  if (known != NULL)
    return known;

  make_room (self);
  host = cloche_network_host_new (rule, is_decidable);
  cloche_network_host_set_decision (host, find_decision (self, host));
  g_list_store_insert (self->hosts, 0, host);

  return host;
}

static void
add_row (ClocheNetworkHosts *self,
         JsonObject         *row)
{
  gint64 seq = cloche_json_get_int (row, "seq", 0);
  const char *said = cloche_json_get_string (row, "name");
  g_autofree char *name = said != NULL ? cloche_egress_name_parse (said, NULL, NULL) : NULL;
  g_autofree char *rule = NULL;

  if (seq <= self->last_seq || said == NULL)
    return;

  self->last_seq = seq;
  if (name != NULL)
    rule = cloche_egress_rule_new (name, (guint16) cloche_json_get_int (row, "port", 0));
  else
    rule = cloche_text_make_printable (said, -1);
  cloche_network_host_add (ensure_host (self, rule, name != NULL), row);
}

/* Rules have rows of their own, tried or not. */
static void
update_hosts (ClocheNetworkHosts *self)
{
  if (!self->is_loaded)
    return;

  for (gsize i = 0; self->rules[i] != NULL; i++)
    (void) ensure_host (self, self->rules[i] + (self->rules[i][0] == '!'), TRUE);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->hosts)); i++) {
    g_autoptr (ClocheNetworkHost) host = g_list_model_get_item (G_LIST_MODEL (self->hosts), i);

    cloche_network_host_set_decision (host, find_decision (self, host));
  }
}

static void
rows_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheNetworkHosts) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = cloche_store_list_egress_finish (CLOCHE_STORE (source), result, &error);

  if (rows == NULL)
    g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, error->message);
  for (guint i = rows != NULL ? rows->len : 0; i > 0; i--)
    add_row (self, rows->pdata[i - 1]);
  self->is_loaded = TRUE;
  update_hosts (self);
}

static void
imported_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  ClocheNetworkHosts *self = user_data;

  /* A machine that never ran has no log, and what cannot be imported is in its file still. */
  (void) cloche_store_import_egress_finish (CLOCHE_STORE (source), result, NULL);
  cloche_store_list_egress_async (self->store, self->machine_id, ROWS_MAX, NULL, rows_read_cb, self);
}

static void
cloche_network_hosts_finalize (GObject *object)
{
  ClocheNetworkHosts *self = CLOCHE_NETWORK_HOSTS (object);

  g_clear_object (&self->store);
  g_clear_object (&self->hosts);
  g_strfreev (self->rules);
  g_free (self->machine_id);
  g_free (self->log_path);

  G_OBJECT_CLASS (cloche_network_hosts_parent_class)->finalize (object);
}

static void
cloche_network_hosts_class_init (ClocheNetworkHostsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_network_hosts_finalize;

  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_NETWORK_HOSTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cloche_network_hosts_init (ClocheNetworkHosts *self)
{
  self->hosts = g_list_store_new (CLOCHE_TYPE_NETWORK_HOST);
  self->rules = g_new0 (char *, 1);
}

/**
 * cloche_network_hosts_new:
 * @log_path: egress.log of the machine, which need not be there
 */
ClocheNetworkHosts *
cloche_network_hosts_new (ClocheStore *store,
                          const char  *machine_id,
                          const char  *log_path)
{
  ClocheNetworkHosts *self = g_object_new (CLOCHE_TYPE_NETWORK_HOSTS, NULL);

  self->store = g_object_ref (store);
  self->machine_id = g_strdup (machine_id);
  self->log_path = g_strdup (log_path);

  return self;
}

GListModel *
cloche_network_hosts_get_list (ClocheNetworkHosts *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_HOSTS (self), NULL);

  return G_LIST_MODEL (self->hosts);
}

void
cloche_network_hosts_load (ClocheNetworkHosts *self)
{
  g_return_if_fail (CLOCHE_IS_NETWORK_HOSTS (self));

  cloche_store_import_egress_async (self->store, self->machine_id, self->log_path, NULL, imported_cb, g_object_ref (self));
}

void
cloche_network_hosts_catch_up (ClocheNetworkHosts *self)
{
  g_return_if_fail (CLOCHE_IS_NETWORK_HOSTS (self));

  if (self->is_loaded)
    cloche_network_hosts_load (self);
}

void
cloche_network_hosts_add_line (ClocheNetworkHosts *self,
                               GBytes             *line)
{
  g_autoptr (JsonObject) row = NULL;

  g_return_if_fail (CLOCHE_IS_NETWORK_HOSTS (self));

  if (self->is_loaded)
    row = cloche_json_parse_object (g_bytes_get_data (line, NULL), (gssize) g_bytes_get_size (line), NULL);
  if (row != NULL)
    add_row (self, row);
}

/**
 * cloche_network_hosts_set_rules:
 * @rules: see cloche-egress-rule.c
 */
void
cloche_network_hosts_set_rules (ClocheNetworkHosts *self,
                                const char *const  *rules)
{
  g_return_if_fail (CLOCHE_IS_NETWORK_HOSTS (self));

  g_strfreev (self->rules);
  self->rules = g_strdupv ((char **) rules);
  update_hosts (self);
}
