/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qemu-args.h"

/*
 * QEMU's command line, as pure data.
 *
 * Nothing is opened by name: disks, RAM, kernel and channels are descriptors that the caller has opened, so that the jail
 * needs no path of ours and a subverted QEMU has no name to try. Every PCI device has a fixed address: a frozen state
 * fits only the very same bus. Raise DEVICES_VERSION of cloche-machine-shape.c with any change of what the guest sees.
 *
 * Of a booted machine the kernel lives on in RAM, so a fork is not given it: that spares reading it (and the memory for
 * it) at every start. What stays of -kernel in a frozen state is the option ROM that loaded it, so a fork names that.
 */

/* Bytes of translated code, in MiB. The default, a quarter of the host's RAM up to 1 GiB, is touched page by page and
 * never given back, so that there must be an end to it. What runs a browser must fit, or everything is translated again
 * and again (measured: with 64 MiB the first page takes 25 s of processor time, with 256 MiB 13 s, the next click 3.4 s and
 * 2 s); what only computes never touches that much. */
#define TRANSLATION_CACHE_MIB 256

G_GNUC_PRINTF (2, 3)
static void
add (GStrvBuilder *argv,
     const char   *format,
     ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_strv_builder_add (argv, text);
}

static void
add_machine (GStrvBuilder         *argv,
             const ClocheQemuArgs *args)
{
  /* No vmport, HPET or USB, no PC speaker's friends: devices that nothing in the guest uses are attack surface. */
  g_strv_builder_add_many (argv, "-nodefaults", "-no-user-config", "-nographic", "-no-reboot", "-machine", NULL);
  add (argv, "%s,memory-backend=mem,vmport=off,usb=off,smbus=off,sata=off,hpet=off,dump-guest-core=off",
       args->machine_type);

  g_strv_builder_add (argv, "-accel");
  if (args->accelerator == CLOCHE_ACCELERATOR_KVM)
    g_strv_builder_add (argv, "kvm");
  else
    add (argv, "tcg,thread=multi,tb-size=%d", TRANSLATION_CACHE_MIB);

  g_strv_builder_add_many (argv, "-cpu", args->cpu_model, "-m", NULL);
  add (argv, "%uM", args->ram_mib);
  g_strv_builder_add (argv, "-smp");
  add (argv, "%u", args->cpus);
}

static void
add_memory (GStrvBuilder         *argv,
            const ClocheQemuArgs *args)
{
  const char *mode = "share=on";

  if (args->is_fork)
    mode = args->can_map_read_only ? "share=off,readonly=on,rom=off" : "share=off";

  g_strv_builder_add (argv, "-object");
  add (argv, "memory-backend-file,id=mem,size=%uM,mem-path=/proc/self/fd/%d,%s,merge=off,dump=off",
       args->ram_mib, args->ram_fd, mode);
}

static void
add_kernel (GStrvBuilder         *argv,
            const ClocheQemuArgs *args)
{
  if (args->is_fork) {
    if (args->boot_rom != NULL)
      g_strv_builder_add_many (argv, "-option-rom", args->boot_rom, NULL);
    return;
  }

  /* With nothing to boot the firmware resets the machine at once, which ends QEMU: cloche-accelerator.c asks for that. */
  if (args->kernel_fd < 0) {
    g_strv_builder_add_many (argv, "-boot", "reboot-timeout=1", NULL);
    return;
  }

  g_strv_builder_add (argv, "-kernel");
  add (argv, "/proc/self/fd/%d", args->kernel_fd);
  if (args->initrd_fd >= 0) {
    g_strv_builder_add (argv, "-initrd");
    add (argv, "/proc/self/fd/%d", args->initrd_fd);
  }
  if (args->kernel_arguments != NULL)
    g_strv_builder_add_many (argv, "-append", args->kernel_arguments, NULL);
}

static void
add_disk (GStrvBuilder *argv,
          const char   *id,
          int           fd,
          int           fdset,
          int           address,
          gboolean      is_read_only)
{
  if (fd < 0)
    return;

  g_strv_builder_add (argv, "-add-fd");
  add (argv, "fd=%d,set=%d", fd, fdset);

  /* The root is shared by all machines, so no lock may be asked for; raw is named, never guessed (CVE-2026-27211). */
  g_strv_builder_add (argv, "-blockdev");
  if (is_read_only)
    add (argv, "driver=raw,node-name=%s,read-only=on,file.driver=file,file.filename=/dev/fdset/%d,"
         "file.locking=off,file.aio=threads", id, fdset);
  else
    add (argv, "driver=raw,node-name=%s,discard=unmap,file.driver=file,file.filename=/dev/fdset/%d,"
         "file.locking=off,file.discard=unmap,file.aio=threads", id, fdset);

  g_strv_builder_add (argv, "-device");
  add (argv, "virtio-blk-pci,drive=%s,bus=pcie.0,addr=0x%x,num-queues=1", id, address);
}

static void
add_port (GStrvBuilder *argv,
          const char   *id,
          int           fd,
          int           number)
{
  g_strv_builder_add (argv, "-chardev");
  add (argv, "socket,id=%s,fd=%d", id, fd);
  g_strv_builder_add (argv, "-device");
  add (argv, "virtserialport,id=%s-port,bus=ports.0,nr=%d,chardev=%s,name=org.cloche.%s", id, number, id, id);
}

static void
add_channels (GStrvBuilder         *argv,
              const ClocheQemuArgs *args)
{
  g_strv_builder_add (argv, "-chardev");
  add (argv, "socket,id=qmp,fd=%d", args->qmp_fd);
  g_strv_builder_add_many (argv, "-mon", "chardev=qmp,mode=control", "-chardev", NULL);
  add (argv, "socket,id=console,fd=%d", args->console_fd);
  g_strv_builder_add_many (argv, "-serial", "chardev:console",
                           "-device", "virtio-serial-pci,id=ports,bus=pcie.0,addr=0x5,max_ports=4", NULL);
  add_port (argv, "control", args->control_fd, 1);
  add_port (argv, "bulk", args->bulk_fd, 2);
}

/**
 * cloche_qemu_args_build:
 *
 * The whole argv, the program first. Its sandbox is QEMU's own; the jail comes on top of it.
 */
GStrv
cloche_qemu_args_build (const ClocheQemuArgs *args)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();

  g_return_val_if_fail (args != NULL, NULL);

  g_strv_builder_add_many (argv, args->program, "-name", "cloche,process=cloche-qemu", NULL);
  add_machine (argv, args);
  add_memory (argv, args);
  add_kernel (argv, args);
  add_disk (argv, "root", args->root_fd, 1, 0x3, TRUE);
  add_disk (argv, "disk", args->disk_fd, 2, 0x4, FALSE);
  add_channels (argv, args);
  g_strv_builder_add_many (argv, "-device", "vmgenid,guid=auto",
                           "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny", NULL);
  if (args->is_fork)
    g_strv_builder_add_many (argv, "-incoming", "defer", NULL);

  return g_strv_builder_end (argv);
}
