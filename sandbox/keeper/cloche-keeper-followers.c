/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-followers.h"

#include "cloche-json.h"
#include "cloche-record.h"
#include "cloche-wire-message.h"

/*
 * A follower takes one event at a time. What changes while it takes one is told in the next, which says everything again:
 * a slow one misses states in between, never the last.
 */
typedef struct
{
  ClocheWireStream *stream;
  guint told;                   /* the number of the status that it has or takes just now */
  gboolean is_taking;
} Follower;

struct _ClocheKeeperFollowers
{
  GObject parent_instance;

  /* Owned */
  GPtrArray *followers;         /* of Follower */
  GBytes *latest;               /* the last event; NULL before the first */

  guint n_told;                 /* statuses so far */
};

G_DEFINE_FINAL_TYPE (ClocheKeeperFollowers, cloche_keeper_followers, G_TYPE_OBJECT)

static void
follower_free (Follower *follower)
{
  g_clear_object (&follower->stream);
  g_free (follower);
}

static void told_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data);

static Follower *
find (ClocheKeeperFollowers *self,
      gpointer               stream)
{
  for (guint i = 0; i < self->followers->len; i++) {
    Follower *follower = g_ptr_array_index (self->followers, i);

    if (follower->stream == stream)
      return follower;
  }

  return NULL;
}

static void
tell (ClocheKeeperFollowers *self,
      Follower              *follower)
{
  if (follower->is_taking || follower->told == self->n_told)
    return;

  follower->is_taking = TRUE;
  follower->told = self->n_told;
  cloche_wire_write_record_async (follower->stream, CLOCHE_RECORD_EVENT, self->latest, NULL, told_cb, g_object_ref (self));
}

static void
taken (ClocheKeeperFollowers *self,
       gpointer               stream,
       gboolean               is_there)
{
  Follower *follower = find (self, stream);

  if (is_there) {
    follower->is_taking = FALSE;
    tell (self, follower);
  } else {
    (void) g_ptr_array_remove_fast (self->followers, follower);
  }
}

static void
begun_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheKeeperFollowers) self = user_data;

  taken (self, source, cloche_wire_write_json_finish (CLOCHE_WIRE_STREAM (source), result, NULL));
}

static void
told_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (ClocheKeeperFollowers) self = user_data;

  /* Gone, or reset: nobody listens any more. */
  taken (self, source, cloche_wire_write_record_finish (CLOCHE_WIRE_STREAM (source), result, NULL));
}

static void
cloche_keeper_followers_finalize (GObject *object)
{
  ClocheKeeperFollowers *self = CLOCHE_KEEPER_FOLLOWERS (object);

  g_clear_pointer (&self->followers, g_ptr_array_unref);
  g_clear_pointer (&self->latest, g_bytes_unref);

  G_OBJECT_CLASS (cloche_keeper_followers_parent_class)->finalize (object);
}

static void
cloche_keeper_followers_class_init (ClocheKeeperFollowersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_keeper_followers_finalize;
}

static void
cloche_keeper_followers_init (ClocheKeeperFollowers *self)
{
  self->followers = g_ptr_array_new_with_free_func ((GDestroyNotify) follower_free);
}

ClocheKeeperFollowers *
cloche_keeper_followers_new (void)
{
  return g_object_new (CLOCHE_TYPE_KEEPER_FOLLOWERS, NULL);
}

/**
 * cloche_keeper_followers_get_n:
 *
 * Zero spares the caller the making of a status.
 */
guint
cloche_keeper_followers_get_n (ClocheKeeperFollowers *self)
{
  g_return_val_if_fail (CLOCHE_IS_KEEPER_FOLLOWERS (self), 0);

  return self->followers->len;
}

/**
 * cloche_keeper_followers_add:
 * @answer: the first status, as the answer to the request
 */
void
cloche_keeper_followers_add (ClocheKeeperFollowers *self,
                             ClocheWireStream      *stream,
                             JsonObject            *answer)
{
  Follower *follower;

  g_return_if_fail (CLOCHE_IS_KEEPER_FOLLOWERS (self));

  follower = g_new0 (Follower, 1);
  follower->stream = g_object_ref (stream);
  follower->told = self->n_told;
  follower->is_taking = TRUE;
  g_ptr_array_add (self->followers, follower);
  cloche_wire_write_json_async (stream, answer, NULL, begun_cb, g_object_ref (self));
}

/**
 * cloche_keeper_followers_tell:
 * @take_status: (transfer full): an answer to "status"; becomes the event
 *
 * Who has not yet taken the last one gets this one after it, unless a newer one comes.
 */
void
cloche_keeper_followers_tell (ClocheKeeperFollowers *self,
                              JsonObject            *take_status)
{
  g_autoptr (JsonObject) event = take_status;
  char *line;

  g_return_if_fail (CLOCHE_IS_KEEPER_FOLLOWERS (self));

  json_object_remove_member (event, "ok");
  json_object_set_string_member (event, "event", "status");
  line = cloche_json_object_to_line (event);
  g_clear_pointer (&self->latest, g_bytes_unref);
  self->latest = g_bytes_new_take (line, strlen (line));
  self->n_told++;
  for (guint i = 0; i < self->followers->len; i++)
    tell (self, g_ptr_array_index (self->followers, i));
}
