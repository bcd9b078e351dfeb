/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat-view.h"
#include "cloche-model-chooser.h"
#include "cloche-status-button.h"
#include "cloche-window.h"

G_BEGIN_DECLS

struct _ClocheWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toasts;
  AdwLeaflet *leaflet;
  GtkWidget *sidebar;
  GtkWidget *content;
  GtkSearchEntry *search_entry;
  GtkListBox *conversations;
  ClocheModelChooser *model_chooser;
  GtkStack *pages;
  ClocheChatView *chat_view;
  ClocheStatusButton *status_button;

  ClocheContext *context;
  GtkFilterListModel *filtered;   /* conversations whose title matches the search */
  guint n_undos;                  /* toasts that offer to undo a deletion */
  GHashTable *replacements;       /* URI of the backup → ClocheReplacement that can be undone */
  AdwToast *undo_toast;           /* the newest that offers to undo something, or NULL */
};

void _cloche_window_install_actions (GtkWidgetClass *widget_class);
void _cloche_window_tell_asked      (ClocheWindow          *self,
                                     ClocheNetwork         *network,
                                     ClocheNetworkQuestion *question);

/* cloche-window-files.c */
void _cloche_window_install_file_actions (GtkWidgetClass *widget_class);
void _cloche_window_watch_files          (ClocheWindow *self,
                                          ClocheFiles  *files,
                                          ClocheChat   *chat);

G_END_DECLS
