#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""Every state of the window without eyes, without a mouse, and on a narrow screen: see cloche_access.py. The question bar
and the list of hosts are looked at where they come up anyway, in network.py."""

import subprocess

import cloche_access as access
import cloche_e2e as e2e

CODE = """import matplotlib.pyplot as plt, pandas as pd
print("printed")
open("made.csv", "w").write("a,b")
plt.plot([1, 3, 2]); plt.show()
pd.DataFrame({"a": range(40)})"""

ANSWER = "Some *words* with a [link](https://example.org)\n\n```c\nx = 1;\n```\n\n|a|b|\n|-|-|\n|1|2|\n"


def start_page_preferences_and_models():
    folders = e2e.Folders(with_base=False)
    server = e2e.ModelServer(folders, [])
    window = e2e.Window(folders)
    window.find(role="push button", name="Take the Tour")
    controls = access.find_controls(window)
    access.expect_names(controls, "the start page")
    access.expect_reached(controls, "the start page", 6)
    access.expect_fits(window, "the start page")

    window.click(window.find(role="push button", name="Set Up a Model"))
    window.find(role="label", name="Add a Server")
    window.find(role="label", text="It does not answer.")
    window.place()
    controls = access.find_controls(window)
    access.expect_names(controls, "the preferences")
    access.expect_reached(controls, "the preferences", 6)
    access.expect_fits(window, "the preferences")
    e2e.press("Escape")
    window.wait_dialog_closed()

    window.add_server(server.address)
    window.click(window.model_button())
    window.find(role="list item", name="script")
    access.expect_names(access.find_controls(window), "the choice of models")
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.close()


def attach(window, path):
    """Pastes a file, as one is copied in a file manager."""
    subprocess.run(["xclip", "-selection", "clipboard", "-target", "text/uri-list"], input=f"file://{path}\r\n".encode(),
                   check=True)
    window.click(window.find(role="text", name="Message"))
    e2e.press("ctrl+v")
    window.find(role="push button", name="Remove sales.csv")


def conversation():
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, [
        {"lines": [{"message": {"role": "assistant", "content": "", "thinking": "Hm."}},
                   *e2e.call("run_python", code=CODE)["lines"]]},
        e2e.say(ANSWER),
        {"status": 404, "error": "model 'script:latest' not found"},
    ])
    window = e2e.talk_with(folders, server)
    window.place(width=1010, height=990)
    window.send("Show it")
    window.find(text="Some words with a link")
    window.find(role="image", name=lambda name: name.startswith("<Figure"))
    window.find(role="push button", name="Open made.csv")
    window.find(role="push button", name=lambda name: name.startswith("Ran Python, "))
    window.send("And now?")
    window.find(role="label", name="The server does not have this model. Choose another one.")
    window.click(window.find(role="push button", name="New Conversation"))
    window.wait_gone(text="Some words with a link")
    window.click(window.find(role="list item", name="Show it"))
    window.find(text="Some words with a link")
    attach(window, folders.file("sales.csv", b"a,b\n1,2\n"))
    controls = access.find_controls(window, hidden="Welcome to Cloche")
    access.expect_names(controls, "a conversation")
    access.expect_reached(controls, "a conversation", 20)
    access.expect_fits(window, "a conversation", hidden="Welcome to Cloche")

    window.click(window.find(role="label", name=lambda name: name.startswith("Ready · isolated (")))
    window.find(role="push button", name="Network…")
    access.expect_names(access.find_controls(window, hidden="Welcome to Cloche"), "the state of the machine")
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.close()


e2e.main([start_page_preferences_and_models, conversation])
