/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-draft.h"
#include "cloche-fd-message.h"
#include "cloche-fd.h"
#include "cloche-machine-error.h"
#include "cloche-sealed-memory.h"
#include "cloche-template-holder.h"
#include "cloche-template-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RAM_BYTES (1024 * 1024)

/* milliseconds: of a holder that shall not become idle, and of one that shall. */
#define LONG_MS 600000
#define SHORT_MS 1

/* milliseconds: as long as cloche-holder stays idle when nobody can find it. */
#define HIDDEN_MS 1000

typedef struct
{
  char *dir;
  ClocheBaseFolder *base;
  ClocheQemuProgram old;
  ClocheQemuProgram new;
} Fixture;

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *slot;
}

static ClocheBaseFolder *
make_base (const char *dir)
{
  static const char *const FILES[] = {
    CLOCHE_BASE_FILE_KERNEL, CLOCHE_BASE_FILE_INITRD, CLOCHE_BASE_FILE_ROOT,
    CLOCHE_BASE_FILE_DISK, CLOCHE_BASE_FILE_RAM, CLOCHE_BASE_FILE_STATE,
  };
  g_autoptr (ClocheMachineShape) shape =
    cloche_machine_shape_new ("7.2.22", CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL);
  g_autoptr (JsonObject) image = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheBaseDraft) draft = cloche_base_draft_new (dir, &error);
  g_autofree char *ram = NULL;
  ClocheBaseFolder *base;

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (FILES); i++) {
    g_autofree char *path = g_build_filename (cloche_base_draft_get_path (draft), FILES[i], NULL);

    g_assert_true (g_file_set_contents (path, FILES[i], -1, NULL));
  }
  ram = g_build_filename (cloche_base_draft_get_path (draft), CLOCHE_BASE_FILE_RAM, NULL);
  g_assert_cmpint (truncate (ram, RAM_BYTES), ==, 0);

  cloche_base_draft_publish_async (draft, shape, image, 1, NULL, NULL, NULL, result_cb, &result);
  base = cloche_base_draft_publish_finish (draft, wait_for (&result), &error);
  g_assert_no_error (error);

  return base;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bases = NULL;

  fixture->dir = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  g_assert_no_error (error);
  bases = g_build_filename (fixture->dir, "bases", NULL);
  fixture->base = make_base (bases);
  fixture->old = (ClocheQemuProgram) { .major = 7, .minor = 2 };
  fixture->new = (ClocheQemuProgram) { .major = 8, .minor = 2 };
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *argv[] = { "rm", "-rf", fixture->dir, NULL };

  g_clear_object (&fixture->base);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, &error));
  g_free (fixture->dir);
}

static ClocheTemplateMemory *
open_memory (Fixture                 *fixture,
             const ClocheQemuProgram *program,
             GError                 **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_template_memory_open_async (fixture->base, program, fixture->dir, NULL, result_cb, &result);

  return cloche_template_memory_open_finish (wait_for (&result), error);
}

static GSocket *
listen_in (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->dir, "holder.sock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));

  return socket;
}

static void
assert_unwritable (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  cloche_autofd int again = open (path, O_RDWR | O_CLOEXEC);
  void *memory;

  g_assert_cmpint (pwrite (fd, "x", 1, 0), <, 0);
  g_assert_cmpint (ftruncate (fd, 0), <, 0);
  g_assert_cmpint (ftruncate (fd, 2 * RAM_BYTES), <, 0);
  g_assert_cmpint (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), <, 0);
  if (again >= 0)
    g_assert_cmpint (pwrite (again, "x", 1, 0), <, 0);

  memory = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (memory == MAP_FAILED);
}

static void
test_read_only (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheTemplateMemory) memory = open_memory (fixture, &fixture->new, &error);

  g_assert_no_error (error);
  g_assert_true (cloche_template_memory_is_read_only (memory));
  g_assert_cmpint (fcntl (cloche_template_memory_peek_fd (memory), F_GETFL) & O_ACCMODE, ==, O_RDONLY);
  g_assert_finalize_object (g_steal_pointer (&memory));
}

