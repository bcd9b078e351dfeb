/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "test-network.h"

#include <unistd.h>

/* enter-test-network COMMAND…: runs a program in the network of test-network.c, where nothing leads to the real one. */
int
main (int    argc,
      char **argv)
{
  if (argc < 2)
    g_error ("Say what to run.");
  if (!test_network_enter ())
    g_error ("This test needs namespaces of its own, which this system does not let an ordinary user have.");

  execvp (argv[1], argv + 1);
  g_error ("%s could not be run.", argv[1]);
}
