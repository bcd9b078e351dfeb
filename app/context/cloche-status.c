/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-status.h"

#include "cloche-json.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

struct _ClocheStatus
{
  GObject parent_instance;

  ClocheMachine *machine;
  ClocheStatusLevel level;
  char *summary;
  char *details;
};

G_DEFINE_FINAL_TYPE (ClocheStatus, cloche_status, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_LEVEL,
  PROP_SUMMARY,
  PROP_DETAILS,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static const char *
get_word (ClocheStatusLevel level)
{
  switch (level) {
  case CLOCHE_STATUS_READY:
    return _ ("Ready");
  case CLOCHE_STATUS_STARTING:
    return _ ("Starting");
  default:
    return _ ("Asleep");
  }
}

static gboolean
uses_kvm (ClocheStatus *self)
{
  return cloche_machine_host_get_accelerator (cloche_machine_get_host (self->machine)) == CLOCHE_ACCELERATOR_KVM;
}

static char *
make_summary (ClocheStatus *self)
{
  guint64 bytes = cloche_machine_get_memory_bytes (self->machine);
  const char *isolation = uses_kvm (self) ? _ ("isolated (KVM)") : _ ("isolated (slower emulation)");
  g_autofree char *memory = g_format_size (bytes);

  if (self->level == CLOCHE_STATUS_ASLEEP)
    return g_strdup (get_word (self->level));
  if (bytes == 0)
    return g_strdup_printf ("%s · %s", get_word (self->level), isolation);

  return g_strdup_printf ("%s · %s · %s", get_word (self->level), isolation, memory);
}

static char *
make_details (ClocheStatus *self)
{
  JsonObject *status = cloche_machine_get_status (self->machine);
  const char *jail = status != NULL ? cloche_json_get_string (status, "jail") : NULL;
  GString *text = g_string_new (_ ("What a model wants to run, runs in a machine that belongs to this conversation alone. "
                                   "It cannot see your files, only those that you drop here."));

  if (self->level == CLOCHE_STATUS_ASLEEP) {
    g_string_append_printf (text, "\n\n%s", _ ("It starts by itself when it is needed."));
    return g_string_free (text, FALSE);
  }

  g_string_append_printf (text, "\n\n%s",
                          uses_kvm (self) ? _ ("The processor keeps it apart (KVM).")
                          : _ ("This computer offers no hardware virtualisation that works, so the machine is emulated: it "
                               "is slower, and the confinement around the emulator is what protects you."));
  if (g_strcmp0 (jail, "full") == 0)
    g_string_append_printf (text, "\n\n%s", _ ("The emulator itself is confined: no network, no home folder, no other "
                                               "programs."));
  else if (g_strcmp0 (jail, "launcher") == 0)
    g_string_append_printf (text, "\n\n%s", _ ("The emulator itself is confined by system call filters only; Bubblewrap "
                                               "does not work here."));

  return g_string_free (text, FALSE);
}

static void
update (ClocheStatus *self)
{
  static const ClocheStatusLevel LEVELS[] = {
    [CLOCHE_MACHINE_STATE_ASLEEP] = CLOCHE_STATUS_ASLEEP,
    [CLOCHE_MACHINE_STATE_STARTING] = CLOCHE_STATUS_STARTING,
    [CLOCHE_MACHINE_STATE_READY] = CLOCHE_STATUS_READY,
  };
  ClocheStatusLevel level = LEVELS[cloche_machine_get_state (self->machine)];
  g_autofree char *summary = NULL;
  g_autofree char *details = NULL;
  gboolean level_changed = self->level != level;

  self->level = level;
  summary = make_summary (self);
  details = make_details (self);
  if (level_changed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LEVEL]);
  if (cloche_set_str (&self->summary, summary))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SUMMARY]);
  if (cloche_set_str (&self->details, details))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DETAILS]);
}

static void
cloche_status_dispose (GObject *object)
{
  ClocheStatus *self = CLOCHE_STATUS (object);

  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  g_clear_object (&self->machine);

  G_OBJECT_CLASS (cloche_status_parent_class)->dispose (object);
}

static void
cloche_status_finalize (GObject *object)
{
  ClocheStatus *self = CLOCHE_STATUS (object);

  g_clear_pointer (&self->summary, g_free);
  g_clear_pointer (&self->details, g_free);

  G_OBJECT_CLASS (cloche_status_parent_class)->finalize (object);
}

static void
cloche_status_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  ClocheStatus *self = CLOCHE_STATUS (object);

  switch (prop_id) {
  case PROP_LEVEL:
    g_value_set_uint (value, self->level);
    break;
  case PROP_SUMMARY:
    g_value_set_string (value, self->summary);
    break;
  case PROP_DETAILS:
    g_value_set_string (value, self->details);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_status_class_init (ClocheStatusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = cloche_status_dispose;
  object_class->finalize = cloche_status_finalize;
  object_class->get_property = cloche_status_get_property;

  /* A ClocheStatusLevel. */
  props[PROP_LEVEL] = g_param_spec_uint ("level", NULL, NULL, 0, CLOCHE_STATUS_READY, 0, flags);
  /* One line for the person. */
  props[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  /* Some sentences for the person. */
  props[PROP_DETAILS] = g_param_spec_string ("details", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cloche_status_init (ClocheStatus *self)
{
}

ClocheStatus *
cloche_status_new (ClocheMachine *machine)
{
  ClocheStatus *self = g_object_new (CLOCHE_TYPE_STATUS, NULL);

  self->machine = g_object_ref (machine);
  g_signal_connect_swapped (machine, "notify", G_CALLBACK (update), self);
  update (self);

  return self;
}

ClocheStatusLevel
cloche_status_get_level (ClocheStatus *self)
{
  g_return_val_if_fail (CLOCHE_IS_STATUS (self), CLOCHE_STATUS_ASLEEP);

  return self->level;
}

const char *
cloche_status_get_summary (ClocheStatus *self)
{
  g_return_val_if_fail (CLOCHE_IS_STATUS (self), "");

  return self->summary;
}

const char *
cloche_status_get_details (ClocheStatus *self)
{
  g_return_val_if_fail (CLOCHE_IS_STATUS (self), "");

  return self->details;
}
