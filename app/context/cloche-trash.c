/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-trash.h"

#include "cloche-machine-text.h"
#include "cloche-machine.h"

#include <glib/gi18n.h>

struct _ClocheTrash
{
  GObject parent_instance;

  ClocheStore *store;
  ClocheMachineHost *host;
  ClocheClock *clock;

  GPtrArray *deleted;           /* of ClocheConversation: those at hand; NULL while nothing is being removed */
  guint next;                   /* of @deleted: whose machine is removed next */
  gint64 before_us;             /* what was deleted before that is at hand: µs since 1970 */
  gboolean is_wanted_again;
};

G_DEFINE_FINAL_TYPE (ClocheTrash, cloche_trash, G_TYPE_OBJECT)

enum {
  SIGNAL_REMOVED,
  SIGNAL_PROBLEM,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void remove_next (ClocheTrash *self);

static void
finish (ClocheTrash *self)
{
  g_clear_pointer (&self->deleted, g_ptr_array_unref);
  if (self->is_wanted_again) {
    self->is_wanted_again = FALSE;
    cloche_trash_empty (self);
  }
}

static void
give_up (ClocheTrash *self,
         const char  *reason)
{
  /* Translators: %s is a sentence that says what the failure was. */
  g_autofree char *sentence = g_strdup_printf (_ ("A deleted conversation could not be removed from the disk. It is tried "
                                                  "again at the next start. %s"), reason);

  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
  finish (self);
}

static void
purged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheTrash) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) purged = cloche_store_purge_finish (CLOCHE_STORE (object), result, &error);

  if (purged == NULL) {
    give_up (self, error->message);
    return;
  }

  for (guint i = 0; i < purged->len; i++)
    g_signal_emit (self, signals[SIGNAL_REMOVED], 0, cloche_conversation_get_id (g_ptr_array_index (purged, i)));
  finish (self);
}

static void
machine_deleted_cb (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (ClocheTrash) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!cloche_machine_delete_finish (CLOCHE_MACHINE (object), result, &error)) {
    g_autofree char *reason = cloche_machine_text_for_error (error);

    give_up (self, reason);
    return;
  }

  remove_next (self);
}

static void
remove_next (ClocheTrash *self)
{
  while (self->next < self->deleted->len) {
    const char *id = cloche_conversation_get_machine_id (g_ptr_array_index (self->deleted, self->next++));

    if (id != NULL) {
      g_autoptr (ClocheMachine) machine = cloche_machine_new (self->host, id);

      cloche_machine_delete_async (machine, NULL, machine_deleted_cb, g_object_ref (self));
      return;
    }
  }

  if (self->deleted->len == 0)
    finish (self);
  else
    cloche_store_purge_async (self->store, self->before_us, NULL, purged_cb, g_object_ref (self));
}

static void
listed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheTrash) self = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *deleted = cloche_store_list_deleted_finish (CLOCHE_STORE (object), result, &error);

  if (deleted == NULL) {
    give_up (self, error->message);
    return;
  }

  g_ptr_array_unref (self->deleted);
  self->deleted = deleted;
  remove_next (self);
}

static void
cloche_trash_finalize (GObject *object)
{
  ClocheTrash *self = CLOCHE_TRASH (object);

  g_clear_object (&self->store);
  g_clear_object (&self->host);
  g_clear_pointer (&self->clock, cloche_clock_unref);
  g_clear_pointer (&self->deleted, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_trash_parent_class)->finalize (object);
}

static void
cloche_trash_class_init (ClocheTrashClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_trash_finalize;
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", CLOCHE_TYPE_TRASH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_TRASH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cloche_trash_init (ClocheTrash *self)
{
}

ClocheTrash *
cloche_trash_new (ClocheStore       *store,
                  ClocheMachineHost *host,
                  ClocheClock       *clock)
{
  ClocheTrash *self = g_object_new (CLOCHE_TYPE_TRASH, NULL);

  self->store = g_object_ref (store);
  self->host = g_object_ref (host);
  self->clock = cloche_clock_ref (clock);

  return self;
}

/**
 * cloche_trash_empty:
 *
 * Removes everything that has been deleted by now. While that is being done, another call has it done once more.
 */
void
cloche_trash_empty (ClocheTrash *self)
{
  g_return_if_fail (CLOCHE_IS_TRASH (self));

  if (self->deleted != NULL) {
    self->is_wanted_again = TRUE;
    return;
  }

  self->deleted = g_ptr_array_new ();
  self->next = 0;
  self->before_us = cloche_clock_get_real_us (self->clock) + 1;
  cloche_store_list_deleted_async (self->store, self->before_us, NULL, listed_cb, g_object_ref (self));
}
