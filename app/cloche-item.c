/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-item.h"

#include "cloche-string.h"

struct _ClocheItem
{
  GObject parent_instance;

  ClocheItemKind kind;
  GString *text;
  gboolean is_open;
  ClocheToolRun *run;           /* of a tool card, else NULL */
  char *detail;                 /* plain facts below a notice's sentence, or NULL */
  GPtrArray *files;             /* of ClocheFile */
};

enum {
  PROP_0,
  PROP_TEXT,
  PROP_OPEN,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint text_added_signal;

G_DEFINE_FINAL_TYPE (ClocheItem, cloche_item, G_TYPE_OBJECT)

static void
cloche_item_finalize (GObject *object)
{
  ClocheItem *self = CLOCHE_ITEM (object);

  g_string_free (self->text, TRUE);
  g_clear_object (&self->run);
  g_ptr_array_unref (self->files);
  g_free (self->detail);

  G_OBJECT_CLASS (cloche_item_parent_class)->finalize (object);
}

static void
cloche_item_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  ClocheItem *self = CLOCHE_ITEM (object);

  switch (prop_id) {
  case PROP_TEXT:
    g_value_set_string (value, cloche_item_get_text (self));
    break;
  case PROP_OPEN:
    g_value_set_boolean (value, cloche_item_is_open (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_item_class_init (ClocheItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = cloche_item_finalize;
  object_class->get_property = cloche_item_get_property;

  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_OPEN] = g_param_spec_boolean ("open", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  text_added_signal = g_signal_new ("text-added", CLOCHE_TYPE_ITEM, G_SIGNAL_RUN_LAST,
                                    0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cloche_item_init (ClocheItem *self)
{
  self->text = g_string_new (NULL);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);
}

/**
 * cloche_item_new:
 * @text: (nullable): to begin with
 */
ClocheItem *
cloche_item_new (ClocheItemKind kind,
                 const char    *text)
{
  ClocheItem *self = g_object_new (CLOCHE_TYPE_ITEM, NULL);

  self->kind = kind;
  g_string_append (self->text, text != NULL ? text : "");

  return self;
}

ClocheItem *
cloche_item_new_tool (ClocheToolRun *run)
{
  ClocheItem *self = cloche_item_new (CLOCHE_ITEM_TOOL, NULL);

  self->run = g_object_ref (run);

  return self;
}

ClocheItemKind
cloche_item_get_kind (ClocheItem *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self), CLOCHE_ITEM_NOTICE);

  return self->kind;
}

/**
 * cloche_item_get_text:
 *
 * Returns: (transfer none): good until more text is added
 */
const char *
cloche_item_get_text (ClocheItem *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self), NULL);

  return self->text->str;
}

gboolean
cloche_item_is_open (ClocheItem *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self), FALSE);

  return self->is_open;
}

void
cloche_item_set_open (ClocheItem *self,
                      gboolean    is_open)
{
  g_return_if_fail (CLOCHE_IS_ITEM (self));

  if (self->is_open == is_open)
    return;

  self->is_open = is_open;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OPEN]);
}

void
cloche_item_add_text (ClocheItem *self,
                      const char *text)
{
  g_return_if_fail (CLOCHE_IS_ITEM (self));

  g_string_append (self->text, text);
  g_signal_emit (self, text_added_signal, 0, text);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
}

/**
 * cloche_item_get_run:
 *
 * Returns: (nullable): of a tool card
 */
ClocheToolRun *
cloche_item_get_run (ClocheItem *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self), NULL);

  return self->run;
}

/**
 * cloche_item_get_detail:
 *
 * Returns: (nullable): what a server or the system said, in its own words, to be shown small below a notice
 */
const char *
cloche_item_get_detail (ClocheItem *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self), NULL);

  return self->detail;
}

void
cloche_item_set_detail (ClocheItem *self,
                        const char *detail)
{
  g_return_if_fail (CLOCHE_IS_ITEM (self));

  (void) cloche_set_str (&self->detail, detail);        /* Nobody is told: it is set before the item is shown. */
}

guint
cloche_item_get_n_files (ClocheItem *self)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self), 0);

  return self->files->len;
}

ClocheFile *
cloche_item_get_file (ClocheItem *self,
                      guint       index)
{
  g_return_val_if_fail (CLOCHE_IS_ITEM (self) && index < self->files->len, NULL);

  return g_ptr_array_index (self->files, index);
}

/**
 * cloche_item_add_file:
 *
 * Before the item is shown.
 */
void
cloche_item_add_file (ClocheItem *self,
                      ClocheFile *file)
{
  g_return_if_fail (CLOCHE_IS_ITEM (self));

  g_ptr_array_add (self->files, cloche_file_ref (file));
}
