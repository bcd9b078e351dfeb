/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 *
 * The smallest guest that has what a machine of Cloche has: a console and the two agent ports. 32-bit, no operating
 * system, started by QEMU's -kernel as a multiboot image (Multiboot Specification 0.6.96). It drives the virtio console
 * through its legacy interface (Virtio 1.0, sections 4.1.4.8 and 5.3), says the wire's hello line on each port and then
 * answers every byte on a port:
 *
 *   '+'  adds one to a number in memory and answers it as a digit and a line feed
 *   'd'  dirties 4 MiB of memory, answers "d\n"
 *   'q'  switches the machine off
 *
 * so that a test sees whether memory was kept, shared or copied.
 */
#include <stdint.h>

#define MULTIBOOT_MAGIC 0x1badb002u
#define QUEUE_COUNT 8           /* rx and tx of port 0, of control, and of ports 1 and 2 */
#define QUEUE_MAX 256           /* entries: more than any queue of QEMU's console device has */
#define BUFFER_BYTES 64

enum { DEVICE_READY, PORT_ADD, PORT_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME };

struct desc { uint64_t address; uint32_t length; uint16_t flags, next; };
struct control { uint32_t id; uint16_t event, value; };

struct queue
{
  uint8_t ring[3 * 4096] __attribute__ ((aligned (4096)));      /* descriptors, available, used: section 2.4.2 */
  uint8_t buffer[4][BUFFER_BYTES];
  uint16_t size;
  uint16_t used_seen;
};

__attribute__ ((section (".multiboot"), used, aligned (4)))
static const uint32_t multiboot_header[] = { MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC };

static struct queue queues[QUEUE_COUNT];
static uint8_t stack[16384] __attribute__ ((used, aligned (16)));
static volatile uint8_t ballast[4 * 1024 * 1024];
static uint16_t io_base;
static unsigned number;

void guest_main (void);

__asm__ (".globl _start\n_start:\n  cli\n  movl $stack + 16384, %esp\n  call guest_main\n1: hlt\n  jmp 1b\n");

static void
out8 (uint16_t port,
      uint8_t  value)
{
  __asm__ volatile ("outb %0, %1" : : "a" (value), "Nd" (port));
}
static void
out16 (uint16_t port,
       uint16_t value)
{
  __asm__ volatile ("outw %0, %1" : : "a" (value), "Nd" (port));
}
static void
out32 (uint16_t port,
       uint32_t value)
{
  __asm__ volatile ("outl %0, %1" : : "a" (value), "Nd" (port));
}
static uint16_t
in16 (uint16_t port)
{
  uint16_t v; __asm__ volatile ("inw %1, %0" : "=a" (v) : "Nd" (port)); return v;
}
static uint32_t
in32 (uint16_t port)
{
  uint32_t v; __asm__ volatile ("inl %1, %0" : "=a" (v) : "Nd" (port)); return v;
}

static void
print (const char *text)
{
  for (; *text != '\0'; text++)
    out8 (0x3f8, (uint8_t) *text);
}

static uint32_t
pci_read (unsigned device,
          unsigned offset)
{
  out32 (0xcf8, 0x80000000u | device << 11 | offset);
  return in32 (0xcfc);
}

static struct desc *
descriptors (struct queue *q)
{
  return (struct desc *) q->ring;
}

static volatile uint16_t *
available (struct queue *q)
{
  return (volatile uint16_t *) (q->ring + 16 * q->size);
}

/* flags, index, then pairs of 32-bit id and length; on the next page border after the available ring. */
static volatile uint16_t *
used (struct queue *q)
{
  return (volatile uint16_t *) (q->ring + ((16u * q->size + 2u * (3u + q->size) + 4095u) & ~4095u));
}

static void
set_up_queue (unsigned n)
{
  out16 (io_base + 14, n);
  queues[n].size = in16 (io_base + 12);
  if (queues[n].size != 0 && queues[n].size <= QUEUE_MAX)
    out32 (io_base + 8, (uint32_t) queues[n].ring >> 12);
}

