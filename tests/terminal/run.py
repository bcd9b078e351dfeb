# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""make run where no display can be used, whatever the variables say: the tour in the terminal."""

import os
import re
import subprocess

from cloche_terminal import expect, expect_in, main

BUILD = os.environ["CLOCHE_TEST_BUILD"]
TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")


def without_display(person):
    images = os.path.join(os.path.dirname(os.path.realpath(os.environ["CLOCHE_TEST_BASES"])), "images")
    if os.path.isdir(images):
        os.symlink(images, os.path.join(person.cloche, "images"))
    env = {**person.env, "BUILD": BUILD, "YES": "1", "DISPLAY": ":7777", "WAYLAND_DISPLAY": "nowhere"}
    env["CLOCHE_TOUR_OUTPUT"] = person.path("shown")
    for name in ("CLOCHE_LIBEXECDIR", "CLOCHE_PKGDATADIR", "XDG_RUNTIME_DIR"):
        env.pop(name, None)
    done = subprocess.run([os.path.join(TOOLS, "run.sh")], env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    expect(done.returncode == 0, f"status 0, not {done.returncode}:\n{done.stdout}")
    expect_in("There is no display that can be used", done.stdout)
    transcript = re.search(r"^Transcript: (.*)$", done.stdout, re.MULTILINE).group(1)
    with open(transcript, encoding="utf-8") as stream:
        expect_in("365 rows", stream.read())
    expect(os.stat(os.path.join(person.path("shown"), "chart.png")).st_size > 1000, "a chart")


main(without_display)
