/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qemu-spec.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-machine-error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* What -kernel adds to a machine whose kernel is Linux, and so what a fork of it must have too. */
#define LINUX_BOOT_ROM "linuxboot_dma.bin"

struct _ClocheQemuSpec
{
  GObject parent_instance;

  /* Owned */
  ClocheQemuProgram *program;
  ClocheMachineShape *shape;
  ClocheTemplateMemory *memory; /* (nullable): kept so that it lives as long as the machine */
  char *kernel_arguments;
  char *boot_rom;
  int files[CLOCHE_QEMU_N_FILES];

  ClocheJailForm jail_form;
  gboolean has_jail_form;
  gboolean is_ram_read_only;
};

G_DEFINE_FINAL_TYPE (ClocheQemuSpec, cloche_qemu_spec, G_TYPE_OBJECT)

static void
cloche_qemu_spec_finalize (GObject *object)
{
  ClocheQemuSpec *self = CLOCHE_QEMU_SPEC (object);

  for (gsize i = 0; i < CLOCHE_QEMU_N_FILES; i++)
    cloche_clear_fd (&self->files[i]);
  g_clear_pointer (&self->program, cloche_qemu_program_free);
  g_clear_pointer (&self->shape, cloche_machine_shape_free);
  g_clear_object (&self->memory);
  g_clear_pointer (&self->kernel_arguments, g_free);
  g_clear_pointer (&self->boot_rom, g_free);

  G_OBJECT_CLASS (cloche_qemu_spec_parent_class)->finalize (object);
}

static void
cloche_qemu_spec_class_init (ClocheQemuSpecClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_qemu_spec_finalize;
}

static void
cloche_qemu_spec_init (ClocheQemuSpec *self)
{
  for (gsize i = 0; i < CLOCHE_QEMU_N_FILES; i++)
    self->files[i] = -1;
  self->boot_rom = g_strdup (LINUX_BOOT_ROM);
}

/**
 * cloche_qemu_spec_new:
 *
 * A spec without files, to be filled by cloche_qemu_spec_take_file(). Keeper and forge use the two below.
 */
ClocheQemuSpec *
cloche_qemu_spec_new (const ClocheQemuProgram  *program,
                      const ClocheMachineShape *shape)
{
  ClocheQemuSpec *self;

  g_return_val_if_fail (program != NULL, NULL);
  g_return_val_if_fail (shape != NULL, NULL);

  self = g_object_new (CLOCHE_TYPE_QEMU_SPEC, NULL);
  self->program = cloche_qemu_program_copy (program);
  self->shape = cloche_machine_shape_copy (shape);

  return self;
}

static gboolean
take_base_file (ClocheQemuSpec   *self,
                ClocheQemuFile    file,
                ClocheBaseFolder *base,
                const char       *name,
                GError          **error)
{
  cloche_qemu_spec_take_file (self, file, cloche_base_folder_open_file (base, name, error));

  return cloche_qemu_spec_peek_file (self, file) >= 0;
}

static gboolean
take_duplicate (ClocheQemuSpec *self,
                ClocheQemuFile  file,
                int             fd,
                GError        **error)
{
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  if (copy < 0) {
    cloche_set_errno_error (error, errno, "Could not duplicate a descriptor");
    return FALSE;
  }

  cloche_qemu_spec_take_file (self, file, copy);
  return TRUE;
}

/**
 * cloche_qemu_spec_new_fork:
 * @program: must be the QEMU that made @base
 * @memory: of @base
 * @disk_fd: the conversation's disk, open for reading and writing; duplicated
 *
 * A machine that starts where @base was frozen.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_BASE_MISMATCH if another QEMU made the base; %G_IO_ERROR.
 */
ClocheQemuSpec *
cloche_qemu_spec_new_fork (const ClocheQemuProgram *program,
                           ClocheBaseFolder        *base,
                           ClocheTemplateMemory    *memory,
                           int                      disk_fd,
                           GError                 **error)
{
  g_autoptr (ClocheQemuSpec) self = cloche_qemu_spec_new (program, cloche_base_folder_get_shape (base));

  if (g_strcmp0 (program->version, self->shape->qemu_version) != 0) {
    g_set_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_MISMATCH,
                 "The base was made by QEMU %s, this is QEMU %s", self->shape->qemu_version, program->version);
    return NULL;
  }

  self->memory = g_object_ref (memory);
  self->is_ram_read_only = cloche_template_memory_is_read_only (memory);
  if (!take_duplicate (self, CLOCHE_QEMU_FILE_RAM, cloche_template_memory_peek_fd (memory), error) ||
      !take_duplicate (self, CLOCHE_QEMU_FILE_DISK, disk_fd, error) ||
      !take_base_file (self, CLOCHE_QEMU_FILE_ROOT, base, CLOCHE_BASE_FILE_ROOT, error) ||
      !take_base_file (self, CLOCHE_QEMU_FILE_STATE, base, CLOCHE_BASE_FILE_STATE, error))
    return NULL;

  return g_steal_pointer (&self);
}

static gboolean
take_file_at (ClocheQemuSpec *self,
              ClocheQemuFile  file,
              int             dir_fd,
              const char     *name,
              int             flags,
              GError        **error)
{
  int fd = cloche_open_beneath (dir_fd, name, flags, 0600, error);

  if (fd < 0)
    return FALSE;

  cloche_qemu_spec_take_file (self, file, fd);
  return TRUE;
}

