/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheHostCustoms:
 * @timezone: name of the host's time zone
 * @ca_bundle: (nullable): PEM text of the certificates that the host trusts
 * @ca_bundle_sha256: (nullable): its hash, in hex
 * @npm_registry: (nullable): where npm has packages from, if the user has set that
 * @pip_index: (nullable): the same of pip
 *
 * What the machines of this computer have from it. Templates are made with them; a machine is told what changed since.
 */
typedef struct
{
  char *timezone;
  char *ca_bundle;
  char *ca_bundle_sha256;
  char *npm_registry;
  char *pip_index;
} ClocheHostCustoms;

ClocheHostCustoms *cloche_host_customs_load (void) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_host_customs_free (ClocheHostCustoms *self);

void               cloche_host_customs_note (const ClocheHostCustoms *self,
                                             JsonObject              *description);
void               cloche_host_customs_tell (const ClocheHostCustoms *self,
                                             JsonObject              *request,
                                             JsonObject              *noted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheHostCustoms, cloche_host_customs_free)

G_END_DECLS
