/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-shape.h"

#include "cloche-json.h"
#include "cloche-machine-error.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

/* vCPUs: the template is made for this host; more do not help one conversation and cost memory in the guest's kernel. */
#define MAX_CPUS 8

/* characters: no version, type or model of QEMU is longer; the manifest that they come from is a file. */
#define MAX_NAME_LENGTH 256

/* Raised whenever a device, its address or an option changes so that older frozen states do not fit any more. */
#define DEVICES_VERSION 1

/* Pinned, so that a newer QEMU has the same machine and can load the states of an older one. */
#define MACHINE_TYPE "pc-q35-7.2"

G_DEFINE_BOXED_TYPE (ClocheMachineShape, cloche_machine_shape,
                     cloche_machine_shape_copy, cloche_machine_shape_free)

/*
 * Which processor the guest sees. Never "host" or "max": a frozen state fits only the processor that it was made on.
 *
 * TCG: x86-64-v2, the least that the guest's numpy runs on, with RDRAND (the kernel's generator is seeded from it) and
 * AES. Without AVX on purpose: TCG emulates wide vectors by helper calls, so that programs which choose their code by
 * CPUID run slower with AVX2 than with SSE 4.2. And without CMPXCHG16B: with two processors QEMU 7.2's emulation of it
 * left a pointer in EFLAGS, and the guest's kernel, which allocates memory with it, died of a double fault.
 *
 * KVM: the same, on the virtual processor that has no erratum work-arounds of a real one, so that it starts on Intel and
 * AMD alike; "enforce" would refuse hosts that lack RDRAND, so it is left out and what is missing is filtered by QEMU.
 * No model offers nested virtualisation: it is attack surface (CVE-2024-50115) and of no use here.
 */
static const char *
cpu_model_for (ClocheAccelerator accelerator)
{
  if (accelerator == CLOCHE_ACCELERATOR_KVM)
    return "qemu64,-svm,-vmx,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+lahf_lm,+aes,+pclmulqdq,+rdrand,+rdseed,"
           "+xsave,+avx,+avx2,+fma,+f16c,+movbe,+bmi1,+bmi2,+abm";

  return "Nehalem-v1,-cx16,+aes,+pclmulqdq,+rdrand,+rdseed,-vmx";
}

/*
 * The guest's kernel. The console is where the reason of a failed boot stands; a machine ends rather than hangs, and takes
 * its first randomness from the processor, since all of it is replaced when a conversation begins.
 *
 * transparent_hugepage=madvise: 2 MiB for what may be 4 KiB are memory of every fork's own; numpy asks for them where they
 * pay. psi, lsm, nowatchdog: accounting, policies and alarms that nobody in the guest reads, on paths that every system
 * call walks; Landlock stays for programs that confine themselves.
 *
 * Emulated, the rest: no processor is there whose speculation the kernel could be read through, and page table isolation
 * would make QEMU forget all addresses twice per system call; the host's clock is what the guest counts. Together with
 * the above: first Python after 738 ms instead of 886, 72 MB instead of 79 (medians of 8 and of 2, taken in turn on a busy
 * computer). The user is root by sudo, so init_on_alloc hides nothing from anybody.
 */
#define KERNEL_ARGUMENTS "console=ttyS0 quiet panic=-1 reboot=t random.trust_cpu=on " \
  "transparent_hugepage=madvise psi=0 lsm=landlock nowatchdog"
#define EMULATED_KERNEL_ARGUMENTS " tsc=reliable mitigations=off init_on_alloc=0"

static const char *
kernel_arguments_for (ClocheAccelerator accelerator)
{
  return accelerator == CLOCHE_ACCELERATOR_KVM ? KERNEL_ARGUMENTS : KERNEL_ARGUMENTS EMULATED_KERNEL_ARGUMENTS;
}

static guint
count_cpus (void)
{
  return (guint) CLAMP (get_nprocs (), 1, MAX_CPUS);
}

/**
 * cloche_machine_shape_new:
 *
 * The shape that a template made now, on this host, has.
 */
ClocheMachineShape *
cloche_machine_shape_new (const char       *qemu_version,
                          ClocheAccelerator accelerator,
                          ClocheMachineSize size)
{
  ClocheMachineShape *self = g_new0 (ClocheMachineShape, 1);

  self->qemu_version = g_strdup (qemu_version);
  self->machine_type = g_strdup (MACHINE_TYPE);
  self->cpu_model = g_strdup (cpu_model_for (accelerator));
  self->kernel_arguments = kernel_arguments_for (accelerator);
  self->accelerator = accelerator;
  self->size = size;
  self->ram_mib = cloche_machine_size_get_ram_mib (size);
  self->cpus = count_cpus ();
  self->devices_version = DEVICES_VERSION;

  return self;
}

ClocheMachineShape *
cloche_machine_shape_copy (const ClocheMachineShape *self)
{
  ClocheMachineShape *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->qemu_version = g_strdup (self->qemu_version);
  copy->machine_type = g_strdup (self->machine_type);
  copy->cpu_model = g_strdup (self->cpu_model);

  return copy;
}

void
cloche_machine_shape_free (ClocheMachineShape *self)
{
  if (self == NULL)
    return;

  g_free (self->qemu_version);
  g_free (self->machine_type);
  g_free (self->cpu_model);
  g_free (self);
}

