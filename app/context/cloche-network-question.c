/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network-question.h"

#include "cloche-address-floor.h"
#include "cloche-json.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

/* characters: a DNS name has 253 at most, and all of it counts: what it belongs to stands at its end. */
#define HOST_CHARS 253

/* characters: a program's name, which is a claim and may be anything. */
#define PROGRAM_CHARS 32

struct _ClocheNetworkQuestion
{
  GObject parent_instance;

  gint64 id;
  guint16 port;
  char *host;
  char *program;                /* may be empty */
  char *rule;
  char *title;
  char *detail;
};

G_DEFINE_FINAL_TYPE (ClocheNetworkQuestion, cloche_network_question, G_TYPE_OBJECT)

static char *
make_showable (const char *text,
               glong max_chars)
{
  g_autofree char *printable = cloche_text_make_printable (text, -1);
  g_autofree char *start = NULL;

  if (g_utf8_strlen (printable, -1) <= max_chars)
    return g_steal_pointer (&printable);

  start = g_utf8_substring (printable, 0, max_chars);
  return g_strconcat (start, "…", NULL);
}

static gboolean
is_at_home (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && cloche_address_floor_covers (address);
}

static char *
make_detail (ClocheNetworkQuestion *self)
{
  g_autofree char *who = NULL;

  if (*self->program != '\0')
    /* Translators: the placeholders are what a program in the machine calls itself, such as "curl", and a port's number. */
    who = g_strdup_printf (_ ("A program in the machine, “%s” by its own account, asks for port %u."), self->program,
                           self->port);
  else
    /* Translators: the placeholder is the number of a port. */
    who = g_strdup_printf (_ ("A program in the machine asks for port %u."), self->port);

  if (is_at_home (self->host))
    return g_strdup_printf ("%s %s", who, _ ("This address belongs to your own computer or network."));

  return g_steal_pointer (&who);
}

static void
cloche_network_question_finalize (GObject *object)
{
  ClocheNetworkQuestion *self = CLOCHE_NETWORK_QUESTION (object);

  g_free (self->host);
  g_free (self->program);
  g_free (self->rule);
  g_free (self->title);
  g_free (self->detail);

  G_OBJECT_CLASS (cloche_network_question_parent_class)->finalize (object);
}

static void
cloche_network_question_class_init (ClocheNetworkQuestionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_network_question_finalize;
}

static void
cloche_network_question_init (ClocheNetworkQuestion *self)
{
}

/**
 * cloche_network_question_new:
 * @event: "question" of #ClocheMachineNetwork
 */
ClocheNetworkQuestion *
cloche_network_question_new (JsonObject *event)
{
  ClocheNetworkQuestion *self = g_object_new (CLOCHE_TYPE_NETWORK_QUESTION, NULL);

  self->id = cloche_json_get_int (event, "id", 0);
  self->port = (guint16) cloche_json_get_int (event, "port", 0);
  self->host = make_showable (cloche_json_get_string (event, "name"), HOST_CHARS);
  self->program = make_showable (cloche_json_get_string (event, "program"), PROGRAM_CHARS);
  self->rule = g_strdup (cloche_json_get_string (event, "rule"));
  /* Translators: the placeholder is the name of a host on the internet. */
  self->title = g_strdup_printf (_ ("Connect to %s?"), self->host);
  self->detail = make_detail (self);

  return self;
}

gint64
cloche_network_question_get_id (ClocheNetworkQuestion *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_QUESTION (self), 0);

  return self->id;
}

const char *
cloche_network_question_get_host (ClocheNetworkQuestion *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_QUESTION (self), NULL);

  return self->host;
}

/**
 * cloche_network_question_get_rule:
 *
 * What allows it for good.
 */
const char *
cloche_network_question_get_rule (ClocheNetworkQuestion *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_QUESTION (self), NULL);

  return self->rule;
}

const char *
cloche_network_question_get_title (ClocheNetworkQuestion *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_QUESTION (self), NULL);

  return self->title;
}

const char *
cloche_network_question_get_detail (ClocheNetworkQuestion *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_QUESTION (self), NULL);

  return self->detail;
}
