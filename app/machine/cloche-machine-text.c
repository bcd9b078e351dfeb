/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-text.h"

#include "cloche-egress-reason.h"
#include "cloche-machine-error.h"
#include "cloche-notice.h"
#include "cloche-wire-error.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

/* A flipped bit in gigabytes is not looked for at each start, so what it does is told with what repairs it. */
static const char *
does_not_start (void)
{
  return _ ("The isolated machine could not be started. Your files are safe; try again. If it does not start again, what "
            "machines start from may be damaged. Run: clochectl image build.");
}

static const char *
machine_text (int code)
{
  switch (code) {
  case CLOCHE_MACHINE_ERROR_NO_QEMU:
    return _ ("QEMU, the program that runs the isolated machine, is not installed or does not work here. "
              "On Debian: apt install qemu-system-x86.");
  case CLOCHE_MACHINE_ERROR_NO_JAIL:
    return _ ("The part of Cloche that confines the machine is missing or does not work here. Install Cloche again.");
  case CLOCHE_MACHINE_ERROR_NO_BASE:
    return _ ("The machine has not been set up on this computer yet. Run: clochectl image build.");
  case CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE:
  case CLOCHE_MACHINE_ERROR_BASE_DAMAGED:
    return _ ("The files that machines start from are damaged or incomplete. Your own files are not affected. "
              "Run: clochectl image build.");
  case CLOCHE_MACHINE_ERROR_BASE_MISMATCH:
    return _ ("The files that machines start from were made for another version of QEMU or Cloche. "
              "Run: clochectl image build.");
  case CLOCHE_MACHINE_ERROR_BASE_BUSY:
    return _ ("Another program is setting up the machine just now. Try again when it has finished.");
  default:
    return does_not_start ();
  }
}

static const char *
wire_text (int code)
{
  switch (code) {
  case CLOCHE_WIRE_ERROR_NOT_FOUND:
    return _ ("There is no such file in the machine.");
  case CLOCHE_WIRE_ERROR_EXISTS:
    return _ ("There is a file of that name in the machine already.");
  case CLOCHE_WIRE_ERROR_BUSY:
    return _ ("The machine is busy. Wait until it has finished, or stop what it is doing.");
  case CLOCHE_WIRE_ERROR_DENIED:
    return _ ("The machine may not do that.");
  case CLOCHE_WIRE_ERROR_TOO_LARGE:
    return _ ("That is too large.");
  case CLOCHE_WIRE_ERROR_NO_SPACE:
    return _ ("The machine’s disk is full. Delete something in it and try again.");
  case CLOCHE_WIRE_ERROR_GONE:
  case CLOCHE_WIRE_ERROR_RESET:
  case CLOCHE_WIRE_ERROR_CLOSED:
    return _ ("The machine stopped unexpectedly. Its files are safe; variables are lost. It starts again when it is needed.");
  case CLOCHE_WIRE_ERROR_BROKEN:
    return does_not_start ();
  case CLOCHE_WIRE_ERROR_PROTOCOL:
    return _ ("Something in the machine sent what it must not, so the machine was stopped. Its files are safe.");
  default:
    return _ ("The machine could not do that.");
  }
}

/**
 * cloche_machine_text_for_error:
 * @error: of anything that has to do with machines
 *
 * One sentence for the person: what happened and what to do. The facts in @error's message are for a details view.
 */
char *
cloche_machine_text_for_error (const GError *error)
{
  if (error->domain == CLOCHE_MACHINE_ERROR)
    return g_strdup (machine_text (error->code));
  if (error->domain == CLOCHE_WIRE_ERROR)
    return g_strdup (wire_text (error->code));
  if (g_error_matches (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE))
    /* Translators: the placeholder says which rule and what is wrong with it. */
    return g_strdup_printf (_ ("This is not the name of a host that can be allowed: %s"), error->message);
  if (g_error_matches (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED))
    return g_strdup (_ ("The connection to the machine’s network was lost. What you changed there holds when the machine is "
                        "used next; stop the machine if it must hold now."));
  if (g_error_matches (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_ENDED))
    return g_strdup (cloche_notice_get_words (CLOCHE_NOTICE_NETWORK_ENDED));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return g_strdup (_ ("The disk of this computer is full. Free some space and try again."));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup (_ ("Stopped."));
  if (error->domain == G_SPAWN_ERROR)
    return g_strdup (_ ("A part of Cloche is missing or cannot be started. Install Cloche again."));

  /* Translators: the placeholder is what the system says of the failure. */
  return g_strdup_printf (_ ("The isolated machine could not be used: %s"), error->message);
}
