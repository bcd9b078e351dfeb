/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qmp.h"

#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-line-reader.h"
#include "cloche-machine-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdmessage.h>

/*
 * QEMU Machine Protocol, QEMU's docs/interop/qmp-spec.txt:
 *
 *   GREETING    -- {"QMP": …} --------------------> NEGOTIATING (qmp_capabilities is sent)
 *   NEGOTIATING -- its answer ---------------------> READY
 *   READY       -- {"return"|"error": …, "id": n} -> READY; the next command is sent
 *   any         -- {"event": …} ------------------> the same
 *   any         -- anything else, end, failure ---> CLOSED
 *
 * QEMU is what a guest may have taken over, so whatever it says is checked: length of a line, JSON, whose answer it is.
 * Everything happens in the main context that is the default one when the object is made.
 */
typedef enum {
  STATE_GREETING,
  STATE_NEGOTIATING,
  STATE_READY,
  STATE_CLOSED,
} State;

typedef struct
{
  GTask *task;                  /* (nullable): NULL once it was cancelled: its answer is awaited and dropped */
  GSource *cancel_source;       /* (nullable) */
  gint64 id;
  char *line;
  gsize length;                 /* bytes in @line */
  gsize sent;                   /* bytes */
  int fd;                       /* travels with the first byte; -1: none */
} Command;

struct _ClocheQmp
{
  GObject parent_instance;

  /* Owned */
  GSocket *socket;
  GSource *in_source;
  GSource *out_source;          /* Only while the socket takes no more. */
  cloche_line_reader *reader;
  GQueue commands;              /* of Command; the first one is on its way */
  GMainContext *context;

  State state;
  gboolean is_sent;             /* Whether all of the first command has been written. */
  gint64 last_id;
};

G_DEFINE_FINAL_TYPE (ClocheQmp, cloche_qmp, G_TYPE_OBJECT)

enum {
  SIGNAL_EVENT,
  SIGNAL_CLOSED,
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
command_free (Command *command)
{
  clear_source (&command->cancel_source);
  g_clear_object (&command->task);
  g_free (command->line);
  cloche_clear_fd (&command->fd);
  g_free (command);
}

/* Ends everything that waits with a copy of @error. */
static void
shut (ClocheQmp    *self,
      const GError *error)
{
  g_autoptr (ClocheQmp) alive = g_object_ref (self);
  Command *command;

  if (self->state == STATE_CLOSED)
    return;

  self->state = STATE_CLOSED;
  clear_source (&self->in_source);
  clear_source (&self->out_source);
  (void) g_socket_close (self->socket, NULL);   /* Its failure changes nothing: it is closed. */

  while ((command = g_queue_pop_head (&self->commands)) != NULL) {
    if (command->task != NULL)
      g_task_return_error (command->task, g_error_copy (error));
    command_free (command);
  }

  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, error);
}

G_GNUC_PRINTF (3, 4)
static void
shut_with (ClocheQmp         *self,
           ClocheMachineError code,
           const char        *format,
           ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (CLOCHE_MACHINE_ERROR, (int) code, format, args);
  va_end (args);
  shut (self, error);
}

static gssize
send_some (ClocheQmp *self,
           Command   *command,
           GError   **error)
{
  GOutputVector vector = { command->line + command->sent, command->length - command->sent };
  g_autoptr (GSocketControlMessage) message = NULL;

  if (command->fd >= 0 && command->sent == 0) {
    message = g_unix_fd_message_new ();
    if (!g_unix_fd_message_append_fd (G_UNIX_FD_MESSAGE (message), command->fd, error))
      return -1;
  }

  return g_socket_send_message (self->socket, NULL, &vector, 1, message != NULL ? &message : NULL,
                                message != NULL ? 1 : 0, G_SOCKET_MSG_NONE, NULL, error);
}

static gboolean flush_cb (GSocket     *socket,
                          GIOCondition condition,
                          gpointer     user_data);

static void
wait_for_room (ClocheQmp *self)
{
  self->out_source = g_socket_create_source (self->socket, G_IO_OUT, NULL);
  g_source_set_callback (self->out_source, G_SOURCE_FUNC (flush_cb), self, NULL);
  g_source_attach (self->out_source, self->context);
}

static void
flush (ClocheQmp *self)
{
  Command *command = g_queue_peek_head (&self->commands);

  if (command == NULL || self->is_sent || self->out_source != NULL ||
      self->state == STATE_GREETING || self->state == STATE_CLOSED)
    return;

  while (command->sent < command->length) {
    g_autoptr (GError) error = NULL;
    gssize n = send_some (self, command, &error);

    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      wait_for_room (self);
      return;
    }
    if (n < 0) {
      shut_with (self, CLOCHE_MACHINE_ERROR_EXITED, "QEMU takes no commands: %s", error->message);
      return;
    }
    command->sent += (gsize) n;
  }

  self->is_sent = TRUE;
}

