# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""A second program, to drag from and to."""

import itertools
import os
import subprocess

import cloche_e2e as e2e
from gi.repository import GLib


class Partner:
    """Another program, to drag from or to: a window with a file to take and a place to drop. One for each direction: GTK
    4.8 hears nothing of a drag over a window from which something was dragged before."""

    X, Y = 1050, 0

    def __init__(self, folders, path):
        program = os.path.join(os.environ["CLOCHE_TEST_BUILD"], "tests", "e2e", "drag-partner")
        self.process = subprocess.Popen([program, path], env=folders.environment(), stdout=subprocess.PIPE)
        e2e.made.append(self)
        self.lines = []
        self.rest = b""
        GLib.io_add_watch(self.process.stdout, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, self._readable)
        self.wait("ready")
        window = e2e.xdotool("search", "--sync", "--onlyvisible", "--pid", self.process.pid).split()[-1]
        e2e.xdotool("windowmove", window, self.X, self.Y)

    def _readable(self, stream, condition):
        data = os.read(stream.fileno(), 65536)
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.lines += [line.decode() for line in lines]
        return bool(data)

    def said(self, word):
        return [line for line in self.lines if line.split()[0] == word]

    def wait(self, word, least=1, meanwhile=lambda: None):
        """Waits until it has said so many lines that begin with word."""
        def look():
            meanwhile()
            return len(self.said(word)) >= least

        try:
            e2e.wait(f"the other program to say “{word}”", look)
        except e2e.Failure as failure:
            raise e2e.Failure(f"{failure}; it said {self.lines}") from None

    def hover(self, x, y, word, least=1):
        """Holds the mouse over a place, with a hand as steady as a person's: who takes part in a drag hears only of moves,
        and what moved before it was listening is lost to it."""
        places = itertools.cycle((x, x + 2))
        self.wait(word, least, lambda: e2e.xdotool("mousemove", "--sync", next(places), y))

    def drag_out_to(self, x, y):
        """Takes its file and drops it at a place of the screen, as soon as that place has agreed to take it."""
        self.lines.clear()
        e2e.xdotool("mousemove", "--sync", self.X + 100, self.Y + 100, "mousedown", 1)
        for step in (120, 140, 160):
            e2e.xdotool("mousemove", "--sync", self.X + step, self.Y + 100)
        self.wait("dragging")
        self.hover(x, y, "accepted")
        e2e.xdotool("mouseup", 1)
        self.wait("finished")

    def drop_from(self, window, node):
        """Takes something of the window and drops it here. What comes may take its time."""
        x, y = window.centre(node)
        before = len(window.x_windows())
        self.lines.clear()
        e2e.xdotool("mousemove", "--sync", x, y, "mousedown", 1)
        for step in (12, 24, 36):
            e2e.xdotool("mousemove", "--sync", x + step, y)
        e2e.wait("what is dragged to hang at the mouse", lambda: len(window.x_windows()) > before)
        # A second report of where the mouse is comes only after the other side has heard that the first was welcome.
        self.hover(self.X + 290, self.Y + 100, "over", 2)
        e2e.xdotool("mouseup", 1)

    def drag_in_from(self, window, node):
        """Takes something of the window and drops it here; returns the paths of what came."""
        self.drop_from(window, node)
        self.wait("dropped")
        return [line.split(" ", 1)[1] for line in self.said("dropped")]

    def end(self):
        self.process.kill()
        self.process.wait(e2e.DEADLINE_S)
