/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd.h"
#include "cloche-jail-args.h"
#include "cloche-paths.h"
#include "cloche-sealed-memory.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The jail, seen from inside: jail-probe.c is run in it as QEMU is, with the same launcher, the same bubblewrap arguments
 * and the same folders in sight.
 */
enum {
  SOCKET_FD = 3,
  SEALED_FD = 4,
  FILE_FD = 5,
  INFO_FD = 6,
};

#define TEMPLATE_BYTES (64 * 1024)

static ClocheQemuProgram *qemu;

typedef struct
{
  char *dir;
  char *template_path;
  char *secret_path;
  char *machine_path;           /* another machine's folder */
  char *bus_path;
  char *display_path;
  char *port;
  GSocketListener *listener;    /* on all three, and on the display's abstract socket */
  int sealed_fd;
  int file_fd;
} Fixture;

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

static void
listen_unix (Fixture               *fixture,
             const char            *path,
             GUnixSocketAddressType type)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new_with_type (path, -1, type);
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (fixture->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
                                 &error);
  g_assert_no_error (error);
}

/* What a session has: a bus, a display, something on the loopback. */
static void
make_session (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  guint16 port;

  fixture->listener = g_socket_listener_new ();
  fixture->bus_path = g_build_filename (fixture->dir, "bus", NULL);
  fixture->display_path = g_build_filename (fixture->dir, "X0", NULL);
  listen_unix (fixture, fixture->bus_path, G_UNIX_SOCKET_ADDRESS_PATH);
  listen_unix (fixture, fixture->display_path, G_UNIX_SOCKET_ADDRESS_PATH);
  listen_unix (fixture, fixture->display_path, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  port = g_socket_listener_add_any_inet_port (fixture->listener, NULL, &error);
  g_assert_no_error (error);
  fixture->port = g_strdup_printf ("%u", port);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autofree char *content = g_malloc0 (TEMPLATE_BYTES);
  g_autofree char *disk = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (content, "template", 8);
  fixture->dir = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->template_path = g_build_filename (fixture->dir, "template.ram", NULL);
  fixture->secret_path = g_build_filename (fixture->dir, "secret", NULL);
  fixture->machine_path = g_build_filename (fixture->dir, "machine", NULL);
  disk = g_build_filename (fixture->machine_path, "disk.raw", NULL);
  g_assert_true (g_file_set_contents (fixture->template_path, content, TEMPLATE_BYTES, NULL));
  g_assert_cmpint (g_chmod (fixture->template_path, 0400), ==, 0);
  g_assert_true (g_file_set_contents (fixture->secret_path, "secret", -1, NULL));
  g_assert_cmpint (g_mkdir (fixture->machine_path, 0700), ==, 0);
  g_assert_true (g_file_set_contents (disk, "disk", -1, NULL));

  make_session (fixture);

  fixture->file_fd = open (fixture->template_path, O_RDONLY | O_CLOEXEC);
  fixture->sealed_fd = cloche_sealed_memory_copy (fixture->file_fd, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", fixture->dir, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  cloche_clear_fd (&fixture->sealed_fd);
  cloche_clear_fd (&fixture->file_fd);
  g_free (fixture->dir);
  g_free (fixture->template_path);
  g_free (fixture->secret_path);
  g_free (fixture->machine_path);
  g_clear_object (&fixture->listener);
  g_free (fixture->bus_path);
  g_free (fixture->display_path);
  g_free (fixture->port);
}

static int
copy_fd (int fd)
{
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 64);

  g_assert_cmpint (copy, >=, 0);
  return copy;
}

static GStrv
build_argv (ClocheJailForm     form,
            const char        *program,
            gboolean           has_landlock,
            const char *const *command)
{
  static const ClocheJailFd FDS[] = {
    { SOCKET_FD, CLOCHE_JAIL_FD_KEEP },
    { SEALED_FD, CLOCHE_JAIL_FD_READ },
    { FILE_FD, CLOCHE_JAIL_FD_READ },
  };
  g_autofree char *launcher = cloche_paths_dup_program ("cloche-jail");
  g_autofree char *bwrap = g_find_program_in_path ("bwrap");
  g_autoptr (ClocheQemuProgram) probe = cloche_qemu_program_copy (qemu);
  ClocheJailArgs args = {
    .form = form,
    .bwrap = bwrap,
    .launcher = launcher,
    .has_landlock = has_landlock,
    .program = probe,
    .fds = FDS,
    .n_fds = G_N_ELEMENTS (FDS),
    .die_with_fd = SOCKET_FD,
    .info_fd = INFO_FD,
    .file_bytes = TEMPLATE_BYTES,
  };

  g_free (probe->path);
  probe->path = g_strdup (program);

  return cloche_jail_args_build (&args, command);
}

/* @ret_socket: our end of what the jailed program has as descriptor 3. */
static GSubprocess *
spawn (Fixture           *fixture,
       const char *const *argv,
       int               *ret_socket)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                        G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  *ret_socket = pair[0];
  g_subprocess_launcher_take_fd (launcher, pair[1], SOCKET_FD);
  g_subprocess_launcher_take_fd (launcher, copy_fd (fixture->sealed_fd), SEALED_FD);
  g_subprocess_launcher_take_fd (launcher, copy_fd (fixture->file_fd), FILE_FD);
  g_subprocess_launcher_take_fd (launcher, memfd_create ("info", MFD_CLOEXEC), INFO_FD);

  /* One that it was not given: the launcher has to close it. */
  g_subprocess_launcher_take_fd (launcher, open (fixture->secret_path, O_RDONLY | O_CLOEXEC), 9);
  g_subprocess_launcher_setenv (launcher, "HOME", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);

  return process;
}

