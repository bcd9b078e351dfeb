/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-attached-files.h"

struct _ClocheAttachedFiles
{
  GObject parent_instance;

  GHashTable *latest;           /* path in the machine → ClocheFile: its latest version */
};

G_DEFINE_FINAL_TYPE (ClocheAttachedFiles, cloche_attached_files, G_TYPE_OBJECT)

static void
cloche_attached_files_finalize (GObject *object)
{
  g_hash_table_unref (CLOCHE_ATTACHED_FILES (object)->latest);

  G_OBJECT_CLASS (cloche_attached_files_parent_class)->finalize (object);
}

static void
cloche_attached_files_class_init (ClocheAttachedFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_attached_files_finalize;
}

static void
cloche_attached_files_init (ClocheAttachedFiles *self)
{
  self->latest = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) cloche_file_unref);
}

ClocheAttachedFiles *
cloche_attached_files_new (void)
{
  return g_object_new (CLOCHE_TYPE_ATTACHED_FILES, NULL);
}

static void
set_latest (ClocheAttachedFiles *self,
            ClocheFile          *file)
{
  g_hash_table_replace (self->latest, g_strdup (cloche_file_get_path (file)), cloche_file_ref (file));
}

/**
 * cloche_attached_files_add:
 * @file: what the person attached, as it is in the machine
 */
void
cloche_attached_files_add (ClocheAttachedFiles *self,
                           ClocheFile          *file)
{
  g_return_if_fail (CLOCHE_IS_ATTACHED_FILES (self));

  if (cloche_file_get_path (file) != NULL)
    set_latest (self, file);
}

static ClocheFile *
find (ClocheAttachedFiles *self,
      ClocheFile          *file)
{
  const char *path = cloche_file_get_path (file);

  return path != NULL ? g_hash_table_lookup (self->latest, path) : NULL;
}

/* A file that a tool has made, or only read, which then does not say where it came from. */
static void
add_from_tool (ClocheAttachedFiles *self,
               ClocheFile          *file)
{
  ClocheFile *latest = find (self, file);
  g_autoptr (ClocheFile) with_origin = NULL;

  if (latest == NULL)
    return;

  if (cloche_file_get_origin (file) == NULL && cloche_file_get_origin (latest) != NULL)
    with_origin = cloche_file_with_origin (file, cloche_file_get_origin (latest));
  set_latest (self, with_origin != NULL ? with_origin : file);
}

/**
 * cloche_attached_files_add_message:
 * @message: of an earlier day or of another program; the next one of the branch
 */
void
cloche_attached_files_add_message (ClocheAttachedFiles *self,
                                   ClocheMessage       *message)
{
  g_return_if_fail (CLOCHE_IS_ATTACHED_FILES (self));

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheToolResult *result = cloche_message_part_get_tool_result (part);

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_FILE)
      cloche_attached_files_add (self, cloche_message_part_get_file (part));
    for (guint j = 0; result != NULL && j < cloche_tool_result_get_n_files (result); j++)
      add_from_tool (self, cloche_tool_result_get_file (result, j));
  }
}

/* Of a kind that the window shows. */
static gboolean
is_picture (ClocheContent *content)
{
  static const char *const TYPES[] = { "image/png", "image/jpeg", "image/svg+xml", NULL };

  return g_strv_contains (TYPES, cloche_content_get_mime_type (content)) &&
         (cloche_content_get_bytes (content) != NULL || cloche_content_get_blob (content) != NULL);
}

static gboolean
is_same (ClocheContent *before,
         ClocheContent *after)
{
  g_autofree char *blob = NULL;

  if (cloche_content_get_size (before) != cloche_content_get_size (after) || cloche_content_get_bytes (after) == NULL)
    return FALSE;
  if (cloche_content_get_bytes (before) != NULL)
    return g_bytes_equal (cloche_content_get_bytes (before), cloche_content_get_bytes (after));

  /* A blob is named after its SHA-256. */
  blob = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, cloche_content_get_bytes (after));

  return g_strcmp0 (cloche_content_get_blob (before), blob) == 0;
}

/**
 * cloche_attached_files_change:
 *
 * Returns: (transfer full): @file, with what a picture was before and where the person had it from
 */
ClocheFile *
cloche_attached_files_change (ClocheAttachedFiles *self,
                              ClocheFile          *file)
{
  ClocheFile *latest = find (self, file);
  ClocheContent *content = cloche_file_get_content (file);
  g_autoptr (ClocheFile) changed = NULL;
  ClocheContent *before;

  g_return_val_if_fail (CLOCHE_IS_ATTACHED_FILES (self), NULL);

  if (latest == NULL)
    return cloche_file_ref (file);

  changed = cloche_file_ref (file);
  before = cloche_file_get_content (latest);
  if (is_picture (before) && is_picture (content) && !is_same (before, content)) {
    cloche_file_unref (changed);
    changed = cloche_file_with_before (file, before);
  }
  if (cloche_file_get_origin (latest) != NULL) {
    ClocheFile *with_origin = cloche_file_with_origin (changed, cloche_file_get_origin (latest));

    cloche_file_unref (changed);
    changed = with_origin;
  }
  set_latest (self, changed);

  return g_steal_pointer (&changed);
}

/**
 * cloche_attached_files_replace:
 * @file: may have got a preview meanwhile; nothing happens if there is a later version of it
 */
void
cloche_attached_files_replace (ClocheAttachedFiles *self,
                               ClocheFile          *file,
                               ClocheFile          *replacement)
{
  ClocheFile *latest = find (self, file);

  g_return_if_fail (CLOCHE_IS_ATTACHED_FILES (self));

  if (latest != NULL && cloche_file_get_content (latest) == cloche_file_get_content (file))
    set_latest (self, replacement);
}
