/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-byte-server.h"

G_BEGIN_DECLS

typedef enum {
  CLOCHE_BYTE_STEP_SEND,
  CLOCHE_BYTE_STEP_WAIT,
  CLOCHE_BYTE_STEP_CLOSE,
  CLOCHE_BYTE_STEP_RESET,
} ClocheByteStepKind;

typedef struct {
  ClocheByteStepKind kind;
  GBytes *bytes;
  char *event;
  gboolean is_endless;          /* never go to the next step */
} ClocheByteStep;

struct _ClocheByteScript {
  GPtrArray *steps;
  char *path;                   /* the request that it answers; NULL = any */
};

G_END_DECLS