static void
count_cb (ClocheTemplateHolder *holder,
          gpointer              user_data)
{
  ++*(guint *) user_data;
}

/* Two clients of one template share one copy; both gone, the copy goes too, and the holder says so. */
static void
test_shared (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) listener = listen_in (fixture);
  g_autoptr (ClocheTemplateHolder) holder = cloche_template_holder_new (listener, SHORT_MS);
  g_autoptr (ClocheTemplateMemory) one = open_memory (fixture, &fixture->old, &error);
  g_autoptr (ClocheTemplateMemory) two = open_memory (fixture, &fixture->old, &error);
  struct stat st1, st2;
  guint n_idle = 0;

  g_assert_no_error (error);
  g_assert_false (cloche_template_memory_is_read_only (one));
  g_assert_cmpint (fstat (cloche_template_memory_peek_fd (one), &st1), ==, 0);
  g_assert_cmpint (fstat (cloche_template_memory_peek_fd (two), &st2), ==, 0);
  g_assert_cmpint (st1.st_ino, ==, st2.st_ino);
  g_assert_cmpint (st1.st_size, ==, RAM_BYTES);
  g_assert_cmpint (cloche_template_holder_get_n_templates (holder), ==, 1);
  g_assert_cmpint (cloche_template_holder_get_n_clients (holder), ==, 2);
  assert_unwritable (cloche_template_memory_peek_fd (one));

  g_signal_connect (holder, "idle", G_CALLBACK (count_cb), &n_idle);
  g_assert_finalize_object (g_steal_pointer (&one));
  g_assert_finalize_object (g_steal_pointer (&two));
  while (n_idle == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (cloche_template_holder_get_n_templates (holder), ==, 0);
  g_assert_cmpint (cloche_template_holder_get_n_clients (holder), ==, 0);
  g_assert_finalize_object (g_steal_pointer (&holder));
}

static GSocket *
connect_in (Fixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->dir, "holder.sock", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  g_socket_set_blocking (socket, FALSE);

  return socket;
}

/* Nothing but the question with a regular file is understood; the rest is hung up on. */
static void
test_hostile_client (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GSocket) listener = listen_in (fixture);
  g_autoptr (ClocheTemplateHolder) holder = cloche_template_holder_new (listener, LONG_MS);
  const struct { guint8 byte; const char *path; } MESSAGES[] = {
    { 'h', NULL }, { 'h', "/dev/null" }, { 'h', "/" }, { 'x', NULL }, { '\0', "/etc/passwd" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (MESSAGES); i++) {
    g_autoptr (GSocket) socket = connect_in (fixture);
    cloche_autofd int fd = MESSAGES[i].path != NULL ? open (MESSAGES[i].path, O_RDONLY | O_CLOEXEC) : -1;
    cloche_autofd int answer = -1;
    g_autoptr (GError) error = NULL;
    guint8 byte = 0;

    g_assert_true (cloche_fd_message_send (socket, MESSAGES[i].byte, fd, NULL));
    while (!cloche_fd_message_receive (socket, &byte, &answer, &error) &&
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      g_clear_error (&error);
      g_main_context_iteration (NULL, TRUE);
    }
    g_assert_nonnull (error);
  }
  g_assert_cmpint (cloche_template_holder_get_n_templates (holder), ==, 0);
}

/* A holder that gives memory which is not sealed. */
static gboolean
lie_cb (GSocket     *listener,
        GIOCondition condition,
        gpointer     user_data)
{
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, NULL);
  cloche_autofd int file = -1;
  guint8 byte;

  g_assert_true (cloche_fd_message_receive (socket, &byte, &file, NULL));
  g_assert_true (cloche_fd_message_send (socket, CLOCHE_HOLDER_HERE, *(int *) user_data, NULL));

  return G_SOURCE_REMOVE;
}

