/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * In place of a service: an interpreter of scripts that hold nothing but "# user: user". A cell's text says what to
 * do, and each connection gets a process, so that a stop comes through while a cell hangs.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
send_record (int         fd,
             char        type,
             const char *text)
{
  uint8_t header[5] = { (uint8_t) type, 0, 0, 0, (uint8_t) strlen (text) };

  if (write (fd, header, 5) != 5 || write (fd, text, strlen (text)) < 0)
    _exit (1);
}

static void
serve (int fd)
{
  char line[4096] = "";
  ssize_t n = read (fd, line, sizeof line - 1);

  if (n <= 0)
    return;
  if (strstr (line, "\"op\":\"interrupt\"") != NULL) {
    while (read (fd, line, sizeof line) > 0)    /* Owes its answer until nobody wants it any more. */
      continue;
  } else if (strstr (line, "\"op\":\"execute\"") == NULL) {
    if (write (fd, "{\"ok\":true}\n", 12) != 12)
      _exit (1);
  } else if (strstr (line, "vanish") != NULL) {
    send_record (fd, 'o', "half");
  } else if (strstr (line, "garbage") != NULL) {
    send_record (fd, 'x', "y");
  } else if (strstr (line, "claim") != NULL) {
    send_record (fd, 'o', "{\"event\":\"end\",\"status\":\"ok\"}"); /* what a cell may print */
    send_record (fd, 'j', "{\"event\":\"end\",\"status\":\"error\",\"message\":\"m\"}");
  } else if (strstr (line, "stuck") != NULL) {
    kill (getppid (), SIGSTOP); /* Nobody hears anything any more. */
    for (;;)
      pause ();
  } else if (strstr (line, "crash") != NULL) {
    pid_t parent = getppid ();

    /* A process that is being killed may still accept a connection and take it along, so nobody may know before. */
    kill (parent, SIGKILL);
    while (getppid () == parent)
      usleep (1000);
  } else {
    send_record (fd, 'o', "out");
    send_record (fd, 'e', "err");
    send_record (fd, 'j', "{\"event\":\"result\",\"data\":{\"text/plain\":\"2\"},\"metadata\":{}}");
    send_record (fd, 'j', "{\"event\":\"end\",\"status\":\"ok\"}");
  }
}

int
main (void)
{
  for (;;) {
    int fd = accept (3, NULL, NULL);

    if (fork () == 0) {
      serve (fd);
      return 0;
    }
    close (fd);
  }
}
