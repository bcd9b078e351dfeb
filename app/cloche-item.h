/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"
#include "cloche-tool-run.h"

G_BEGIN_DECLS

/**
 * ClocheItemKind:
 * @CLOCHE_ITEM_QUESTION: what the person wrote: text and attached files
 * @CLOCHE_ITEM_ANSWER: Markdown of the model
 * @CLOCHE_ITEM_THINKING: what it thought
 * @CLOCHE_ITEM_TOOL: a tool card: see cloche_item_get_run()
 * @CLOCHE_ITEM_NOTICE: a sentence for the person, translated: something was lost, stopped or went wrong
 */
typedef enum {
  CLOCHE_ITEM_QUESTION,
  CLOCHE_ITEM_ANSWER,
  CLOCHE_ITEM_THINKING,
  CLOCHE_ITEM_TOOL,
  CLOCHE_ITEM_NOTICE,
} ClocheItemKind;

/**
 * ClocheItem:
 *
 * One row of a conversation as it is shown.
 *
 * Properties: "text"; "open" (more text may come). Signal: "text-added" (const char *text), before "text" is notified.
 */
#define CLOCHE_TYPE_ITEM (cloche_item_get_type ())
G_DECLARE_FINAL_TYPE (ClocheItem, cloche_item, CLOCHE, ITEM, GObject)

ClocheItem     *cloche_item_new      (ClocheItemKind  kind,
                                      const char     *text) G_GNUC_WARN_UNUSED_RESULT;
ClocheItem     *cloche_item_new_tool (ClocheToolRun  *run) G_GNUC_WARN_UNUSED_RESULT;

ClocheItemKind  cloche_item_get_kind    (ClocheItem *self);
const char     *cloche_item_get_text    (ClocheItem *self);
gboolean        cloche_item_is_open     (ClocheItem *self);
void            cloche_item_set_open    (ClocheItem *self,
                                         gboolean    is_open);
void            cloche_item_add_text    (ClocheItem *self,
                                         const char *text);

ClocheToolRun  *cloche_item_get_run     (ClocheItem *self);
const char     *cloche_item_get_detail  (ClocheItem *self);
void            cloche_item_set_detail  (ClocheItem *self,
                                         const char *detail);

guint           cloche_item_get_n_files (ClocheItem *self);
ClocheFile     *cloche_item_get_file    (ClocheItem *self,
                                         guint       index);
void            cloche_item_add_file    (ClocheItem *self,
                                         ClocheFile *file);

G_END_DECLS
