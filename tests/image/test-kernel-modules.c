/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-error.h"
#include "cloche-kernel-modules.h"

static const char DEPENDENCIES[] =
  "kernel/drivers/block/virtio_blk.ko.xz:\n"
  "kernel/fs/erofs/erofs.ko.xz: kernel/lib/libcrc32c.ko.xz kernel/fs/netfs/netfs.ko.xz kernel/lib/deep.ko.xz\n"
  "kernel/lib/libcrc32c.ko.xz:\n"
  "kernel/fs/ext4/ext4-old.ko.xz: kernel/lib/libcrc32c.ko.xz\n";
static const char BUILTIN[] = "kernel/drivers/virtio/virtio_pci.ko\nkernel/fs/fuse/fuse.ko\n";

static void
test_order (void)
{
  const char *const names[] = { "virtio-pci", "erofs", "virtio_blk", "ext4_old", "erofs", NULL };
  const char *const expected[] = {
    "kernel/lib/deep.ko.xz", "kernel/fs/netfs/netfs.ko.xz", "kernel/lib/libcrc32c.ko.xz", "kernel/fs/erofs/erofs.ko.xz",
    "kernel/drivers/block/virtio_blk.ko.xz", "kernel/fs/ext4/ext4-old.ko.xz",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = cloche_kernel_modules_resolve (DEPENDENCIES, BUILTIN, names, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (paths->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < paths->len; i++)
    g_assert_cmpstr (g_ptr_array_index (paths, i), ==, expected[i]);
}

static void
test_unknown (void)
{
  const char *const names[] = { "erofs", "no_such", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (cloche_kernel_modules_resolve (DEPENDENCIES, BUILTIN, names, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/kernel-modules/order", test_order);
  g_test_add_func ("/image/kernel-modules/unknown", test_unknown);

  return g_test_run ();
}
