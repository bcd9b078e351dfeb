/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-refused.h"

#include <glib/gi18n.h>

/**
 * cloche_cli_refused_tell:
 *
 * Says at the end what the network refused, and how it is allowed the next time.
 */
void
cloche_cli_refused_tell (ClocheMachine  *machine,
                         ClocheRefusals *refusals)
{
  ClocheMachineNetwork *network = cloche_machine_get_network (machine);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) refused = NULL;
  guint n_more;

  cloche_machine_network_sync_async (network, NULL, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  (void) cloche_machine_network_request_finish (network, result, NULL); /* A gate that is gone has told all that it will. */
  refused = cloche_refusals_take (refusals, &n_more);

  for (guint i = 0; i < refused->len; i++) {
    const ClocheRefusal *refusal = refused->pdata[i];

    if (refusal->can_be_allowed)
      /* Translators: both placeholders are the name of a host; --allow is typed as it is. */
      g_printerr (_ ("The network refused %s. To allow it: --allow %s\n"), refusal->host, refusal->host);
    else
      /* Translators: the placeholder is the name of a host, or what was asked for instead of one. */
      g_printerr (_ ("The network refused %s.\n"), refusal->host);
  }
  if (n_more > 0)
    /* Translators: the placeholder is a number of hosts. */
    g_printerr (ngettext ("And %u more host.\n", "And %u more hosts.\n", n_more), n_more);
}