static void
test_lying_holder (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (GSocket) listener = listen_in (fixture);
  g_autoptr (GSource) source = g_socket_create_source (listener, G_IO_IN, NULL);
  cloche_autofd int unsealed = memfd_create ("liar", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ftruncate (unsealed, RAM_BYTES), ==, 0);
  g_source_set_callback (source, G_SOURCE_FUNC (lie_cb), &unsealed, NULL);
  g_source_attach (source, NULL);

  g_assert_null (open_memory (fixture, &fixture->old, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_PROTOCOL);
}

/* The only child of this process. */
static pid_t
find_child (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;

  while ((task = g_dir_read_name (tasks)) != NULL) {
    g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/children", task);
    g_autofree char *text = NULL;

    if (g_file_get_contents (path, &text, NULL, NULL) && *text != '\0')
      return (pid_t) strtol (text, NULL, 10);
  }

  return 0;
}

/* The real program, started on demand, even over a socket that a killed one has left behind. */
static void
test_started (Fixture      *fixture,
              gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "holder.sock", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheTemplateMemory) one = NULL;
  g_autoptr (ClocheTemplateMemory) two = NULL;
  struct stat st1, st2;
  struct pollfd pollfd = { .events = POLLIN };
  pid_t pid;

  g_object_unref (listen_in (fixture));
  one = open_memory (fixture, &fixture->old, &error);
  g_assert_no_error (error);
  two = open_memory (fixture, &fixture->old, &error);
  g_assert_no_error (error);
  g_assert_cmpint (fstat (cloche_template_memory_peek_fd (one), &st1), ==, 0);
  g_assert_cmpint (fstat (cloche_template_memory_peek_fd (two), &st2), ==, 0);
  g_assert_cmpint (st1.st_ino, ==, st2.st_ino);

  pid = find_child ();
  g_assert_cmpint (pid, >, 0);
  pollfd.fd = (int) syscall (SYS_pidfd_open, pid, 0);
  g_assert_cmpint (kill (pid, SIGTERM), ==, 0);
  g_assert_cmpint (poll (&pollfd, 1, -1), ==, 1);
  (void) close (pollfd.fd);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  /* What was given stays good. */
  assert_unwritable (cloche_template_memory_peek_fd (one));
}

/* Nobody can come any more: it does not keep a template's memory for minutes. One that is still used stays. */
static void
test_abandoned (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "holder.sock", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheTemplateMemory) memory = open_memory (fixture, &fixture->old, &error);
  struct pollfd pollfd = { .events = POLLIN };
  pid_t pid = find_child ();

  g_assert_no_error (error);
  g_assert_cmpint (pid, >, 0);
  pollfd.fd = (int) syscall (SYS_pidfd_open, pid, 0);
  g_assert_cmpint (unlink (path), ==, 0);
  g_assert_cmpint (poll (&pollfd, 1, 3 * HIDDEN_MS), ==, 0);
  g_assert_finalize_object (g_steal_pointer (&memory));
  g_assert_cmpint (poll (&pollfd, 1, -1), ==, 1);
  (void) close (pollfd.fd);
}

static void
test_no_program (Fixture      *fixture,
                 gconstpointer data)
{
  g_autofree char *before = g_strdup (g_getenv ("CLOCHE_LIBEXECDIR"));
  g_autoptr (GError) error = NULL;

  g_setenv ("CLOCHE_LIBEXECDIR", fixture->dir, TRUE);
  g_assert_null (open_memory (fixture, &fixture->old, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_HOLDER);
  g_setenv ("CLOCHE_LIBEXECDIR", before, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/machine/template-memory/read-only", Fixture, NULL, set_up, test_read_only, tear_down);
  g_test_add ("/machine/template-memory/shared", Fixture, NULL, set_up, test_shared, tear_down);
  g_test_add ("/machine/template-memory/hostile-client", Fixture, NULL, set_up, test_hostile_client, tear_down);
  g_test_add ("/machine/template-memory/lying-holder", Fixture, NULL, set_up, test_lying_holder, tear_down);
  g_test_add ("/machine/template-memory/started", Fixture, NULL, set_up, test_started, tear_down);
  g_test_add ("/machine/template-memory/abandoned", Fixture, NULL, set_up, test_abandoned, tear_down);
  g_test_add ("/machine/template-memory/no-program", Fixture, NULL, set_up, test_no_program, tear_down);

  return g_test_run ();
}
