#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The window without eyes and without a mouse: whatever takes the keyboard has a name that says what it is, and the Tab key
comes to all of it."""

import re

import cloche_e2e as e2e

# What GTK says for want of a name.
CLASS_NAME = re.compile(r"^(Gtk|Adw|Cloche)[A-Z]")

CODE = """import matplotlib.pyplot as plt, pandas as pd
print("printed")
open("made.csv", "w").write("a,b")
plt.plot([1, 3, 2]); plt.show()
pd.DataFrame({"a": range(40)})"""

ANSWER = "Some *words* with a [link](https://example.org)\n\n```c\nx = 1;\n```\n\n|a|b|\n|-|-|\n|1|2|\n"


def takes_keys(node):
    return e2e.has_state(node, "FOCUSABLE") and e2e.is_there(node)


def is_nameless(node):
    # A scroll pane hands the keyboard on to what is in it, if that takes it.
    if node.get_role_name() == "scroll pane" and any(takes_keys(inner) for inner, _ in list(e2e.walk(node))[1:]):
        return False
    # What drops down of a row is libadwaita's own, and without names in 1.2; its entries say theirs.
    if "combo box" in path(node.get_parent()):
        return False
    # The eye in libadwaita 1.2's own entry for passwords, which has a tooltip only.
    if node.get_description() == "Show Text":
        return False
    return not node.get_name() or CLASS_NAME.match(node.get_name()) is not None


def is_bare_icon(node):
    """A button that shows no word and does not say what it is when the mouse rests on it."""
    return node.get_role_name() == "push button" and not node.get_description() and \
        not any(role == "label" for _, role in e2e.walk(node))


def expect_names(window, place):
    nodes = [node for node, _ in e2e.walk(window.application) if takes_keys(node)]
    e2e.equal(f"what has no name in {place}", [path(node) for node in nodes if is_nameless(node)], [])
    e2e.equal(f"buttons without words and tooltip in {place}", [path(node) for node in nodes if is_bare_icon(node)], [])


def path(node, n=4):
    words = []
    while node is not None and node.get_role_name() != "application":
        words.insert(0, e2e.describe(node))
        node = node.get_parent()
    return " / ".join(words[-n:])


def expect_tab_reaches(window, least, hidden=None):
    """Presses Tab until it has come to every control. GTK 4.8 says of the page that is not shown, hidden, that it is visible."""
    # GTK keeps the buttons that are a window manager's out of the way; their keys are the desktop's.
    left = [node for node, _ in e2e.walk(window.application) if takes_keys(node) and e2e.is_sensitive(node) and
            node.get_role_name() in ("push button", "entry", "text") and
            not (node.get_description() or "").endswith(" the window") and (hidden is None or hidden not in path(node, 9))]

    if len(left) < least:
        raise e2e.Failure(f"expected at least {least} controls, got {[path(node) for node in left]}")
    # Twice around, since not everything that stops the key is one of these.
    for _ in range(2 * len(left) + 30):
        if not left:
            break
        e2e.press("Tab")
        left = [node for node in left if not e2e.has_state(node, "FOCUSED")]
    e2e.equal("what Tab does not come to", [path(node) for node in left], [])


def start_page_preferences_and_models():
    folders = e2e.Folders(with_base=False)
    server = e2e.ModelServer(folders, [])
    window = e2e.Window(folders)
    window.find(role="push button", name="Take the Tour")
    expect_names(window, "the start page")
    expect_tab_reaches(window, 6)

    window.click(window.find(role="push button", name="Set Up a Model"))
    window.find(role="label", name="Add a Server")
    window.find(role="label", text="It does not answer.")
    expect_names(window, "the preferences")
    e2e.press("Escape")
    window.wait_dialog_closed()

    window.add_server(server.address)
    window.click(window.model_button())
    window.find(role="list item", name="script")
    expect_names(window, "the choice of models")
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.close()


def conversation():
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, [
        {"lines": [{"message": {"role": "assistant", "content": "", "thinking": "Hm."}},
                   *e2e.call("run_python", code=CODE)["lines"]]},
        e2e.say(ANSWER),
    ])
    window = e2e.Window(folders)
    window.place(width=1000, height=980)
    window.add_server(server.address)
    window.choose_model("script")
    window.send("Show it")
    window.find(text="Some words with a link")
    window.find(role="image", name=lambda name: name.startswith("<Figure"))
    window.find(role="push button", name="Open made.csv")
    window.find(role="push button", name=lambda name: name.startswith("Ran Python, "))
    expect_names(window, "a conversation")
    expect_tab_reaches(window, 20, hidden="Welcome to Cloche")

    window.click(window.find(role="label", name=lambda name: name.startswith("Ready · isolated (")))
    window.activate(window.find(role="push button", name="Network…"))
    window.find(role="label", name="What the Machine May Reach")
    expect_names(window, "the network of a conversation")
    window.place()
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.close()


e2e.main([start_page_preferences_and_models, conversation])
