#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What becomes of files: a picture is changed and put in the place of the original, and back; a video and a document are
seen before they are opened."""

import os

import cloche_drag as drag
import cloche_e2e as e2e

PICTURE = os.path.join(os.environ["G_TEST_SRCDIR"], "data", "picture.png")

WORK = """
import subprocess
from PIL import Image
picture = Image.open('/workspace/garden.png')
picture.crop((0, 0, picture.width // 2, picture.height)).save('/workspace/garden.png')
Image.new('RGB', (120, 160), 'white').save('/workspace/report.pdf')
subprocess.run('ffmpeg -v error -f lavfi -i testsrc=size=160x90:rate=5:duration=2 -c:v mpeg4 clip.mp4', shell=True,
               check=True, cwd='/workspace')
"""


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def png_width(data):
    return int.from_bytes(data[16:20], "big")


def replace(window):
    """Presses the button and then the dialog's, which Return is for. Another dialog may follow at once."""
    window.activate(window.find(role="push button", name="Replace the Original garden.png…", fits=e2e.is_sensitive))
    window.find(role="label", name="Replace the Original?")
    window.place(200, 200)
    dialog = window.x_windows()[-1]
    e2e.press("Return")
    e2e.wait("the question to close", lambda: dialog not in window.x_windows())
    window.focus()


def changed_and_replaced():
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, [e2e.call("run_python", code=WORK), e2e.say("It is cropped."), e2e.say("Good bye.")])
    before = read(PICTURE)
    path = folders.file("garden.png", before)
    backup = path.replace("garden.png", "garden (earlier).png")
    window = e2e.talk_with(folders, server)
    giver = drag.Partner(folders, path)
    giver.drag_out_to(*window.centre(window.find(role="text", name="Message")))
    giver.end()
    window.find(role="push button", name="Remove garden.png")
    window.send("Crop it")
    window.find(text="It is cropped.")

    for name in ("garden.png Before the Change", "garden.png After the Change", "Play clip.mp4", "First Page of report.pdf"):
        window.find(role="push button", name=name, fits=lambda node: e2e.has_state(node, "FOCUSABLE"))
    window.find(role="image", name="garden.png After the Change")
    window.find(role="image", name="Play clip.mp4")
    e2e.equal("the original before anybody asked", read(path), before)

    replace(window)
    window.find(text="Your file was replaced by the version from this conversation.")
    e2e.equal("width of what is there", png_width(read(path)), png_width(before) // 2)
    e2e.equal("what it was, under another name", read(backup), before)
    e2e.press("ctrl+z")
    window.find(text="The replacement was undone.")
    e2e.equal("the original after the undo", read(path), before)
    e2e.equal("what is beside it", sorted(name for name in os.listdir(os.path.dirname(path)) if "garden" in name),
              ["garden.png"])

    # Somebody else's work stays.
    folders.file("garden.png", before + b"later")
    replace(window)
    window.find(role="label", text="it has been changed since you attached it")
    window.place(200, 200)
    e2e.press("Escape")
    window.wait_dialog_closed()
    e2e.equal("the original with somebody else's work", read(path), before + b"later")

    window.send("Thank you")
    window.find(text="Good bye.")
    e2e.equal("whether the model heard where the person's files are", folders.root.encode() in read(server.log_path), False)
    window.close()


e2e.main([changed_and_replaced])
