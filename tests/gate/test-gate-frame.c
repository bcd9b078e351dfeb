/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-frame.h"

#include <string.h>

static void
write_open (guint8 *bytes)
{
  ClocheGateFrame frame = {
    .kind = CLOCHE_GATE_FRAME_OPEN, .id = G_GUINT64_CONSTANT (0x0102030405060708), .port = 443,
    .name = "example.com", .program = "curl",
  };

  cloche_gate_frame_write (&frame, bytes);
}

static void
test_round_trip (void)
{
  static const ClocheGateFrame FRAMES[] = {
    { .kind = CLOCHE_GATE_FRAME_OPEN, .id = G_MAXUINT64, .port = 65535, .name = "a" },
    { .kind = CLOCHE_GATE_FRAME_CLOSE, .id = 0 },
    { .kind = CLOCHE_GATE_FRAME_OPENED, .id = 7 },
    { .kind = CLOCHE_GATE_FRAME_REFUSED, .id = 7, .reason = CLOCHE_EGRESS_REASON_MODE_OFF },
    { .kind = CLOCHE_GATE_FRAME_RESET, .id = 7, .reason = CLOCHE_EGRESS_REASON_STOPPED },
    { .kind = CLOCHE_GATE_FRAME_GUARD, .id = 7 },
  };
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES];

  for (gsize i = 0; i < G_N_ELEMENTS (FRAMES); i++) {
    g_autoptr (GError) error = NULL;
    ClocheGateFrame frame;

    cloche_gate_frame_write (&FRAMES[i], bytes);
    g_assert_true (cloche_gate_frame_read (bytes, sizeof bytes, &frame, &error));
    g_assert_no_error (error);
    g_assert_cmpint (frame.kind, ==, FRAMES[i].kind);
    g_assert_cmpuint (frame.id, ==, FRAMES[i].id);
    g_assert_cmpuint (frame.port, ==, FRAMES[i].port);
    g_assert_cmpint (frame.reason, ==, FRAMES[i].reason);
    g_assert_cmpstr (frame.name, ==, FRAMES[i].name);
  }
}

static void
test_layout (void)
{
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES];

  write_open (bytes);
  g_assert_cmpmem (bytes, 24, "CGF1\1\0\0\0\10\7\6\5\4\3\2\1\273\1\0\0\0\0\0\0", 24);
  g_assert_cmpstr ((char *) bytes + 24, ==, "example.com");
  g_assert_cmpstr ((char *) bytes + 280, ==, "curl");
}

static void
assert_refused (const guint8 *bytes,
                gsize         length)
{
  g_autoptr (GError) error = NULL;
  ClocheGateFrame frame;

  g_assert_false (cloche_gate_frame_read (bytes, length, &frame, &error));
  g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_PROTOCOL);
}

static void
test_hostile (void)
{
  static const struct { gsize offset; guint8 value; } CHANGES[] = {
    { 0, 'X' }, { 3, '2' }, { 4, 0 }, { 4, 6 }, { 5, 1 }, { 7, 0x80 }, { 4, CLOCHE_GATE_FRAME_CLOSE },
    { 4, CLOCHE_GATE_FRAME_REFUSED },
    { 18, 1 }, { 19, 1 },
    { 20, 1 }, { 23, 1 }, { 24, 0 }, { 36, 'x' }, { 279, 'x' }, { 285, 'x' }, { 343, 'x' },
  };
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES + 1] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (CHANGES); i++) {
    write_open (bytes);
    bytes[CHANGES[i].offset] = CHANGES[i].value;
    assert_refused (bytes, CLOCHE_GATE_FRAME_BYTES);
  }

  write_open (bytes);
  for (gsize length = 0; length < CLOCHE_GATE_FRAME_BYTES; length++)
    assert_refused (bytes, length);
  assert_refused (bytes, CLOCHE_GATE_FRAME_BYTES + 1);

  bytes[16] = bytes[17] = 0;
  assert_refused (bytes, CLOCHE_GATE_FRAME_BYTES);

  write_open (bytes);
  memset (bytes + 24, 'a', 256);
  assert_refused (bytes, CLOCHE_GATE_FRAME_BYTES);

  write_open (bytes);
  memset (bytes + 280, 'a', 64);
  assert_refused (bytes, CLOCHE_GATE_FRAME_BYTES);
}

static void
test_reasons (void)
{
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES];
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_REFUSED, .id = 1 };

  for (guint reason = 0; reason < 0x10000; reason++) {
    ClocheGateFrame read;

    frame.reason = (ClocheEgressReason) reason;
    cloche_gate_frame_write (&frame, bytes);
    g_assert_cmpint (cloche_gate_frame_read (bytes, sizeof bytes, &read, NULL), ==,
                     reason > 0 && reason < CLOCHE_EGRESS_N_REASONS);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/frame/round-trip", test_round_trip);
  g_test_add_func ("/gate/frame/layout", test_layout);
  g_test_add_func ("/gate/frame/hostile", test_hostile);
  g_test_add_func ("/gate/frame/reasons", test_reasons);

  return g_test_run ();
}
