# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""Takes the pictures of data/screenshots: the real window, in which the tour runs in a real machine. See screenshots.sh."""

import os
import subprocess
import sys

import cloche_e2e as e2e

TARGET = sys.argv[1]

# pixels: what a window of its own has around it without a window manager; it is cut off.
BORDER = 5


def shoot(window, name):
    """256 colours are enough for a window and half the size. The pointer is put where nothing shows that it is there."""
    e2e.xdotool("mousemove", "--sync", 1590, 990)
    path = os.path.join(TARGET, name + ".png")
    subprocess.run(["import", "-window", window.x_windows()[-1], path], check=True)
    subprocess.run(["mogrify", "-shave", f"{BORDER}x{BORDER}", "+repage", "+dither", "-colors", "256",
                    "-define", "png:compression-level=9", "-strip", path], check=True)


def new_user():
    """With GNOME’s font, which a desktop’s settings choose, and without animations, which a picture could come into."""
    folders = e2e.Folders()
    path = os.path.join(folders.root, "config", "gtk-4.0")
    os.mkdir(path)
    with open(os.path.join(path, "settings.ini"), "w", encoding="utf-8") as stream:
        stream.write("[Settings]\ngtk-font-name=Cantarell 11\ngtk-enable-animations=0\n")
    return folders


def take_tour(window):
    """Asks about the table, on the keyboard's way, and waits for the end."""
    window.activate(window.find(role="push button", name="Take the Tour"))
    window.activate(window.find(role="push button", name="Show me what is in this table"))
    window.find(role="image", name=lambda name: name.startswith("<Figure"))
    window.find(text="That was the tour")
    window.find(role="label", name=lambda name: name.startswith("Ready · isolated ("))


def light():
    window = e2e.Window(new_user())
    window.place(width=1010, height=770)
    window.find(role="push button", name="Take the Tour")
    shoot(window, "start")
    take_tour(window)
    window.place(width=1010, height=1000)
    shoot(window, "tour")


def dark():
    window = e2e.Window(new_user(), {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"})
    window.place(width=1010, height=1000)
    take_tour(window)
    shoot(window, "tour-dark")


def narrow():
    window = e2e.Window(new_user())
    window.place(width=1010, height=770)
    take_tour(window)
    window.place(width=370, height=770)
    shoot(window, "narrow")


def question():
    """A question about the network, and after a no the list of hosts."""
    folders = new_user()
    server = e2e.ModelServer(folders, [e2e.call("run_shell", command="pip install polars"),
                                       e2e.say("Without the network I cannot install it.")])
    window = e2e.Window(folders)
    window.place(width=1010, height=620)
    window.add_server(server.address)
    window.choose_model("script")
    window.send("Compare polars with pandas on my table")
    window.find(role="label", name="Connect to pypi.org?")
    shoot(window, "question")
    e2e.press("alt+n")
    window.find(text="Without the network I cannot install it.")
    window.click(window.find(role="label", name=lambda name: name.startswith("Ready · isolated (")))
    window.activate(window.find(role="push button", name="Network…"))
    window.find(role="label", name=lambda name: name.startswith("Refused · "))
    shoot(window, "network")


e2e.main([light, dark, narrow, question])