static char *
run (Fixture           *fixture,
     const char *const *argv,
     int               *ret_status)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  cloche_autofd int socket = -1;
  char *out = NULL;

  process = spawn (fixture, argv, &socket);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error));
  g_assert_no_error (error);
  *ret_status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;

  return out;
}

static void
assert_template_untouched (Fixture *fixture)
{
  g_autofree char *content = NULL;
  char sealed[9] = { 0 };
  gsize length;
  struct stat st;

  g_assert_true (g_file_get_contents (fixture->template_path, &content, &length, NULL));
  g_assert_cmpint (length, ==, TEMPLATE_BYTES);
  g_assert_cmpstr (content, ==, "template");
  g_assert_cmpint (g_stat (fixture->template_path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0400);
  g_assert_cmpint (pread (fixture->sealed_fd, sealed, 8, 0), ==, 8);
  g_assert_cmpstr (sealed, ==, "template");
}

static void
test_probe (Fixture      *fixture,
            gconstpointer data)
{
  ClocheJailForm form = (ClocheJailForm) GPOINTER_TO_INT (data);
  g_autofree char *probe = g_test_build_filename (G_TEST_BUILT, "machine", "jail-probe", NULL);
  g_autofree char *parent = g_strdup_printf ("%d", (int) getpid ());
  g_autofree char *sealed = g_strdup_printf ("%d", SEALED_FD);
  g_autofree char *file = g_strdup_printf ("%d", FILE_FD);
  const char *command[] = {
    probe, form == CLOCHE_JAIL_FORM_FULL ? "full" : "launcher", parent, sealed, file, fixture->secret_path,
    fixture->bus_path, fixture->display_path, fixture->port, fixture->machine_path, fixture->dir, "/", "/home", "/root",
    "/etc", "/etc/passwd", "/run", "/run/user", "/tmp", "/tmp/.X11-unix", "/run/dbus/system_bus_socket", "/dev", "/dev/kvm",
    "/dev/mem", "/var", "/sys", "/proc/1", NULL,
  };
  g_auto (GStrv) argv = NULL;
  g_autofree char *out = NULL;
  int status = 0;

  if (form == CLOCHE_JAIL_FORM_FULL)
    command[G_N_ELEMENTS (command) - 2] = "/srv";       /* Process 1 is itself there. */
  argv = build_argv (form, probe, TRUE, command);
  out = run (fixture, (const char *const *) argv, &status);
  g_assert_cmpstr (out, ==, "");
  g_assert_cmpint (status, ==, 0);
  assert_template_untouched (fixture);
}

/* The probe does notice: with one folder too many allowed, it finds its way into it. */
static void
test_probe_notices (Fixture      *fixture,
                    gconstpointer data)
{
  g_autofree char *probe = g_test_build_filename (G_TEST_BUILT, "machine", "jail-probe", NULL);
  g_autofree char *read = g_strdup_printf ("--read=%s", fixture->machine_path);
  const char *command[] = {
    probe, "launcher", "1", "4", "5", fixture->secret_path, fixture->bus_path, fixture->display_path, fixture->port,
    fixture->machine_path, NULL
  };
  g_auto (GStrv) argv = build_argv (CLOCHE_JAIL_FORM_LAUNCHER, probe, TRUE, command);
  g_autoptr (GStrvBuilder) with_folder = g_strv_builder_new ();
  g_auto (GStrv) argv_with_folder = NULL;
  g_autofree char *out = NULL;
  int status = 0;

  g_strv_builder_add_many (with_folder, argv[0], read, NULL);
  g_strv_builder_addv (with_folder, (const char **) argv + 1);
  argv_with_folder = g_strv_builder_end (with_folder);
  out = run (fixture, (const char *const *) argv_with_folder, &status);
  g_assert_nonnull (strstr (out, "reading what it has no business with"));
  g_assert_null (strstr (out, fixture->secret_path));
  g_assert_cmpint (status, ==, 1);
}

/* Without a jail it finds all of it: what it does not find in one would have been there. */
static void
test_probe_without_jail (Fixture      *fixture,
                         gconstpointer data)
{
  static const char *const FOUND[] = {
    "the session bus", "the display (", "the display's abstract socket", "the network", "opening a path for writing",
    "truncating a path", "removing a path", "making a file beside", NULL,
  };
  g_autofree char *probe = g_test_build_filename (G_TEST_BUILT, "machine", "jail-probe", NULL);
  const char *argv[] = {
    probe, "none", "1", "4", "5", fixture->secret_path, fixture->bus_path, fixture->display_path, fixture->port,
    fixture->dir, fixture->machine_path, fixture->template_path, "/", "/home", "/etc/passwd", NULL,
  };
  g_autofree char *out = NULL;
  int status = 0;

  out = run (fixture, argv, &status);
  g_assert_cmpint (status, ==, 1);
  for (gsize i = 0; FOUND[i] != NULL; i++)
    if (strstr (out, FOUND[i]) == NULL)
      g_error ("the probe did not notice %s:\n%s", FOUND[i], out);
  for (gsize i = 9; argv[i] != NULL; i++) {
    g_autofree char *line = g_strdup_printf ("jail-probe: %s:\n", argv[i]);

    if (strstr (out, line) == NULL)
      g_error ("the probe did not notice %s:\n%s", argv[i], out);
  }
}

/* Half a jail is none. */
static void
test_launcher_refuses (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *launcher = cloche_paths_dup_program ("cloche-jail");
  const char *const COMMANDS[][6] = {
    { launcher, "--", "/nowhere", NULL },
    { launcher, "--read=/nowhere", "--", "/bin/true", NULL },
    { launcher, "--keep=x", "--", "/bin/true", NULL },
    { launcher, "--keep=77", "--", "/bin/true", NULL },
    { launcher, "--keep=-1", "--", "/bin/true", NULL },
    { launcher, "--unheard-of", "--", "/bin/true", NULL },
    { launcher, "--", "/bin/true", NULL },               /* Its loader was not allowed. */
    { launcher, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (COMMANDS); i++) {
    int status = 0;
    g_autofree char *out = run (fixture, COMMANDS[i], &status);

    g_assert_true (g_str_has_prefix (out, "cloche-jail: "));
    g_assert_cmpint (status, ==, 125);
  }
}

/* A parent that has died before the launcher could ask to die with it. */
static void
test_orphan (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *launcher = cloche_paths_dup_program ("cloche-jail");
  const char *const argv[] = { launcher, "--keep=3", "--die-with=3", "--check", NULL };
  const char *const dead[] = { launcher, "--keep=9", "--die-with=9", "--", "/bin/true", NULL };
  g_autofree char *out = NULL;
  int status = 0;
  int pair[2];

  out = run (fixture, argv, &status);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_str_has_prefix (out, "landlock "));
  g_clear_pointer (&out, g_free);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  (void) close (pair[0]);
  {
    g_autoptr (GSubprocessLauncher) child = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_autoptr (GSubprocess) process = NULL;

    g_subprocess_launcher_take_fd (child, pair[1], 9);
    process = g_subprocess_launcher_spawnv (child, dead, NULL);
    g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &out, NULL));
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 125);
    g_assert_true (g_str_has_prefix (out, "cloche-jail: the parent is gone"));
  }
}

