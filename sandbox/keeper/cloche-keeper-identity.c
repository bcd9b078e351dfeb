/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-identity.h"

#include "cloche-base-error.h"
#include "cloche-host-customs.h"

#include <errno.h>
#include <sys/random.h>

/* bytes: what the guest's generator is seeded with: the size of its key. */
#define ENTROPY_BYTES 32

static char *
new_entropy (GError **error)
{
  guint8 bytes[ENTROPY_BYTES];
  GString *hex = NULL;
  ssize_t n;

  do
    n = getrandom (bytes, sizeof bytes, 0);
  while (n < 0 && errno == EINTR);
  if (n != sizeof bytes) {
    cloche_set_errno_error (error, n < 0 ? errno : EIO, "Could not get random bytes for the machine");
    return NULL;
  }

  hex = g_string_sized_new (2 * sizeof bytes);
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);

  return g_string_free (hex, FALSE);
}

/* The same at every start of one machine, so that what the guest ties to it holds; never the token itself. */
static char *
derive_machine_id (const char *token)
{
  g_autofree char *sum = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) token, strlen (token),
                                                    "machine-id", -1);

  return g_strndup (sum, 32);
}

/**
 * cloche_keeper_identity_new_revive:
 *
 * The request that makes a fork of the template one machine of its own: randomness, clock and names.
 */
JsonObject *
cloche_keeper_identity_new_revive (const char *machine_id,
                                   const char *token,
                                   GError    **error)
{
  g_autofree char *entropy = new_entropy (error);
  g_autofree char *hostname = g_strconcat ("cloche-", machine_id, NULL);
  g_autofree char *guest_machine_id = derive_machine_id (token);
  JsonObject *request;

  if (entropy == NULL)
    return NULL;

  request = json_object_new ();
  json_object_set_string_member (request, "op", "revive");
  json_object_set_string_member (request, "kind", "new");
  json_object_set_string_member (request, "entropy", entropy);
  json_object_set_int_member (request, "realtime_us", g_get_real_time ());
  json_object_set_string_member (request, "hostname", hostname);
  json_object_set_string_member (request, "machine_id", guest_machine_id);

  return request;
}

/**
 * cloche_keeper_identity_new_disk:
 *
 * The request that moves the machine onto its own disk, with what has changed on the host since @base was made. Reads
 * files of the host.
 */
JsonObject *
cloche_keeper_identity_new_disk (ClocheBaseFolder *base)
{
  g_autoptr (ClocheHostCustoms) customs = cloche_host_customs_load ();
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "op", "disk");
  cloche_host_customs_tell (customs, request, cloche_base_folder_get_image (base));

  return request;
}

/**
 * cloche_keeper_identity_new_clock:
 *
 * The request that sets the clock of a machine that was stopped for a while.
 */
JsonObject *
cloche_keeper_identity_new_clock (void)
{
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "op", "clock");
  json_object_set_int_member (request, "realtime_us", g_get_real_time ());

  return request;
}
