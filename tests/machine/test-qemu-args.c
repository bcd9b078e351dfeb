/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qemu-args.h"

#include <string.h>

static const ClocheQemuArgs BOOT = {
  .program = "/usr/bin/qemu",
  .machine_type = "pc-q35-7.2",
  .cpu_model = "Nehalem-v1,-vmx",
  .accelerator = CLOCHE_ACCELERATOR_TCG,
  .ram_mib = 4096,
  .cpus = 2,
  .ram_fd = 7,
  .root_fd = 8,
  .disk_fd = 9,
  .kernel_fd = 10,
  .initrd_fd = 11,
  .kernel_arguments = "quiet a=b",
  .boot_rom = "linuxboot_dma.bin",
  .qmp_fd = 3,
  .control_fd = 4,
  .bulk_fd = 5,
  .console_fd = 6,
};

static char *
build_line (const ClocheQemuArgs *args)
{
  g_auto (GStrv) argv = cloche_qemu_args_build (args);

  return g_strjoinv (" ", argv);
}

static void
assert_has (const char *line,
            const char *part)
{
  if (strstr (line, part) == NULL)
    g_error ("“%s” is not in “%s”", part, line);
}

static void
assert_lacks (const char *line,
              const char *part)
{
  if (strstr (line, part) != NULL)
    g_error ("“%s” is in “%s”", part, line);
}

/* Frozen states fit only this: a change here is a change of DEVICES_VERSION in cloche-machine-shape.c. */
static void
test_devices (void)
{
  g_auto (GStrv) argv = cloche_qemu_args_build (&BOOT);
  g_autoptr (GString) devices = g_string_new (NULL);

  for (gsize i = 0; argv[i] != NULL; i++)
    if (g_str_equal (argv[i], "-device") || g_str_equal (argv[i], "-machine") || g_str_equal (argv[i], "-serial"))
      g_string_append_printf (devices, "%s\n", argv[i + 1]);

  g_assert_cmpstr (devices->str, ==,
                   "pc-q35-7.2,memory-backend=mem,vmport=off,usb=off,smbus=off,sata=off,hpet=off,dump-guest-core=off\n"
                   "virtio-blk-pci,drive=root,bus=pcie.0,addr=0x3,num-queues=1\n"
                   "virtio-blk-pci,drive=disk,bus=pcie.0,addr=0x4,num-queues=1\n"
                   "chardev:console\n"
                   "virtio-serial-pci,id=ports,bus=pcie.0,addr=0x5,max_ports=4\n"
                   "virtserialport,id=control-port,bus=ports.0,nr=1,chardev=control,name=org.cloche.control\n"
                   "virtserialport,id=bulk-port,bus=ports.0,nr=2,chardev=bulk,name=org.cloche.bulk\n"
                   "vmgenid,guid=auto\n");
}

static void
test_boot (void)
{
  g_autofree char *line = build_line (&BOOT);

  g_assert_true (g_str_has_prefix (line, "/usr/bin/qemu -name cloche,process=cloche-qemu -nodefaults -no-user-config "));
  assert_has (line, " -cpu Nehalem-v1,-vmx -m 4096M -smp 2 ");
  assert_has (line, " -accel tcg,thread=multi,tb-size=");
  assert_has (line, "memory-backend-file,id=mem,size=4096M,mem-path=/proc/self/fd/7,share=on,");
  assert_has (line, " -kernel /proc/self/fd/10 -initrd /proc/self/fd/11 -append quiet a=b ");
  assert_lacks (line, "-option-rom");
  assert_lacks (line, "-incoming");
}

static void
test_fork (void)
{
  ClocheQemuArgs args = BOOT;
  g_autofree char *line = NULL;
  g_autofree char *read_only_line = NULL;

  args.is_fork = TRUE;
  args.kernel_fd = -1;
  args.initrd_fd = -1;
  line = build_line (&args);
  assert_has (line, "mem-path=/proc/self/fd/7,share=off,merge=off");
  assert_has (line, " -option-rom linuxboot_dma.bin ");
  g_assert_true (g_str_has_suffix (line, " -incoming defer"));
  assert_lacks (line, "-kernel");
  assert_lacks (line, "-append");

  args.can_map_read_only = TRUE;
  read_only_line = build_line (&args);
  assert_has (read_only_line, "mem-path=/proc/self/fd/7,share=off,readonly=on,rom=off,merge=off");
}

/* Only the draft's own QEMU may write to its RAM. */
static void
test_no_shared_fork (void)
{
  for (int i = 0; i < 4; i++) {
    ClocheQemuArgs args = BOOT;
    g_autofree char *line = NULL;

    args.is_fork = TRUE;
    args.can_map_read_only = (i & 1) != 0;
    args.accelerator = (i & 2) != 0 ? CLOCHE_ACCELERATOR_KVM : CLOCHE_ACCELERATOR_TCG;
    line = build_line (&args);
    assert_lacks (line, "share=on");
  }
}

static void
test_nothing_to_boot (void)
{
  ClocheQemuArgs args = BOOT;
  g_autofree char *line = NULL;

  args.kernel_fd = args.initrd_fd = args.root_fd = args.disk_fd = -1;
  args.accelerator = CLOCHE_ACCELERATOR_KVM;
  line = build_line (&args);
  assert_has (line, " -accel kvm ");
  assert_has (line, " -boot reboot-timeout=1 ");
  assert_lacks (line, "-kernel");
  assert_lacks (line, "virtio-blk");
}

/* What must be there, and what must not, in every machine: no network, no host folder, no path of ours. */
static void
test_confinement (void)
{
  static const char *const NEVER[] = {
    "-netdev", "-nic", "-net ", "virtio-net", "9p", "virtiofs", "vhost", "-fsdev", "-drive", "qcow", "-vnc", "-spice",
    "path=/tmp", "server=on", "balloon", "-hda", "-monitor", "-qmp", "cpu host", "cpu max",
  };

  for (int is_fork = 0; is_fork < 2; is_fork++) {
    ClocheQemuArgs args = BOOT;
    g_autofree char *line = NULL;

    args.is_fork = is_fork;
    line = build_line (&args);
    assert_has (line, " -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    assert_has (line, " -add-fd fd=8,set=1 -blockdev driver=raw,node-name=root,read-only=on,");
    assert_has (line, " -add-fd fd=9,set=2 -blockdev driver=raw,node-name=disk,discard=unmap,");
    assert_has (line, " -chardev socket,id=qmp,fd=3 -mon chardev=qmp,mode=control ");
    assert_has (line, " -no-reboot ");
    for (gsize i = 0; i < G_N_ELEMENTS (NEVER); i++)
      assert_lacks (line, NEVER[i]);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/qemu-args/devices", test_devices);
  g_test_add_func ("/machine/qemu-args/boot", test_boot);
  g_test_add_func ("/machine/qemu-args/fork", test_fork);
  g_test_add_func ("/machine/qemu-args/no-shared-fork", test_no_shared_fork);
  g_test_add_func ("/machine/qemu-args/nothing-to-boot", test_nothing_to_boot);
  g_test_add_func ("/machine/qemu-args/confinement", test_confinement);

  return g_test_run ();
}