/**
 * cloche_qemu_spec_new_forge:
 * @draft_fd: folder that holds kernel, initrd and root of a base in the making; the file of the RAM is made in it
 * @disk_name: in the same folder, a throw-away copy of the empty disk; the template sees the device, never its content
 *
 * A machine that boots and writes to the RAM file.
 */
ClocheQemuSpec *
cloche_qemu_spec_new_forge (const ClocheQemuProgram  *program,
                            const ClocheMachineShape *shape,
                            int                       draft_fd,
                            const char               *disk_name,
                            GError                  **error)
{
  g_autoptr (ClocheQemuSpec) self = cloche_qemu_spec_new (program, shape);

  if (!take_file_at (self, CLOCHE_QEMU_FILE_KERNEL, draft_fd, CLOCHE_BASE_FILE_KERNEL, O_RDONLY, error) ||
      !take_file_at (self, CLOCHE_QEMU_FILE_INITRD, draft_fd, CLOCHE_BASE_FILE_INITRD, O_RDONLY, error) ||
      !take_file_at (self, CLOCHE_QEMU_FILE_ROOT, draft_fd, CLOCHE_BASE_FILE_ROOT, O_RDONLY, error) ||
      !take_file_at (self, CLOCHE_QEMU_FILE_DISK, draft_fd, disk_name, O_RDWR, error) ||
      !take_file_at (self, CLOCHE_QEMU_FILE_RAM, draft_fd, CLOCHE_BASE_FILE_RAM, O_RDWR | O_CREAT | O_TRUNC, error))
    return NULL;

  if (ftruncate (self->files[CLOCHE_QEMU_FILE_RAM], (off_t) shape->ram_mib * 1024 * 1024) < 0) {
    cloche_set_errno_error (error, errno, "Could not make the template's memory");
    return NULL;
  }

  return g_steal_pointer (&self);
}

const ClocheQemuProgram *
cloche_qemu_spec_get_program (ClocheQemuSpec *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), NULL);

  return self->program;
}

const ClocheMachineShape *
cloche_qemu_spec_get_shape (ClocheQemuSpec *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), NULL);

  return self->shape;
}

const char *
cloche_qemu_spec_get_kernel_arguments (ClocheQemuSpec *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), NULL);

  return self->kernel_arguments;
}

void
cloche_qemu_spec_set_kernel_arguments (ClocheQemuSpec *self,
                                       const char     *arguments)
{
  g_return_if_fail (CLOCHE_IS_QEMU_SPEC (self));

  g_free (self->kernel_arguments);
  self->kernel_arguments = g_strdup (arguments);
}

const char *
cloche_qemu_spec_get_boot_rom (ClocheQemuSpec *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), NULL);

  return self->boot_rom;
}

/**
 * cloche_qemu_spec_set_boot_rom:
 * @boot_rom: QEMU's option ROM that loaded the template's kernel; that of Linux unless set
 */
void
cloche_qemu_spec_set_boot_rom (ClocheQemuSpec *self,
                               const char     *boot_rom)
{
  g_return_if_fail (CLOCHE_IS_QEMU_SPEC (self));

  g_free (self->boot_rom);
  self->boot_rom = g_strdup (boot_rom);
}

/**
 * cloche_qemu_spec_get_jail_form:
 *
 * Returns whether one form was demanded; else the strongest that works is taken.
 */
gboolean
cloche_qemu_spec_get_jail_form (ClocheQemuSpec *self,
                                ClocheJailForm *ret_form)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), FALSE);

  if (self->has_jail_form)
    *ret_form = self->jail_form;

  return self->has_jail_form;
}

void
cloche_qemu_spec_set_jail_form (ClocheQemuSpec *self,
                                ClocheJailForm  form)
{
  g_return_if_fail (CLOCHE_IS_QEMU_SPEC (self));

  self->jail_form = form;
  self->has_jail_form = TRUE;
}

gboolean
cloche_qemu_spec_is_ram_read_only (ClocheQemuSpec *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), FALSE);

  return self->is_ram_read_only;
}

/**
 * cloche_qemu_spec_set_ram_read_only:
 * @is_read_only: whether the RAM of a fork is a read-only descriptor, which QEMU ≥ 8.2 takes
 */
void
cloche_qemu_spec_set_ram_read_only (ClocheQemuSpec *self,
                                    gboolean        is_read_only)
{
  g_return_if_fail (CLOCHE_IS_QEMU_SPEC (self));

  self->is_ram_read_only = is_read_only;
}

gboolean
cloche_qemu_spec_is_fork (ClocheQemuSpec *self)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), FALSE);

  return self->files[CLOCHE_QEMU_FILE_STATE] >= 0;
}

/**
 * cloche_qemu_spec_peek_file:
 *
 * Returns a descriptor that the spec owns, or -1.
 */
int
cloche_qemu_spec_peek_file (ClocheQemuSpec *self,
                            ClocheQemuFile  file)
{
  g_return_val_if_fail (CLOCHE_IS_QEMU_SPEC (self), -1);
  g_return_val_if_fail (file < CLOCHE_QEMU_N_FILES, -1);

  return self->files[file];
}

void
cloche_qemu_spec_take_file (ClocheQemuSpec *self,
                            ClocheQemuFile  file,
                            int             fd)
{
  g_return_if_fail (CLOCHE_IS_QEMU_SPEC (self));
  g_return_if_fail (file < CLOCHE_QEMU_N_FILES);

  cloche_clear_fd (&self->files[file]);
  self->files[file] = fd;
}
