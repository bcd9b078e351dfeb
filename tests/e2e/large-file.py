#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""A file that is too large to be copied out beforehand is written during the drop: in pieces, where one can see it."""

import os

import cloche_drag as drag
import cloche_e2e as e2e

# bytes; holes, so that the machine has nothing to write, but as long as any other file on its way out.
SIZE = 160 * 1024 ** 2
LONGER = 8 * SIZE


def begin(size):
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, [
        e2e.call("run_shell", command=f"printf begin > big.bin; truncate -s {size} big.bin"), e2e.say("There it is."),
    ])
    window = e2e.talk_with(folders, server)
    window.send("Make a large file")
    window.find(text="There it is.")
    return folders, window, window.find(role="push button", name="Open big.bin")


def peak_bytes(window):
    """The most memory that the window's program has had at once."""
    with open(f"/proc/{window.process.pid}/status", encoding="ascii") as stream:
        return next(int(line.split()[1]) * 1024 for line in stream if line.startswith("VmHWM:"))


def staged(folders):
    """Every file on its way out, or there."""
    return [name for _, _, names in os.walk(os.path.join(folders.root, "cache", "cloche", "files")) for name in names]


def written_during_the_drop():
    folders, window, chip = begin(SIZE)
    e2e.equal("what is copied out before the drop", staged(folders), [])
    before = peak_bytes(window)
    taker = drag.Partner(folders, "/dev/null")
    taker.drop_from(window, chip)
    taker.wait("dropped")
    path = taker.said("dropped")[0].split(" ", 1)[1]
    e2e.equal("name and size of what came", (os.path.basename(path), os.path.getsize(path)), ("big.bin", SIZE))
    with open(path, "rb") as stream:
        e2e.equal("how it begins", stream.read(6), b"begin\0")
    grown = peak_bytes(window) - before
    if grown > SIZE // 2:
        raise e2e.Failure(f"expected the file not to be in memory as a whole, but the program grew by {grown} bytes")
    window.wait_gone(role="progress bar", name="Copying big.bin")
    taker.end()
    window.close()


def cancelled():
    folders, window, chip = begin(LONGER)
    taker = drag.Partner(folders, "/dev/null")
    taker.drop_from(window, chip)
    window.find(role="progress bar", name="Copying big.bin")
    e2e.wait("a part of the file on the disk", lambda: staged(folders))
    window.activate(window.find(role="push button", name="Cancel Copying big.bin"))
    e2e.wait("half a file to be taken away", lambda: not staged(folders))
    window.wait_gone(role="progress bar", name="Copying big.bin")
    e2e.equal("what came", taker.said("dropped"), [])
    taker.end()
    # As if nothing had been.
    window.find(role="push button", name="Open big.bin", fits=e2e.is_sensitive)
    window.close()


e2e.main([written_during_the_drop, cancelled])
