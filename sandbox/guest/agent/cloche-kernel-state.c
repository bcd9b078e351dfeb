/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-kernel-state.h"

#include "cloche-alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* us: 2020 and 2100; a clock outside of them is a mistake, and certificates would all look wrong. */
#define EARLIEST_US (1577836800ll * 1000000)
#define LATEST_US (4102444800ll * 1000000)

int
cloche_kernel_state_stir (const uint8_t *bytes,
                          size_t         length)
{
  struct rand_pool_info *info = cloche_new (sizeof *info + length);
  int fd = open ("/dev/urandom", O_RDWR | O_CLOEXEC);
  int result = 0;

  memcpy (info->buf, bytes, length);
  info->buf_size = (int) length;
  info->entropy_count = (int) length * 8;
  /* A write to the device would be mixed in but not counted, and the generators would go on repeating themselves. */
  if (fd < 0 || ioctl (fd, RNDADDENTROPY, info) < 0 || ioctl (fd, RNDRESEEDCRNG) < 0)
    result = -errno;
  if (fd >= 0)
    (void) close (fd);
  explicit_bzero (info, sizeof *info + length);
  free (info);
  return result;
}

int
cloche_kernel_state_set_clock_us (int64_t realtime_us)
{
  struct timespec now = { .tv_sec = realtime_us / 1000000, .tv_nsec = realtime_us % 1000000 * 1000 };

  if (realtime_us < EARLIEST_US || realtime_us > LATEST_US)
    return -EINVAL;
  return clock_settime (CLOCK_REALTIME, &now) < 0 ? -errno : 0;
}