JsonObject *
cloche_machine_shape_to_json (const ClocheMachineShape *self)
{
  JsonObject *object;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "qemu", self->qemu_version);
  json_object_set_string_member (object, "type", self->machine_type);
  json_object_set_string_member (object, "cpu", self->cpu_model);
  json_object_set_string_member (object, "kernel", self->kernel_arguments);
  json_object_set_string_member (object, "accelerator", cloche_accelerator_to_string (self->accelerator));
  json_object_set_string_member (object, "size", cloche_machine_size_to_string (self->size));
  json_object_set_int_member (object, "ram_mib", self->ram_mib);
  json_object_set_int_member (object, "cpus", self->cpus);
  json_object_set_int_member (object, "devices", self->devices_version);

  return object;
}

/* A word that becomes part of an option of QEMU; a comma in it would add options, which only a processor's may. */
static char *
read_word (JsonObject *object,
           const char *name,
           const char *more_characters)
{
  const char *text = cloche_json_get_string (object, name);

  if (text == NULL || *text == '\0' || strlen (text) > MAX_NAME_LENGTH)
    return NULL;

  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (more_characters, *p) == NULL)
      return NULL;

  return g_strdup (text);
}

/**
 * cloche_machine_shape_from_json:
 * @object: as cloche_machine_shape_to_json() writes it; from a file, so anything may be in it
 *
 * Errors: %CLOCHE_MACHINE_ERROR_BASE_MISMATCH if this program does not know that shape (any more).
 */
ClocheMachineShape *
cloche_machine_shape_from_json (JsonObject *object,
                                GError    **error)
{
  g_autoptr (ClocheMachineShape) self = g_new0 (ClocheMachineShape, 1);

  self->qemu_version = read_word (object, "qemu", "._-+~");
  self->machine_type = read_word (object, "type", ".-_");
  self->cpu_model = read_word (object, "cpu", ".-_+,=");
  self->ram_mib = (guint) CLAMP (cloche_json_get_int (object, "ram_mib", 0), 0, G_MAXINT);
  self->cpus = (guint) CLAMP (cloche_json_get_int (object, "cpus", 0), 0, G_MAXINT);
  self->devices_version = (guint) CLAMP (cloche_json_get_int (object, "devices", 0), 0, G_MAXINT);

  if (self->qemu_version == NULL || g_strcmp0 (self->machine_type, MACHINE_TYPE) != 0 || self->cpu_model == NULL ||
      !cloche_accelerator_from_string (cloche_json_get_string (object, "accelerator"), &self->accelerator) ||
      g_strcmp0 (cloche_json_get_string (object, "kernel"), kernel_arguments_for (self->accelerator)) != 0 ||
      !cloche_machine_size_from_string (cloche_json_get_string (object, "size"), &self->size) ||
      self->ram_mib != cloche_machine_size_get_ram_mib (self->size) ||
      self->cpus < 1 || self->cpus > MAX_CPUS || self->devices_version != DEVICES_VERSION) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_MISMATCH,
                 "The machine that the base was made for is not one of this program's");
    return NULL;
  }

  self->kernel_arguments = kernel_arguments_for (self->accelerator);

  return g_steal_pointer (&self);
}

const char *
cloche_accelerator_to_string (ClocheAccelerator accelerator)
{
  return accelerator == CLOCHE_ACCELERATOR_KVM ? "kvm" : "tcg";
}

/**
 * cloche_accelerator_from_string:
 * @text: (nullable): "kvm" or "tcg", or anything
 *
 * Returns whether @text names one.
 */
gboolean
cloche_accelerator_from_string (const char        *text,
                                ClocheAccelerator *ret_accelerator)
{
  if (g_strcmp0 (text, "kvm") != 0 && g_strcmp0 (text, "tcg") != 0)
    return FALSE;

  *ret_accelerator = *text == 'k' ? CLOCHE_ACCELERATOR_KVM : CLOCHE_ACCELERATOR_TCG;
  return TRUE;
}

static const struct
{
  const char *name;
  guint ram_mib;
} SIZES[] = {
  [CLOCHE_MACHINE_SIZE_SMALL] = { "small", 2048 },
  [CLOCHE_MACHINE_SIZE_NORMAL] = { "normal", 4096 },
  [CLOCHE_MACHINE_SIZE_LARGE] = { "large", 8192 },
};

const char *
cloche_machine_size_to_string (ClocheMachineSize size)
{
  g_return_val_if_fail (size < G_N_ELEMENTS (SIZES), NULL);

  return SIZES[size].name;
}

/**
 * cloche_machine_size_from_string:
 * @text: (nullable): "small", "normal" or "large", or anything
 *
 * Returns whether @text names one.
 */
gboolean
cloche_machine_size_from_string (const char        *text,
                                 ClocheMachineSize *ret_size)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++)
    if (g_strcmp0 (text, SIZES[i].name) == 0) {
      *ret_size = (ClocheMachineSize) i;
      return TRUE;
    }

  return FALSE;
}

/**
 * cloche_machine_size_get_ram_mib:
 *
 * Unit: MiB.
 */
guint
cloche_machine_size_get_ram_mib (ClocheMachineSize size)
{
  g_return_val_if_fail (size < G_N_ELEMENTS (SIZES), 0);

  return SIZES[size].ram_mib;
}
