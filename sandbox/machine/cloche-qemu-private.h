/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-qemu.h"
#include "cloche-qmp.h"

G_BEGIN_DECLS

/* RAM that is in a file is not written to the state once more, and a migration tells of its steps. */
#define CLOCHE_QEMU_CAPABILITIES "{\"capabilities\":[{\"capability\":\"events\",\"state\":true}," \
  "{\"capability\":\"x-ignore-shared\",\"state\":true}]}"

ClocheQmp *_cloche_qemu_get_qmp (ClocheQemu *self);

G_END_DECLS