static gboolean
flush_cb (GSocket     *socket,
          GIOCondition condition,
          gpointer     user_data)
{
  ClocheQmp *self = user_data;

  clear_source (&self->out_source);
  flush (self);

  return G_SOURCE_REMOVE;
}

static Command *
command_new (ClocheQmp  *self,
             const char *name,
             JsonObject *arguments)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *json = NULL;
  Command *command = g_new0 (Command, 1);

  command->id = ++self->last_id;
  command->fd = -1;
  json_object_set_string_member (object, "execute", name);
  if (arguments != NULL)
    json_object_set_object_member (object, "arguments", json_object_ref (arguments));
  json_object_set_int_member (object, "id", command->id);
  json = cloche_json_object_to_line (object);
  command->line = g_strconcat (json, "\n", NULL);
  command->length = strlen (command->line);

  return command;
}

static void
greeted (ClocheQmp  *self,
         JsonObject *message)
{
  if (cloche_json_get_object (message, "QMP") == NULL) {
    shut_with (self, CLOCHE_MACHINE_ERROR_PROTOCOL, "QEMU did not greet");
    return;
  }

  g_queue_push_head (&self->commands, command_new (self, "qmp_capabilities", NULL));
  self->state = STATE_NEGOTIATING;
  flush (self);
}

static void
return_answer (Command    *command,
               JsonObject *message)
{
  JsonObject *failure = cloche_json_get_object (message, "error");
  JsonNode *value = cloche_json_get_node (message, "return");

  if (command->task == NULL)
    return;

  if (failure != NULL) {
    const char *text = cloche_json_get_string (failure, "desc");

    g_task_return_new_error (command->task, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_QMP,
                             "QEMU refused “%s”: %s", (const char *) g_task_get_task_data (command->task),
                             text != NULL ? text : "no reason given");
  } else {
    g_task_return_pointer (command->task, json_node_copy (value), (GDestroyNotify) json_node_unref);
  }
}

static void
answered (ClocheQmp  *self,
          JsonObject *message)
{
  Command *command = g_queue_peek_head (&self->commands);
  gboolean is_error = cloche_json_get_object (message, "error") != NULL;

  if (command == NULL || !self->is_sent || cloche_json_get_int (message, "id", -1) != command->id ||
      (!is_error && cloche_json_get_node (message, "return") == NULL)) {
    shut_with (self, CLOCHE_MACHINE_ERROR_PROTOCOL, "QEMU answered what was not asked");
    return;
  }

  if (self->state == STATE_NEGOTIATING) {
    if (is_error) {
      shut_with (self, CLOCHE_MACHINE_ERROR_PROTOCOL, "QEMU refused to negotiate");
      return;
    }
    self->state = STATE_READY;
  }

  (void) g_queue_pop_head (&self->commands);
  self->is_sent = FALSE;
  return_answer (command, message);
  command_free (command);
  flush (self);
}

static void
line_received (ClocheQmp  *self,
               const char *line,
               gsize       length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) message = cloche_json_parse_object (line, (gssize) length, &error);
  const char *event;

  if (message == NULL) {
    shut_with (self, CLOCHE_MACHINE_ERROR_PROTOCOL, "QEMU sent a line that is not JSON: %s", error->message);
    return;
  }

  event = cloche_json_get_string (message, "event");
  if (event != NULL)
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, event, cloche_json_get_object (message, "data"));
  else if (self->state == STATE_GREETING)
    greeted (self, message);
  else
    answered (self, message);
}

static void
bytes_received (ClocheQmp    *self,
                const guint8 *bytes,
                gsize         length)
{
  while (length > 0 && self->state != STATE_CLOSED) {
    size_t taken = 0;
    size_t line_length = 0;
    int result = cloche_line_reader_feed (self->reader, bytes, length, &taken);

    if (result < 0) {
      shut_with (self, CLOCHE_MACHINE_ERROR_PROTOCOL, "QEMU sent a line over %d bytes", CLOCHE_QMP_LINE_BYTES);
      return;
    }
    if (result > 0) {
      const char *line = cloche_line_reader_get_line (self->reader, &line_length);

      line_received (self, line, line_length);
    }
    bytes += taken;
    length -= taken;
  }
}

