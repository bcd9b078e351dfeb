/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-template-holder.h"

#include "cloche-fd-message.h"
#include "cloche-fd.h"
#include "cloche-sealed-memory.h"

#include <sys/stat.h>

/*
 * For QEMU before 8.2, see cloche-sealed-memory.c: one process per user keeps the RAM of each template that is in use in a
 * sealed memfd, so that all machines share its pages.
 *
 * A client connects, sends one byte with the RAM file's descriptor, is answered one byte with the copy's descriptor, and
 * stays connected while its machine lives. Which template is meant is decided by what the descriptor is (device, inode,
 * size, change time), never by a name. Only processes of the same user get an answer. A client that says anything else is
 * dropped.
 */

/* connections: twelve machines are many; more than this is a mistake or an attack. */
#define MAX_CLIENTS 256

typedef struct
{
  char *key;
  int fd;                       /* the sealed copy; -1 while it is being made */
  guint n_clients;              /* that were given it, or wait for it */
  gboolean is_failed;
} Template;

typedef struct
{
  ClocheTemplateHolder *holder; /* Borrowed */
  GSocket *socket;
  GSource *source;
  Template *template;           /* (nullable): Borrowed from the holder; NULL before the question */
  gboolean is_answered;
} Client;

struct _ClocheTemplateHolder
{
  GObject parent_instance;

  /* Owned */
  GSocket *listener;
  GSource *source;
  GSource *idle_source;
  GPtrArray *clients;
  GPtrArray *templates;
  GCancellable *cancellable;    /* of copies that are being made */

  guint idle_ms;
};

G_DEFINE_FINAL_TYPE (ClocheTemplateHolder, cloche_template_holder, G_TYPE_OBJECT)

enum {
  SIGNAL_IDLE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
template_free (Template *template)
{
  cloche_clear_fd (&template->fd);
  g_free (template->key);
  g_free (template);
}

static void
client_free (Client *client)
{
  if (client->template != NULL)
    client->template->n_clients--;
  clear_source (&client->source);
  g_clear_object (&client->socket);
  g_free (client);
}

static void restart_idle_timer (ClocheTemplateHolder *self);

/* What nobody uses goes; what is being made is needed by its maker. */
static gboolean
idle_cb (gpointer user_data)
{
  ClocheTemplateHolder *self = user_data;

  for (guint i = self->templates->len; i > 0; i--) {
    Template *template = g_ptr_array_index (self->templates, i - 1);

    if (template->n_clients == 0 && template->fd >= 0)
      g_ptr_array_remove_index_fast (self->templates, i - 1);
  }
  restart_idle_timer (self);
  if (self->clients->len == 0)
    g_signal_emit (self, signals[SIGNAL_IDLE], 0);

  return G_SOURCE_REMOVE;
}

static void
restart_idle_timer (ClocheTemplateHolder *self)
{
  clear_source (&self->idle_source);
  self->idle_source = g_timeout_source_new (self->idle_ms);
  g_source_set_callback (self->idle_source, idle_cb, self, NULL);
  g_source_attach (self->idle_source, g_main_context_get_thread_default ());
}

static void
drop_client (Client *client)
{
  ClocheTemplateHolder *self = client->holder;

  g_ptr_array_remove_fast (self->clients, client);
  restart_idle_timer (self);
}

static void
answer (Client *client)
{
  Template *template = client->template;
  int fd = template->is_failed ? -1 : template->fd;

  client->is_answered = TRUE;

  /* One byte into an empty socket; a client that cannot take even that is gone, which its source will tell. */
  (void) cloche_fd_message_send (client->socket, fd >= 0 ? CLOCHE_HOLDER_HERE : CLOCHE_HOLDER_FAILED, fd, NULL);
}

static void
copied_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  ClocheTemplateHolder *self = CLOCHE_TEMPLATE_HOLDER (source);
  Template *template = user_data;
  gssize fd = g_task_propagate_int (G_TASK (result), NULL);

  if (self->clients == NULL) {          /* Disposed of meanwhile; so is the template. */
    if (fd >= 0)
      cloche_clear_fd (&(int) { (int) fd });
    return;
  }

  template->fd = (int) fd;
  template->is_failed = fd < 0;
  for (guint i = 0; i < self->clients->len; i++) {
    Client *client = g_ptr_array_index (self->clients, i);

    if (client->template == template)
      answer (client);
  }

  /* A failure is not remembered: the next one who asks makes a new try. */
  if (template->is_failed) {
    for (guint i = 0; i < self->clients->len; i++) {
      Client *client = g_ptr_array_index (self->clients, i);

      if (client->template == template)
        client->template = NULL;
    }
    g_ptr_array_remove_fast (self->templates, template);
  }
}

static void
copy_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  int fd = cloche_sealed_memory_copy (GPOINTER_TO_INT (task_data), cancellable, &error);

  if (fd < 0)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, fd);
}

static void
close_fd_of_pointer (gpointer pointer)
{
  int fd = GPOINTER_TO_INT (pointer);

  cloche_clear_fd (&fd);
}

static void
begin_copy (ClocheTemplateHolder *self,
            Template             *template,
            int                   take_file)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, copied_cb, template);

  g_task_set_source_tag (task, begin_copy);
  g_task_set_check_cancellable (task, FALSE);   /* A finished copy must be closed, not lost. */
  g_task_set_task_data (task, GINT_TO_POINTER (take_file), close_fd_of_pointer);
  g_task_run_in_thread (task, copy_in_thread);
}

