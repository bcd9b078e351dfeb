/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool.h"

G_BEGIN_DECLS

/**
 * ClocheToolbox:
 *
 * The tools of a conversation, in the order in which the model is told about them.
 */
typedef struct _ClocheToolbox ClocheToolbox;

ClocheToolbox *cloche_toolbox_new   (void) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolbox *cloche_toolbox_ref   (ClocheToolbox *self);
void           cloche_toolbox_unref (ClocheToolbox *self);

void           cloche_toolbox_add         (ClocheToolbox *self,
                                           ClocheTool    *tool);
guint          cloche_toolbox_get_n_tools (ClocheToolbox *self);
ClocheTool    *cloche_toolbox_get_tool    (ClocheToolbox *self,
                                           guint          index);
ClocheTool    *cloche_toolbox_find        (ClocheToolbox *self,
                                           const char    *name);
char          *cloche_toolbox_dup_names   (ClocheToolbox *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheToolbox, cloche_toolbox_unref)

G_END_DECLS