static gboolean
readable_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     user_data)
{
  g_autoptr (ClocheQmp) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  guint8 bytes[4096];
  gssize n = g_socket_receive_with_blocking (socket, (char *) bytes, sizeof bytes, FALSE, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;

  if (n > 0)
    bytes_received (self, bytes, (gsize) n);
  else
    shut_with (self, CLOCHE_MACHINE_ERROR_EXITED, "QEMU has ended%s%s",
               error != NULL ? ": " : "", error != NULL ? error->message : "");

  return self->state == STATE_CLOSED ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
cloche_qmp_dispose (GObject *object)
{
  ClocheQmp *self = CLOCHE_QMP (object);

  cloche_qmp_close (self);
  g_clear_object (&self->socket);
  g_clear_pointer (&self->reader, cloche_line_reader_free);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (cloche_qmp_parent_class)->dispose (object);
}

static void
cloche_qmp_class_init (ClocheQmpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_qmp_dispose;

  signals[SIGNAL_EVENT] = g_signal_new ("event", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, G_TYPE_STRING, JSON_TYPE_OBJECT);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
cloche_qmp_init (ClocheQmp *self)
{
  g_queue_init (&self->commands);
  self->reader = cloche_line_reader_new (CLOCHE_QMP_LINE_BYTES);
  self->context = g_main_context_ref_thread_default ();
}

/**
 * cloche_qmp_new:
 * @socket: connected to QEMU's monitor; nobody else may read or write it any more
 *
 * Starts listening at once; the greeting and the negotiation need nothing from the caller.
 */
ClocheQmp *
cloche_qmp_new (GSocket *socket)
{
  ClocheQmp *self;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);

  self = g_object_new (CLOCHE_TYPE_QMP, NULL);
  self->socket = g_object_ref (socket);
  g_socket_set_blocking (socket, FALSE);
  self->in_source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (self->in_source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->in_source, self->context);

  return self;
}

/* One that is on its way stays, without a task, to swallow its answer. */
static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  ClocheQmp *self = user_data;
  GSource *source = g_main_current_source ();

  for (GList *l = self->commands.head; l != NULL; l = l->next) {
    Command *command = l->data;
    g_autoptr (GTask) task = NULL;

    if (command->cancel_source != source)
      continue;

    task = g_steal_pointer (&command->task);
    clear_source (&command->cancel_source);
    if (command->sent == 0) {
      g_queue_delete_link (&self->commands, l);
      command_free (command);
    }
    (void) g_task_return_error_if_cancelled (task);
    break;
  }

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (ClocheQmp    *self,
                   Command      *command,
                   GCancellable *cancellable)
{
  command->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (command->cancel_source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
  g_source_attach (command->cancel_source, self->context);
}

/**
 * cloche_qmp_execute_async:
 * @command: such as "stop"
 * @arguments: (nullable) (transfer none): its arguments
 * @fd: descriptor that travels with the command, for "getfd"; duplicated here; or -1
 * @cancellable: ends the waiting, not the command
 *
 * Errors: %CLOCHE_MACHINE_ERROR_QMP if QEMU refuses; %CLOCHE_MACHINE_ERROR_PROTOCOL or _EXITED if the connection is over.
 */
void
cloche_qmp_execute_async (ClocheQmp          *self,
                          const char         *command,
                          JsonObject         *arguments,
                          int                 fd,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Command *entry;

  g_return_if_fail (CLOCHE_IS_QMP (self));
  g_return_if_fail (command != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_qmp_execute_async);
  g_task_set_task_data (task, g_strdup (command), g_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->state == STATE_CLOSED || self->commands.length >= CLOCHE_QMP_QUEUE_LENGTH) {
    g_task_return_new_error (task, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED,
                             "QEMU does not answer any more, so it cannot be asked to “%s”", command);
    return;
  }

  entry = command_new (self, command, arguments);
  if (fd >= 0)
    entry->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  if (fd >= 0 && entry->fd < 0) {
    int errsv = errno;

    command_free (entry);
    g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (errsv), "%s", g_strerror (errsv));
    return;
  }
  entry->task = g_steal_pointer (&task);
  g_queue_push_tail (&self->commands, entry);
  if (cancellable != NULL)
    watch_cancellable (self, entry, cancellable);
  flush (self);
}

/**
 * cloche_qmp_execute_finish:
 *
 * Returns what QEMU returned, often an empty object.
 */
JsonNode *
cloche_qmp_execute_finish (ClocheQmp    *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_qmp_close:
 *
 * Ends the connection; whatever waits fails with %G_IO_ERROR_CLOSED.
 */
void
cloche_qmp_close (ClocheQmp *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The monitor was closed");

  g_return_if_fail (CLOCHE_IS_QMP (self));

  if (self->socket != NULL)
    shut (self, error);
}

/**
 * cloche_qmp_end:
 *
 * The process is known to be gone: the same as when its end of the connection is seen to be, which may come later. Whatever
 * waits fails with %CLOCHE_MACHINE_ERROR_EXITED.
 */
void
cloche_qmp_end (ClocheQmp *self)
{
  g_return_if_fail (CLOCHE_IS_QMP (self));

  if (self->socket != NULL)
    shut_with (self, CLOCHE_MACHINE_ERROR_EXITED, "QEMU has ended");
}
