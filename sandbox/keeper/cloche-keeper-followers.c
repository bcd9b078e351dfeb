/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-followers.h"

#include "cloche-json.h"
#include "cloche-record.h"
#include "cloche-wire-message.h"

struct _ClocheKeeperFollowers
{
  GObject parent_instance;

  GPtrArray *streams;           /* Owned, of ClocheWireStream */
};

G_DEFINE_FINAL_TYPE (ClocheKeeperFollowers, cloche_keeper_followers, G_TYPE_OBJECT)

static void
begun_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheKeeperFollowers) self = user_data;

  if (cloche_wire_write_json_finish (CLOCHE_WIRE_STREAM (source), result, NULL))
    g_ptr_array_add (self->streams, g_object_ref (source));
}

static void
told_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (ClocheKeeperFollowers) self = user_data;

  /* Gone, or reset: nobody listens any more. */
  if (!cloche_wire_write_record_finish (CLOCHE_WIRE_STREAM (source), result, NULL))
    (void) g_ptr_array_remove_fast (self->streams, source);
}

static void
cloche_keeper_followers_finalize (GObject *object)
{
  ClocheKeeperFollowers *self = CLOCHE_KEEPER_FOLLOWERS (object);

  g_clear_pointer (&self->streams, g_ptr_array_unref);

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
  self->streams = g_ptr_array_new_with_free_func (g_object_unref);
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

  return self->streams->len;
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
  g_return_if_fail (CLOCHE_IS_KEEPER_FOLLOWERS (self));

  cloche_wire_write_json_async (stream, answer, NULL, begun_cb, g_object_ref (self));
}

/**
 * cloche_keeper_followers_tell:
 * @take_status: (transfer full): an answer to "status"; becomes the event
 *
 * Who has not yet taken the last one is left out: the next one says it all again.
 */
void
cloche_keeper_followers_tell (ClocheKeeperFollowers *self,
                              JsonObject            *take_status)
{
  g_autoptr (JsonObject) event = take_status;
  g_autoptr (GBytes) payload = NULL;
  char *line;

  g_return_if_fail (CLOCHE_IS_KEEPER_FOLLOWERS (self));

  json_object_remove_member (event, "ok");
  json_object_set_string_member (event, "event", "status");
  line = cloche_json_object_to_line (event);
  payload = g_bytes_new_take (line, strlen (line));
  for (guint i = 0; i < self->streams->len; i++)
    if (!g_output_stream_has_pending (g_io_stream_get_output_stream (g_ptr_array_index (self->streams, i))))
      cloche_wire_write_record_async (g_ptr_array_index (self->streams, i), CLOCHE_RECORD_EVENT, payload, NULL,
                                      told_cb, g_object_ref (self));
}
