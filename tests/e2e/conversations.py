#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The sidebar: conversations are begun, renamed, deleted, got back, and go for good with their machines."""

import os
import subprocess

import cloche_e2e as e2e


def row_of(window, title):
    return window.find(role="list item", name=title)


def choose(window, title, entry):
    """Opens the menu of a conversation and chooses from it."""
    row = row_of(window, title)
    window.click(window.find(role="push button", name="More", where=row, fits=lambda node: node.get_child_count() == 1))
    window.activate(window.find(role="menu item", name=entry))


def begin_with_machine(title):
    """Somebody with one conversation, in whose machine something has run."""
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, [e2e.call("run_python", code="6 * 7"), e2e.say("Forty-two.")])
    window = e2e.talk_with(folders, server)
    window.send(title)
    window.find(text="Forty-two.")
    e2e.equal("machines", len(folders.machines()), 1)
    return folders, window


def new_and_rename():
    folders = e2e.Folders()
    window = e2e.Window(folders)
    window.click(window.find(role="push button", name="New Conversation"))
    choose(window, "New Conversation", "Rename…")
    entry = window.find(role="text", name="Title")
    window.place(200, 200)
    window.click(entry)
    e2e.press("ctrl+a")
    e2e.type_text("Plans for spring")
    e2e.press("Return")
    window.wait_dialog_closed()
    row_of(window, "Plans for spring")
    window.close()

    window = e2e.Window(folders)
    row_of(window, "Plans for spring")
    window.close()


def deletion_undone():
    folders, window = begin_with_machine("Six times seven")
    choose(window, "Six times seven", "Delete")
    window.wait_gone(role="list item", name="Six times seven")
    e2e.press("ctrl+z")
    window.click(row_of(window, "Six times seven"))
    window.find(text="Forty-two.")
    e2e.equal("machines", len(folders.machines()), 1)
    window.close()


def deletion_takes_the_machine():
    folders, window = begin_with_machine("Six times seven")
    e2e.equal("running machines", len(folders.keepers()), 1)
    choose(window, "Six times seven", "Delete")
    e2e.wait("the machine's folder to go", lambda: folders.machines() == [])
    e2e.wait("the machine to end", lambda: folders.keepers() == [])
    window.close()


def leftover_is_collected():
    folders, window = begin_with_machine("Six times seven")
    choose(window, "Six times seven", "Delete")
    window.wait_gone(role="list item", name="Six times seven")
    window.end()

    window = e2e.Window(folders)
    e2e.wait("the machine's folder to go", lambda: folders.machines() == [])
    e2e.wait("the machine to end", lambda: folders.keepers() == [])
    window.close()


def another_program_is_followed():
    """What clochectl says in the conversation that is shown appears; while it does, the window says nothing itself."""
    folders = e2e.Folders()
    story = {"lines": [{"message": {"role": "assistant", "content": "Once upon a time\n"}}], "endless": True}
    server = e2e.ModelServer(folders, [e2e.say("Hello."), story, e2e.say("The end.")])
    window = e2e.talk_with(folders, server)
    window.send("Hi")
    window.find(text="Hello.")

    with subprocess.Popen([os.path.join(os.environ["CLOCHE_TEST_BUILD"], "app", "cli", "clochectl"), "ask", "--last",
                           "Tell me a story"], env=folders.environment(), stdout=subprocess.PIPE, text=True) as other:
        e2e.equal("whether the story began", any("Once upon a time" in line for line in other.stdout), True)
        window.find(text="Tell me a story")
        window.send("How does it end?")
        composer = window.find(role="text", name="Message")
        e2e.press("ctrl+End")
        e2e.type_text(" Please?")
        e2e.wait("all that was typed in the composer", lambda: "How does it end?" in e2e.text_of(composer) and
                 "Please?" in e2e.text_of(composer))
        other.kill()

    e2e.press("Return")
    window.find(text="The end.")
    with open(server.log_path, encoding="utf-8") as stream:
        e2e.equal("questions that the model heard", len(stream.readlines()), 3)
    window.close()


e2e.main([
    new_and_rename,
    deletion_undone,
    deletion_takes_the_machine,
    leftover_is_collected,
    another_program_is_followed,
])
