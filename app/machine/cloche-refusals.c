/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-refusals.h"

#include "cloche-egress-name.h"
#include "cloche-egress-policy.h"
#include "cloche-egress-rule.h"
#include "cloche-json.h"
#include "cloche-string.h"

#include <string.h>

/* hosts that are remembered at all; a storm makes no more. */
#define REMEMBERED_MAX 256

/* What a model reads of a reason; the others stand as they are. */
static const struct
{
  const char *reason;
  const char *words;
  gboolean can_be_allowed;
} REASONS[] = {
  { "mode-off", "the network is off", TRUE },
  { "not-listed", "not on the list", TRUE },
  { "denied", "the person said no", TRUE },
  { "not-asked", "nobody could be asked", TRUE },
  { "not-answered", "nobody answered in time", TRUE },
  { "too-many-questions", "too many questions at a time", TRUE },
  { "private-address", "it leads to a private address", FALSE },
  { "bad-name", "not a host name", FALSE },
  { "too-many", "too many connections", FALSE },
};

struct _ClocheRefusals
{
  GObject parent_instance;

  GPtrArray *refused;           /* of ClocheRefusal, in order */
  GHashTable *waiting;          /* id of a question → its host */
};

G_DEFINE_FINAL_TYPE (ClocheRefusals, cloche_refusals, G_TYPE_OBJECT)

static void
refusal_free (gpointer data)
{
  ClocheRefusal *refusal = data;

  g_free (refusal->host);
  g_free (refusal->reason);
  g_free (refusal);
}

static char *
make_host (JsonObject *event)
{
  const char *said = cloche_json_get_string (event, "name");
  guint16 port = (guint16) cloche_json_get_int (event, "port", 0);
  g_autofree char *name = said != NULL ? cloche_egress_name_parse (said, NULL, NULL) : NULL;

  /* What is no name cannot be allowed either, and is only shown. */
  return name != NULL ? cloche_egress_rule_new (name, port) : cloche_text_make_printable (said, -1);
}

static const char *
find_words (const char *reason,
            gboolean   *ret_can_be_allowed)
{
  for (gsize i = 0; i < G_N_ELEMENTS (REASONS); i++)
    if (strcmp (REASONS[i].reason, reason) == 0) {
      *ret_can_be_allowed = REASONS[i].can_be_allowed;
      return REASONS[i].words;
    }

  *ret_can_be_allowed = FALSE;
  return reason;
}

static void
refused_cb (ClocheRefusals *self,
            JsonObject     *event)
{
  g_autofree char *host = make_host (event);
  ClocheRefusal *refusal;

  for (guint i = 0; i < self->refused->len; i++)
    if (strcmp (((ClocheRefusal *) self->refused->pdata[i])->host, host) == 0)
      return;
  if (self->refused->len >= REMEMBERED_MAX)
    return;

  refusal = g_new0 (ClocheRefusal, 1);
  refusal->host = g_steal_pointer (&host);
  refusal->reason = g_strdup (cloche_json_get_string (event, "reason"));
  (void) find_words (refusal->reason, &refusal->can_be_allowed);
  g_ptr_array_add (self->refused, refusal);
}

static void
question_cb (ClocheRefusals *self,
             JsonObject     *event)
{
  gint64 id = cloche_json_get_int (event, "id", 0);

  g_hash_table_insert (self->waiting, g_memdup2 (&id, sizeof id), make_host (event));
}

static void
cleared_cb (ClocheRefusals *self,
            gint64          id)
{
  g_hash_table_remove (self->waiting, &id);
}

static void
detached_cb (ClocheRefusals *self)
{
  g_hash_table_remove_all (self->waiting);
}

static void
cloche_refusals_finalize (GObject *object)
{
  ClocheRefusals *self = CLOCHE_REFUSALS (object);

  g_ptr_array_unref (self->refused);
  g_hash_table_unref (self->waiting);

  G_OBJECT_CLASS (cloche_refusals_parent_class)->finalize (object);
}

static void
cloche_refusals_class_init (ClocheRefusalsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_refusals_finalize;
}

static void
cloche_refusals_init (ClocheRefusals *self)
{
  self->refused = g_ptr_array_new_with_free_func (refusal_free);
  self->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

ClocheRefusals *
cloche_refusals_new (ClocheMachineNetwork *network)
{
  ClocheRefusals *self = g_object_new (CLOCHE_TYPE_REFUSALS, NULL);

  g_signal_connect_object (network, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "question", G_CALLBACK (question_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "cleared", G_CALLBACK (cleared_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "detached", G_CALLBACK (detached_cb), self, G_CONNECT_SWAPPED);

  return self;
}

GPtrArray *
cloche_refusals_take (ClocheRefusals *self,
                      guint          *ret_n_more)
{
  GPtrArray *taken;

  g_return_val_if_fail (CLOCHE_IS_REFUSALS (self), NULL);

  taken = g_steal_pointer (&self->refused);
  self->refused = g_ptr_array_new_with_free_func (refusal_free);
  *ret_n_more = taken->len > CLOCHE_REFUSALS_MAX ? taken->len - CLOCHE_REFUSALS_MAX : 0;
  g_ptr_array_set_size (taken, (int) MIN (taken->len, CLOCHE_REFUSALS_MAX));

  return taken;
}

static void
add_waiting (ClocheRefusals *self,
             GString        *line)
{
  GHashTableIter iter;
  gpointer host;
  const char *separator = line->len > 0 ? "; waiting for the person’s answer: " : "waiting for the person’s answer: ";

  g_hash_table_iter_init (&iter, self->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &host)) {
    g_string_append_printf (line, "%s%s", separator, (const char *) host);
    separator = ", ";
  }
}

/**
 * cloche_refusals_take_line:
 *
 * Returns: (nullable): one line for a model, which says what was refused, what waits, and how it can be allowed
 */
char *
cloche_refusals_take_line (ClocheRefusals *self)
{
  guint n_more;
  g_autoptr (GPtrArray) refused = cloche_refusals_take (self, &n_more);
  g_autoptr (GString) line = g_string_new (NULL);
  const char *allowable = NULL;

  for (guint i = 0; i < refused->len; i++) {
    const ClocheRefusal *refusal = refused->pdata[i];
    gboolean can_be_allowed;
    const char *words = find_words (refusal->reason, &can_be_allowed);

    g_string_append_printf (line, "%s%s (%s)", i == 0 ? "refused " : ", ", refusal->host, words);
    if (can_be_allowed && allowable == NULL)
      allowable = refusal->host;
  }
  if (n_more > 0)
    g_string_append_printf (line, " and %u more", n_more);
  add_waiting (self, line);
  if (allowable != NULL)
    g_string_append_printf (line, ". The person can allow it: in the window under Network, in a terminal with --allow %s",
                            allowable);

  return line->len > 0 ? g_string_free (g_steal_pointer (&line), FALSE) : NULL;
}