static char *
make_key (int file)
{
  struct stat st;

  if (fstat (file, &st) < 0 || !S_ISREG (st.st_mode))
    return NULL;

  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ".%ld",
                          (guint64) st.st_dev, (guint64) st.st_ino, (guint64) st.st_size,
                          (gint64) st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

static Template *
find_template (ClocheTemplateHolder *self,
               const char           *key)
{
  for (guint i = 0; i < self->templates->len; i++) {
    Template *template = g_ptr_array_index (self->templates, i);

    if (g_str_equal (template->key, key))
      return template;
  }

  return NULL;
}

static gboolean
take_question (Client *client,
               int     take_file)
{
  ClocheTemplateHolder *self = client->holder;
  cloche_autofd int file = take_file;
  g_autofree char *key = file >= 0 ? make_key (file) : NULL;

  if (key == NULL)
    return FALSE;

  client->template = find_template (self, key);
  if (client->template == NULL) {
    client->template = g_new0 (Template, 1);
    client->template->key = g_steal_pointer (&key);
    client->template->fd = -1;
    g_ptr_array_add (self->templates, client->template);
    begin_copy (self, client->template, g_steal_fd (&file));
  }

  client->template->n_clients++;
  if (client->template->fd >= 0)
    answer (client);

  return TRUE;
}

static gboolean
client_cb (GSocket     *socket,
           GIOCondition condition,
           gpointer     user_data)
{
  Client *client = user_data;
  guint8 byte = 0;
  int file = -1;
  g_autoptr (GError) error = NULL;

  if (!cloche_fd_message_receive (socket, &byte, &file, &error)) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      return G_SOURCE_CONTINUE;
  } else if (byte == CLOCHE_HOLDER_ASK && client->template == NULL && !client->is_answered) {
    if (take_question (client, g_steal_fd (&file)))
      return G_SOURCE_CONTINUE;
  }

  cloche_clear_fd (&file);
  drop_client (client);

  return G_SOURCE_REMOVE;
}

static gboolean
listener_cb (GSocket     *listener,
             GIOCondition condition,
             gpointer     user_data)
{
  ClocheTemplateHolder *self = user_data;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, NULL);
  Client *client;

  if (socket == NULL || !cloche_socket_is_from_me (socket) || self->clients->len >= MAX_CLIENTS)
    return G_SOURCE_CONTINUE;

  clear_source (&self->idle_source);
  g_socket_set_blocking (socket, FALSE);
  client = g_new0 (Client, 1);
  client->holder = self;
  client->source = g_socket_create_source (socket, G_IO_IN, NULL);
  client->socket = g_steal_pointer (&socket);
  g_source_set_callback (client->source, G_SOURCE_FUNC (client_cb), client, NULL);
  g_source_attach (client->source, g_main_context_get_thread_default ());
  g_ptr_array_add (self->clients, client);

  return G_SOURCE_CONTINUE;
}

static void
cloche_template_holder_dispose (GObject *object)
{
  ClocheTemplateHolder *self = CLOCHE_TEMPLATE_HOLDER (object);

  g_cancellable_cancel (self->cancellable);
  clear_source (&self->source);
  clear_source (&self->idle_source);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
  g_clear_pointer (&self->templates, g_ptr_array_unref);
  g_clear_object (&self->listener);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (cloche_template_holder_parent_class)->dispose (object);
}

static void
cloche_template_holder_class_init (ClocheTemplateHolderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_template_holder_dispose;

  signals[SIGNAL_IDLE] = g_signal_new ("idle", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 0);
}

static void
cloche_template_holder_init (ClocheTemplateHolder *self)
{
  self->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  self->templates = g_ptr_array_new_with_free_func ((GDestroyNotify) template_free);
  self->cancellable = g_cancellable_new ();
}

/**
 * cloche_template_holder_new:
 * @listener: a unix socket that listens
 * @idle_ms: milliseconds without a client after which "idle" is emitted and unused templates are let go
 */
ClocheTemplateHolder *
cloche_template_holder_new (GSocket *listener,
                            guint    idle_ms)
{
  ClocheTemplateHolder *self;

  g_return_val_if_fail (G_IS_SOCKET (listener), NULL);

  self = g_object_new (CLOCHE_TYPE_TEMPLATE_HOLDER, NULL);
  self->listener = g_object_ref (listener);
  self->idle_ms = idle_ms;
  g_socket_set_blocking (listener, FALSE);
  self->source = g_socket_create_source (listener, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (listener_cb), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  restart_idle_timer (self);

  return self;
}

/**
 * cloche_template_holder_set_idle_ms:
 * @idle_ms: milliseconds, as in cloche_template_holder_new(), counted anew from now
 */
void
cloche_template_holder_set_idle_ms (ClocheTemplateHolder *self,
                                    guint                 idle_ms)
{
  g_return_if_fail (CLOCHE_IS_TEMPLATE_HOLDER (self));

  self->idle_ms = idle_ms;
  restart_idle_timer (self);
}

guint
cloche_template_holder_get_n_templates (ClocheTemplateHolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_TEMPLATE_HOLDER (self), 0);

  return self->templates->len;
}

guint
cloche_template_holder_get_n_clients (ClocheTemplateHolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_TEMPLATE_HOLDER (self), 0);

  return self->clients->len;
}
