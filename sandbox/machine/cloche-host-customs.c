/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-host-customs.h"

#include "cloche-host-registry.h"
#include "cloche-json.h"
#include "cloche-limits.h"

#define NOTED_CA_BUNDLE "ca_bundle_sha256"

/* Where distributions keep the certificates that the user's programs trust: Debian and Arch, Fedora, openSUSE. */
static const char *const CA_BUNDLES[] = {
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
};

/* Company networks sign again what passes through them; what the host trusts, the guest shall trust. A host without a
 * bundle, or with one that does not fit in a request, leaves the guest its own. */
static void
load_ca_bundle (ClocheHostCustoms *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (CA_BUNDLES); i++) {
    g_autofree char *pem = NULL;
    gsize length;

    if (!g_file_get_contents (CA_BUNDLES[i], &pem, &length, NULL))
      continue;
    if (length < CLOCHE_LIMIT_LINE_BYTES / 2 && g_utf8_validate (pem, (gssize) length, NULL)) {
      self->ca_bundle_sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) pem, length);
      self->ca_bundle = g_steal_pointer (&pem);
    }
    return;
  }
}

/**
 * cloche_host_customs_load:
 *
 * Reads files of the host.
 */
ClocheHostCustoms *
cloche_host_customs_load (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_auto (GStrv) environment = g_get_environ ();
  ClocheHostCustoms *self = g_new0 (ClocheHostCustoms, 1);

  self->timezone = g_strdup (g_time_zone_get_identifier (zone));
  load_ca_bundle (self);
  self->npm_registry = cloche_host_registry_find_npm ((const char *const *) environment, "");
  self->pip_index = cloche_host_registry_find_pip ((const char *const *) environment, "");

  return self;
}

void
cloche_host_customs_free (ClocheHostCustoms *self)
{
  if (self == NULL)
    return;

  g_free (self->timezone);
  g_free (self->ca_bundle);
  g_free (self->ca_bundle_sha256);
  g_free (self->npm_registry);
  g_free (self->pip_index);
  g_free (self);
}

/**
 * cloche_host_customs_note:
 * @description: of a base that was made with them; gains a member
 */
void
cloche_host_customs_note (const ClocheHostCustoms *self,
                          JsonObject              *description)
{
  if (self->ca_bundle_sha256 != NULL)
    json_object_set_string_member (description, NOTED_CA_BUNDLE, self->ca_bundle_sha256);
}

/**
 * cloche_host_customs_tell:
 * @request: to the guest; gains "timezone", "npm_registry" and "pip_index" where they are set, and, where it is news,
 *   "ca_bundle"
 * @noted: (nullable): the description of the guest's base, as cloche_host_customs_note() left it
 *
 * 200 kB of certificates take an emulated guest a tenth of a second, so that they are told only when they have changed.
 */
void
cloche_host_customs_tell (const ClocheHostCustoms *self,
                          JsonObject              *request,
                          JsonObject              *noted)
{
  const char *known = noted != NULL ? cloche_json_get_string (noted, NOTED_CA_BUNDLE) : NULL;

  json_object_set_string_member (request, "timezone", self->timezone);
  if (self->ca_bundle != NULL && g_strcmp0 (known, self->ca_bundle_sha256) != 0)
    json_object_set_string_member (request, "ca_bundle", self->ca_bundle);
  if (self->npm_registry != NULL)
    json_object_set_string_member (request, "npm_registry", self->npm_registry);
  if (self->pip_index != NULL)
    json_object_set_string_member (request, "pip_index", self->pip_index);
}
