# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""Takes the pictures of data/screenshots: the real window in each of its states, with real machines. See screenshots.sh."""

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


def tour():
    window = e2e.Window(new_user())
    window.place(width=1010, height=770)
    window.find(role="push button", name="Take the Tour")
    shoot(window, "start")
    take_tour(window)
    window.place(width=1010, height=1000)
    shoot(window, "tour")
    window.place(width=370, height=770)
    shoot(window, "narrow")
    window.place(width=1010, height=1000)
    window.activate(window.find(role="push button", name="Open this page and read the prices", fits=e2e.is_sensitive))
    window.find(role="image", name="Picture")
    window.find(text="That was the tour", fits=lambda node: len(window.find_all(text="That was the tour")) > 1)
    shoot(window, "browser")


def dark():
    window = e2e.Window(new_user(), {"ADW_DEBUG_COLOR_SCHEME": "prefer-dark"})
    window.place(width=1010, height=1000)
    take_tour(window)
    shoot(window, "tour-dark")


TABLE = """import pandas as pd

days = pd.DataFrame({
    "day": ["Monday", "Tuesday", "Wednesday", "Thursday"],
    "outside": [11.2, 9.8, 12.5, 13.1],
    "under glass": [18.4, 17.1, 21.0, 22.3],
})
print("Four days,", days["under glass"].max(), "degrees at most")
days"""

STORY = """## What the glass does

It lets **light** in and keeps *frost* out. What grows under it has a climate of its own:

1. At noon the air is some ten degrees warmer than outside.
2. At night the soil gives back what it took in.
3. Wind and birds stay outside; see [the article](https://example.org).

```python
warm = days[days["under glass"] > 20]
```

On two of the four days it was warm enough to"""


def begin(window, question):
    """Asks in a conversation of its own."""
    window.click(window.find(role="push button", name="New Conversation"))
    window.send(question)


def model():
    """A model that says what is written down for it: a tool's card, an answer on its way, and what went wrong."""
    folders = new_user()
    server = e2e.ModelServer(folders, [
        e2e.call("run_python", code=TABLE), e2e.say("It was warmest under the glass on **Thursday**."),
        {"lines": [{"message": {"role": "assistant", "content": STORY}}], "endless": True},
        e2e.call("run_python", code="table[\"degrees\"].mean()"),
        {"status": 503, "error": "the server is overloaded"},
    ])
    window = e2e.talk_with(folders, server)
    window.place(width=1010, height=770)
    window.send("How warm was it?")
    window.find(text="It was warmest under the glass on")
    window.activate(window.find(role="push button", name=lambda name: name.startswith("Ran Python, ")))
    shoot(window, "tool-card")

    begin(window, "What does the glass do?")
    window.find(text="On two of the four days")
    shoot(window, "streaming")
    e2e.press("Escape")
    window.find(role="label", name="Stopped.")

    begin(window, "What is the mean?")
    window.find(role="label", name=lambda name: name.startswith("NameError"))
    window.wait_gone(role="push button", name="Stop", fits=e2e.is_sensitive)
    shoot(window, "error")

    window.click(window.find(role="push button", name="Main Menu"))
    window.activate(window.find(role="menu item", name="Preferences"))
    window.find(role="label", name="Add a Server")
    shoot(window, "preferences")


def question():
    """A question about the network, and after a no the list of hosts."""
    folders = new_user()
    server = e2e.ModelServer(folders, [e2e.call("run_shell", command="pip install polars"),
                                       e2e.say("Without the network I cannot install it.")])
    window = e2e.talk_with(folders, server)
    window.place(width=1010, height=620)
    window.send("Compare polars with pandas on my table")
    window.find(role="label", name="Connect to pypi.org?")
    window.find(role="push button", name="No", fits=e2e.is_sensitive)
    shoot(window, "question")
    e2e.press("alt+n")
    window.find(text="Without the network I cannot install it.")
    window.click(window.find(role="label", name=lambda name: name.startswith("Ready · isolated (")))
    window.activate(window.find(role="push button", name="Network…"))
    window.find(role="label", name=lambda name: name.startswith("Refused · "))
    shoot(window, "network")


e2e.main([tour, dark, model, question])