static GStrv
build_sample (ClocheJailForm form,
              gboolean       has_landlock,
              const char    *device)
{
  static const char *const FOLDERS[] = { "/usr/lib/x", "/usr/share/qemu", NULL };
  static const char *const LINKS[] = { "/lib", "usr/lib", NULL };
  static const char *const COMMAND[] = { "/usr/bin/q", "-x", NULL };
  static const ClocheJailFd FDS[] = {
    { 3, CLOCHE_JAIL_FD_KEEP }, { 4, CLOCHE_JAIL_FD_READ }, { 5, CLOCHE_JAIL_FD_WRITE },
  };
  ClocheQemuProgram program = {
    .path = (char *) "/usr/bin/q",
    .loader = (char *) "/lib/ld.so",
    .folders = (GStrv) FOLDERS,
    .links = (GStrv) LINKS,
  };
  ClocheJailArgs args = {
    .form = form,
    .bwrap = "/usr/bin/bwrap",
    .launcher = "/usr/libexec/cloche/cloche-jail",
    .has_landlock = has_landlock,
    .program = &program,
    .device = device,
    .fds = FDS,
    .n_fds = G_N_ELEMENTS (FDS),
    .die_with_fd = 3,
    .info_fd = 6,
    .file_bytes = 4096,
  };

  return cloche_jail_args_build (&args, COMMAND);
}

