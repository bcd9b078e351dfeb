/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-job.h"
#include "cloche-wire-stream.h"

G_BEGIN_DECLS

ClocheJob *_cloche_job_new (gint64            id,
                            ClocheWireStream *stream) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
