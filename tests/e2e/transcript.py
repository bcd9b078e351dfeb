#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What stands in the conversation: it is selected over several widgets and comes out as Markdown."""

import cloche_e2e as e2e

ANSWER = "A *first* part\n\n```python\nx = 1\ny = 2\n```\n\n- one\n- **two**\n\nand the last words"


def begin(turns):
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, turns)
    window = e2e.talk_with(folders, server)
    return window


def drag(window, start, end):
    """From one place of the screen to another, on a way as a hand takes it."""
    e2e.xdotool("mousemove", "--sync", *start, "mousedown", 1)
    for share in (0.2, 0.4, 0.6, 0.8, 1):
        e2e.xdotool("mousemove", "--sync", *(round(a + (b - a) * share) for a, b in zip(start, end)))
    e2e.xdotool("mouseup", 1)


def edge(window, node, text, side):
    """Where the first character of a part of a text is on the screen, or its right edge."""
    whole = e2e.text_of(node)
    at = whole.index(text) + (len(text) - 1 if side == "right" else 0)
    box = e2e.character_box(node, at)
    x, y = window.on_screen(node, box.x + (box.width if side == "right" else 0), box.y + box.height // 2)
    return x, y


def copied_over_widgets():
    window = begin([e2e.say(ANSWER), e2e.say("Another **answer**.")])
    window.send("Say something long")
    first = window.find(text="first", role="text")
    last = window.find(text="and the last words", role="text")
    window.send("And more")
    window.find(text="Another answer.", role="text")

    drag(window, edge(window, first, "first", "left"), edge(window, last, "two", "right"))
    e2e.press("ctrl+c")
    e2e.wait_clipboard("*first* part\n\n```python\nx = 1\ny = 2\n```\n\n- one\n- **two**")

    # Upwards, over a question to the answer before it.
    drag(window, edge(window, window.find(text="Another answer.", role="text"), "answer", "left"),
         edge(window, last, "last", "left"))
    e2e.press("ctrl+c")
    e2e.wait_clipboard("last words\n\n> And more\n\nAnother ")

    # Within one text its own selection does, and the other has ended.
    drag(window, edge(window, last, "and", "left"), edge(window, last, "last", "right"))
    e2e.press("ctrl+c")
    e2e.wait_clipboard("and the last")

    e2e.press("ctrl+a")
    e2e.press("ctrl+c")
    e2e.wait_clipboard("> Say something long\n\n" + ANSWER + "\n\n> And more\n\nAnother **answer**.")
    window.close()


e2e.main([copied_over_widgets])
