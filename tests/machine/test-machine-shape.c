/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-error.h"
#include "cloche-machine-shape.h"

#include <string.h>

static JsonObject *
new_object (ClocheAccelerator accelerator)
{
  g_autoptr (ClocheMachineShape) shape = cloche_machine_shape_new ("7.2.22", accelerator, CLOCHE_MACHINE_SIZE_NORMAL);

  return cloche_machine_shape_to_json (shape);
}

static void
test_round_trip (void)
{
  g_autoptr (JsonObject) object = new_object (CLOCHE_ACCELERATOR_KVM);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMachineShape) shape = cloche_machine_shape_from_json (object, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (shape->qemu_version, ==, "7.2.22");
  g_assert_cmpint (shape->accelerator, ==, CLOCHE_ACCELERATOR_KVM);
  g_assert_cmpstr (shape->kernel_arguments, ==, json_object_get_string_member (object, "kernel"));
}

/* What only an emulated machine can do without: a real processor's speculation must be guarded against. */
static void
test_mitigations (void)
{
  g_autoptr (JsonObject) emulated = new_object (CLOCHE_ACCELERATOR_TCG);
  g_autoptr (JsonObject) real = new_object (CLOCHE_ACCELERATOR_KVM);

  g_assert_nonnull (strstr (json_object_get_string_member (emulated, "kernel"), "mitigations=off"));
  g_assert_null (strstr (json_object_get_string_member (real, "kernel"), "mitigations"));
}

/* A base whose kernel was started otherwise is made anew, not woken. */
static void
test_foreign (void)
{
  static const char *const members[] = { "kernel", "cpu", "type", "accelerator", "size" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autoptr (JsonObject) object = new_object (CLOCHE_ACCELERATOR_TCG);
    g_autoptr (GError) error = NULL;

    json_object_set_string_member (object, members[i], "console=ttyS0,foreign");
    if (strcmp (members[i], "cpu") == 0)
      json_object_set_string_member (object, "cpu", "Nehalem -drive file=/etc/shadow");
    g_assert_null (cloche_machine_shape_from_json (object, &error));
    g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_MISMATCH);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/shape/round-trip", test_round_trip);
  g_test_add_func ("/machine/shape/mitigations", test_mitigations);
  g_test_add_func ("/machine/shape/foreign", test_foreign);

  return g_test_run ();
}