#define LAUNCHER_LINE "/usr/libexec/cloche/cloche-jail --keep=3 --keep-read=4 --keep-write=5 --read=/usr/lib/x " \
  "--read=/usr/share/qemu --execute=/lib/ld.so --read-try=/etc/ld.so.cache "

static void
test_args (void)
{
  g_auto (GStrv) full = build_sample (CLOCHE_JAIL_FORM_FULL, TRUE, NULL);
  g_auto (GStrv) launcher = build_sample (CLOCHE_JAIL_FORM_LAUNCHER, TRUE, "/dev/kvm");
  g_auto (GStrv) without = build_sample (CLOCHE_JAIL_FORM_LAUNCHER, FALSE, NULL);
  g_autofree char *full_line = g_strjoinv (" ", full);
  g_autofree char *launcher_line = g_strjoinv (" ", launcher);
  g_autofree char *without_line = g_strjoinv (" ", without);

  g_assert_cmpstr (full_line, ==,
                   "/usr/bin/bwrap --unshare-all --unshare-user --disable-userns --cap-drop ALL --die-with-parent "
                   "--new-session --as-pid-1 --hostname cloche --symlink usr/lib /lib --ro-bind /usr/lib/x /usr/lib/x "
                   "--ro-bind /usr/share/qemu /usr/share/qemu --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache "
                   "--ro-bind /usr/bin/q /usr/bin/q "
                   "--ro-bind /usr/libexec/cloche/cloche-jail /usr/libexec/cloche/cloche-jail "
                   "--proc /proc --remount-ro / --info-fd 6 -- "
                   LAUNCHER_LINE "--file-bytes=4096 --die-with=3 -- /usr/bin/q -x");
  g_assert_cmpstr (launcher_line, ==,
                   LAUNCHER_LINE "--write=/dev/kvm --file-bytes=4096 --die-with=3 -- /usr/bin/q -x");
  g_assert_cmpstr (without_line, ==,
                   LAUNCHER_LINE "--file-bytes=4096 --die-with=3 --without-landlock -- /usr/bin/q -x");
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  cloche_qemu_program_find_async (NULL, NULL, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  qemu = cloche_qemu_program_find_finish (result, &error);
  g_assert_no_error (error);

  g_test_add_func ("/machine/jail/args", test_args);
  g_test_add ("/machine/jail/launcher-refuses", Fixture, NULL, set_up, test_launcher_refuses, tear_down);
  g_test_add ("/machine/jail/orphan", Fixture, NULL, set_up, test_orphan, tear_down);
  g_test_add ("/machine/jail/probe/full", Fixture, GINT_TO_POINTER (CLOCHE_JAIL_FORM_FULL),
              set_up, test_probe, tear_down);
  g_test_add ("/machine/jail/probe/launcher", Fixture, GINT_TO_POINTER (CLOCHE_JAIL_FORM_LAUNCHER),
              set_up, test_probe, tear_down);
  g_test_add ("/machine/jail/probe/notices", Fixture, NULL, set_up, test_probe_notices, tear_down);
  g_test_add ("/machine/jail/probe/without-jail", Fixture, NULL, set_up, test_probe_without_jail, tear_down);
  status = g_test_run ();

  cloche_qemu_program_free (qemu);
  return status;
}
