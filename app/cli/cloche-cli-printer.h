/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <stdio.h>

G_BEGIN_DECLS

/**
 * ClocheCliPrinter:
 *
 * Writes a conversation to a terminal, or to what stands in for one, while it comes: thinking, answers, code, what it
 * prints, results and notices. Nothing that a model or a machine says reaches the terminal as a control sequence.
 */
typedef struct _ClocheCliPrinter ClocheCliPrinter;

ClocheCliPrinter *cloche_cli_printer_new  (FILE     *stream,
                                           gboolean  is_terminal) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_cli_printer_free (ClocheCliPrinter *self);

/* Writes what is added to @items (of #ClocheItem) from now on. */
void              cloche_cli_printer_follow (ClocheCliPrinter *self,
                                             GListModel       *items);
void              cloche_cli_printer_end    (ClocheCliPrinter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliPrinter, cloche_cli_printer_free)

G_END_DECLS
