/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-doctor.h"

#include "cloche-cli-machine.h"
#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-machine-text.h"

#include <glib/gi18n.h>

/* bytes: below it a conversation that makes files will soon meet a full disk. */
#define LITTLE_DISK_BYTES (G_GUINT64_CONSTANT (2) * 1000 * 1000 * 1000)

/* Some host on the internet: what is said of it is said of most. */
#define PROXIED_ADDRESS "https://example.org/"

static void
say (gboolean    is_good,
     const char *subject,
     const char *finding)
{
  /* Translators: the two marks before what was looked at: it is in order, or it is not. */
  g_print ("%-8s %-14s %s\n", is_good ? _ ("good") : _ ("PROBLEM"), subject, finding);
}

static gboolean
say_error (const char   *subject,
           const GError *error)
{
  g_autofree char *text = cloche_machine_text_for_error (error);

  say (FALSE, subject, text);

  return FALSE;
}

static gboolean
check_host (ClocheCli         *cli,
            ClocheMachineHost *host)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *isolation = NULL;
  gboolean has_kvm;

  cloche_machine_host_prepare_async (host, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!cloche_machine_host_prepare_finish (host, result, &error))
    return say_error (_ ("QEMU"), error);

  say (TRUE, _ ("QEMU"), cloche_machine_host_get_program (host)->version);
  has_kvm = cloche_machine_host_get_accelerator (host) == CLOCHE_ACCELERATOR_KVM;
  isolation = g_strdup_printf ("%s — %s", has_kvm ? _ ("isolated (KVM)") : _ ("isolated (slower emulation)"),
                               cloche_machine_host_get_reason (host));
  say (TRUE, _ ("Isolation"), isolation);

  return TRUE;
}

static gboolean
check_base (ClocheMachineHost *host)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheBaseFolder) base = NULL;
  g_autoptr (GDateTime) built = NULL;
  g_autofree char *date = NULL;

  base = cloche_base_store_newest (cloche_machine_host_get_bases (host), cloche_machine_host_get_program (host)->version,
                                   cloche_machine_host_get_accelerator (host), CLOCHE_MACHINE_SIZE_NORMAL, &error);
  if (base == NULL)
    return say_error (_ ("Image"), error);

  built = g_date_time_new_from_unix_local (cloche_base_folder_get_built_us (base) / G_USEC_PER_SEC);
  date = built != NULL ? g_date_time_format (built, "%x") : g_strdup ("?");
  say (TRUE, _ ("Image"), date);

  return TRUE;
}

static gboolean
check_disk (ClocheCli *cli)
{
  g_autoptr (GFile) folder = g_file_new_for_path (cloche_paths_get_data_dir (cli->paths));
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  guint64 bytes = info != NULL ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) : 0;
  g_autofree char *size = g_format_size (bytes);

  say (bytes >= LITTLE_DISK_BYTES, _ ("Free disk"), size);

  return bytes >= LITTLE_DISK_BYTES;
}

/* Where the desktop's programs would go to reach what a machine may want; NULL: there directly. Without name and password. */
static char *
find_proxy (ClocheCli *cli)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) proxies = NULL;
  g_autoptr (GUri) uri = NULL;

  g_proxy_resolver_lookup_async (g_proxy_resolver_get_default (), PROXIED_ADDRESS, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  proxies = g_proxy_resolver_lookup_finish (g_proxy_resolver_get_default (), result, NULL);
  if (proxies == NULL || proxies[0] == NULL || g_str_has_prefix (proxies[0], "direct:"))
    return NULL;

  uri = g_uri_parse (proxies[0], G_URI_FLAGS_NONE, NULL);
  if (uri == NULL)
    return g_strdup ("?");

  return g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL);
}

/* Machines run without the network, too: no reason to fail. */
static void
check_proxy (ClocheCli *cli)
{
  g_autofree char *proxy = find_proxy (cli);
  g_autofree char *finding = NULL;

  if (proxy == NULL)
    return;

  /* Translators: the placeholder is the address of a proxy. */
  finding = g_strdup_printf (_ ("this computer is set to reach the network through %s, which machines do not use: they reach "
                                "only what can be reached without it"), proxy);
  /* Translators: the mark before what is neither in order nor a problem by itself. */
  g_print ("%-8s %-14s %s\n", _ ("note"), _ ("Network"), finding);
}

/* The proof of all the rest: a machine that is thrown away. */
static gboolean
check_machine (ClocheCli         *cli,
               ClocheMachineHost *host)
{
  g_autofree char *id = cloche_id_new ();
  g_autoptr (ClocheMachine) machine = cloche_machine_new (host, id);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_full = FALSE;
  gboolean started;

  cloche_machine_start_async (machine, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  started = cloche_machine_start_finish (machine, result, &error);
  if (started) {
    is_full = g_strcmp0 (cloche_json_get_string (cloche_machine_get_status (machine), "jail"), "full") == 0;
    say (TRUE, _ ("A machine"), is_full ? _ ("starts, and is locked in twice: namespaces and filters") :
         _ ("starts, and is locked in by filters only; bubblewrap is missing or not allowed here"));
  } else {
    (void) say_error (_ ("A machine"), error);
  }

  return cloche_cli_machine_delete (cli, machine) && started;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  g_autoptr (ClocheMachineHost) host = cloche_machine_host_new (cli->paths);
  gboolean is_good;

  if (!cloche_cli_parse ("doctor", entries, &argc, &argv) || argc > 1)
    return CLOCHE_CLI_USAGE;

  is_good = check_disk (cli);
  check_proxy (cli);
  is_good = check_host (cli, host) && check_base (host) && check_machine (cli, host) && is_good;

  return is_good ? CLOCHE_CLI_OK : CLOCHE_CLI_FAILED;
}

const ClocheCliCommand cloche_cli_doctor_command = { "doctor", N_ ("Say whether machines can run here"), run_command };
