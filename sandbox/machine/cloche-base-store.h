/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-folder.h"

G_BEGIN_DECLS

/**
 * ClocheBaseStore:
 *
 * All bases of one data folder (`bases/`), and who holds them (`machines/ID/machine.json`, its member "base").
 */
#define CLOCHE_TYPE_BASE_STORE (cloche_base_store_get_type ())
G_DECLARE_FINAL_TYPE (ClocheBaseStore, cloche_base_store, CLOCHE, BASE_STORE, GObject)

/**
 * ClocheBaseEntry:
 * @id: name of the folder
 * @folder: (nullable): the opened base, or %NULL with @error set
 * @holders: ids of the machines that name it
 */
typedef struct
{
  char *id;
  ClocheBaseFolder *folder;
  GError *error;
  GStrv holders;
} ClocheBaseEntry;

ClocheBaseStore  *cloche_base_store_new (const char *data_path) G_GNUC_WARN_UNUSED_RESULT;

const char       *cloche_base_store_get_bases_path (ClocheBaseStore *self);

ClocheBaseFolder *cloche_base_store_open   (ClocheBaseStore  *self,
                                            const char       *id,
                                            GError          **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheBaseFolder *cloche_base_store_newest (ClocheBaseStore    *self,
                                            const char         *qemu_version,
                                            ClocheAccelerator   accelerator,
                                            ClocheMachineSize   size,
                                            GError            **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheBaseFolder *cloche_base_store_find_successor (ClocheBaseStore  *self,
                                                    const char       *id,
                                                    const char       *qemu_version,
                                                    ClocheAccelerator accelerator,
                                                    ClocheMachineSize size) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray        *cloche_base_store_list   (ClocheBaseStore  *self,
                                            GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* Hold it shared while a machine.json that names a base is being written, so that no base is collected meanwhile.
 * The descriptor is the lock: closing it lets go. */
int               cloche_base_store_lock    (ClocheBaseStore  *self,
                                             gboolean          exclusive,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray        *cloche_base_store_collect (ClocheBaseStore  *self,
                                             GPtrArray        *keep_ids,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;

void              cloche_base_entry_free (ClocheBaseEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheBaseEntry, cloche_base_entry_free)

G_END_DECLS
