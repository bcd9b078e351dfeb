/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

#include "cloche-machine.h"

G_BEGIN_DECLS

typedef enum {
  CLOCHE_STATUS_ASLEEP,
  CLOCHE_STATUS_STARTING,
  CLOCHE_STATUS_READY,
} ClocheStatusLevel;

/**
 * ClocheStatus:
 *
 * How a conversation's machine is, in words for the person.
 *
 * Properties: "level"; "summary" ("Ready · isolated (slower emulation) · 150 MB"); "details", some sentences.
 */
#define CLOCHE_TYPE_STATUS (cloche_status_get_type ())
G_DECLARE_FINAL_TYPE (ClocheStatus, cloche_status, CLOCHE, STATUS, GObject)

ClocheStatus      *cloche_status_new         (ClocheMachine *machine) G_GNUC_WARN_UNUSED_RESULT;

ClocheStatusLevel  cloche_status_get_level   (ClocheStatus *self);
const char        *cloche_status_get_summary (ClocheStatus *self);
const char        *cloche_status_get_details (ClocheStatus *self);

G_END_DECLS
