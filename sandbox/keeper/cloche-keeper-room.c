/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-room.h"

#include "cloche-keeper-identity.h"

#include <sys/statvfs.h>

/* seconds: between two looks at a full disk. The kernel tells nobody that there is room again. */
#define LOOK_SECONDS 2

/* bytes that must be free before the machine goes on: enough for what it has in its memory to be written, mostly. */
#define ENOUGH_BYTES (64ull * 1024 * 1024)

struct _ClocheKeeperRoom
{
  GObject parent_instance;

  /* Owned */
  ClocheQemu *qemu;
  ClocheKeeperGuest *guest;

  int disk_fd;                  /* Borrowed */
  guint look_id;                /* while the disk is full */
};

enum {
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheKeeperRoom, cloche_keeper_room, G_TYPE_OBJECT)

static gboolean
has_room (ClocheKeeperRoom *self)
{
  struct statvfs status;

  return fstatvfs (self->disk_fd, &status) == 0 && (guint64) status.f_bavail * status.f_frsize >= ENOUGH_BYTES;
}

/* The machine's clock stood still with it. */
static gboolean
look_cb (gpointer user_data)
{
  ClocheKeeperRoom *self = user_data;
  g_autoptr (JsonObject) clock = NULL;

  if (!has_room (self))
    return G_SOURCE_CONTINUE;

  self->look_id = 0;
  clock = cloche_keeper_identity_new_clock ();
  /* If it fails, QEMU has ended, which others see; if there is still too little room, QEMU says so again. */
  cloche_qemu_cont_async (self->qemu, NULL, NULL, NULL);
  cloche_keeper_guest_request_async (self->guest, FALSE, clock, NULL, NULL, NULL);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);

  return G_SOURCE_REMOVE;
}

static void
disk_full_cb (ClocheKeeperRoom *self)
{
  if (self->look_id != 0)
    return;

  self->look_id = g_timeout_add_seconds (LOOK_SECONDS, look_cb, self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
cloche_keeper_room_dispose (GObject *object)
{
  ClocheKeeperRoom *self = CLOCHE_KEEPER_ROOM (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_object (&self->qemu);
  g_clear_object (&self->guest);

  G_OBJECT_CLASS (cloche_keeper_room_parent_class)->dispose (object);
}

static void
cloche_keeper_room_class_init (ClocheKeeperRoomClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_keeper_room_dispose;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", CLOCHE_TYPE_KEEPER_ROOM, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cloche_keeper_room_init (ClocheKeeperRoom *self)
{
}

/**
 * cloche_keeper_room_new:
 * @disk_fd: the machine's disk; borrowed for as long as this lives
 */
ClocheKeeperRoom *
cloche_keeper_room_new (ClocheQemu        *qemu,
                        ClocheKeeperGuest *guest,
                        int                disk_fd)
{
  ClocheKeeperRoom *self = g_object_new (CLOCHE_TYPE_KEEPER_ROOM, NULL);

  self->qemu = g_object_ref (qemu);
  self->guest = g_object_ref (guest);
  self->disk_fd = disk_fd;
  g_signal_connect_object (qemu, "disk-full", G_CALLBACK (disk_full_cb), self, G_CONNECT_SWAPPED);

  return self;
}

gboolean
cloche_keeper_room_is_full (ClocheKeeperRoom *self)
{
  g_return_val_if_fail (CLOCHE_IS_KEEPER_ROOM (self), FALSE);

  return self->look_id != 0;
}