static void
offer (unsigned n,
       unsigned slot,
       unsigned length,
       unsigned flags)
{
  struct queue *q = &queues[n];
  volatile uint16_t *avail = available (q);

  descriptors (q)[slot] = (struct desc) { (uint32_t) q->buffer[slot], length, flags, 0 };
  avail[2 + avail[1] % q->size] = slot;
  __sync_synchronize ();
  avail[1]++;
  __sync_synchronize ();
  out16 (io_base + 16, n);
}

static void
offer_input (unsigned n)
{
  for (unsigned slot = 0; slot < 4; slot++)
    offer (n, slot, BUFFER_BYTES, 2);
}

/* The slot and length of the next used buffer, or -1. */
static int
take (unsigned  n,
      unsigned *length)
{
  struct queue *q = &queues[n];
  volatile uint16_t *u = used (q);
  volatile uint32_t *entry;

  if (q->size == 0 || u[1] == q->used_seen)
    return -1;
  entry = (volatile uint32_t *) (u + 2) + 2 * (q->used_seen % q->size);
  q->used_seen++;
  *length = entry[1];
  return (int) entry[0];
}

static void
send (unsigned    n,
      const void *bytes,
      unsigned    length)
{
  unsigned ignored;

  for (unsigned i = 0; i < length; i++)
    queues[n].buffer[0][i] = ((const uint8_t *) bytes)[i];
  offer (n, 0, length, 0);
  while (take (n, &ignored) < 0)
    __asm__ volatile ("pause");
}

static void
tell (uint32_t id,
      uint16_t event)
{
  struct control message = { id, event, 1 };

  send (3, &message, sizeof message);
}

static void
control_received (const struct control *message)
{
  if (message->event == PORT_ADD)
    tell (message->id, PORT_READY);
  if (message->event == PORT_NAME) {
    tell (message->id, PORT_OPEN);
    offer_input (2 + 2 * message->id);
    if (message->id == 1)
      send (3 + 2 * message->id, "CLOCHE 1 control\n", 17);
    else
      send (3 + 2 * message->id, "CLOCHE 1 bulk\n", 14);
  }
}

static void
byte_received (unsigned port,
               uint8_t  byte)
{
  char answer[2] = { (char) byte, '\n' };

  if (byte == '+')
    answer[0] = (char) ('0' + ++number % 10);
  if (byte == 'd')
    for (unsigned i = 0; i < sizeof ballast; i += 4096)
      ballast[i]++;
  if (byte == 'q')
    out16 (0x604, 0x2000);      /* q35's ACPI PM1a control: S5. */
  send (3 + 2 * port, answer, 2);
}

static int
find_console (void)
{
  for (unsigned device = 0; device < 32; device++)
    if (pci_read (device, 0) == 0x10031af4) {
      io_base = pci_read (device, 0x10) & ~3u;
      out32 (0xcf8, 0x80000000u | device << 11 | 4);
      out16 (0xcfc, 0x0005);                    /* I/O and bus mastering on */
      return 1;
    }
  return 0;
}

static void
start_console (void)
{
  out8 (io_base + 18, 0);
  out8 (io_base + 18, 3);                       /* acknowledge, driver */
  out32 (io_base + 4, 1u << 1);                 /* VIRTIO_CONSOLE_F_MULTIPORT */
  for (unsigned n = 0; n < QUEUE_COUNT; n++)
    set_up_queue (n);
  out8 (io_base + 18, 7);                       /* driver ok */
  offer_input (2);
  tell (0xffffffffu, DEVICE_READY);
}

void
guest_main (void)
{
  print ("tiny guest\n");
  if (!find_console ()) {
    print ("no console device\n");
    return;
  }
  start_console ();

  for (;;) {
    for (unsigned n = 2; n < QUEUE_COUNT; n += 2) {
      unsigned length;
      int slot = take (n, &length);

      if (slot < 0)
        continue;
      if (n == 2)
        control_received ((const struct control *) queues[n].buffer[slot]);
      else
        for (unsigned i = 0; i < length; i++)
          byte_received (n / 2 - 1, queues[n].buffer[slot][i]);
      offer (n, (unsigned) slot, BUFFER_BYTES, 2);
    }
    __asm__ volatile ("pause");
  }
}
