#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What is missing, broken or odd: a sentence says so, the window lives on, and nothing that was typed or dropped is lost."""

import os
import shutil
import sqlite3
import subprocess

import cloche_drag as drag
import cloche_e2e as e2e

TURNS = [e2e.call("run_python", code="6 * 7"), e2e.say("That did not work.")]


def begin(turns, folders=None, extra_env=None, models=None):
    folders = folders or e2e.Folders()
    server = e2e.ModelServer(folders, turns, models)
    return folders, server, e2e.talk_with(folders, server, extra_env)


def card_says(window, part):
    """The tool's card says it, and the conversation goes on."""
    window.find(role="label", name=lambda name: part in name and "note:" not in name)
    window.find(text="That did not work.")
    window.close()


def no_base():
    _, _, window = begin(TURNS, e2e.Folders(with_base=False))
    window.send("Six times seven")
    card_says(window, "The machine has not been set up on this computer yet.")


def base_damaged():
    folders = e2e.Folders(with_base=False)
    bases = os.environ["CLOCHE_TEST_BASES"]
    for name in os.listdir(bases):
        if name.startswith("."):
            continue
        base = os.path.join(folders.cloche, "bases", name)
        os.makedirs(base)
        shutil.copy(os.path.join(bases, name, "manifest.json"), base)
    _, _, window = begin(TURNS, folders)
    window.send("Six times seven")
    card_says(window, "The files that machines start from are damaged or incomplete.")


def no_qemu():
    folders = e2e.Folders()
    programs = folders.file("programs")
    os.mkdir(programs)
    _, _, window = begin(TURNS, folders, {"PATH": programs})
    window.send("Six times seven")
    card_says(window, "QEMU, the program that runs the isolated machine, is not installed or does not work here.")


def machine_crashes():
    folders, _, window = begin([
        e2e.call("run_python", code="import time\nprint('begun')\ntime.sleep(3600)"), e2e.say("It went away."),
        e2e.call("run_python", code="6 * 7"), e2e.say("Forty-two."),
    ])
    window.send("Wait an hour")
    window.find(role="text", name="Printed Text", text="begun")
    for pid in folders.keepers():
        os.kill(pid, 9)
    window.find(role="label", name=lambda name: "variables are lost" in name)
    window.find(text="It went away.")
    window.send("Six times seven")
    window.find(text="Forty-two.")
    window.close()


def model_server_ends():
    _, server, window = begin([e2e.say("Hello.")])
    server.end()
    window.send("Are you there?")
    window.find(role="label", name="The model's server is not running.")
    window.close()


def odd_files_dropped():
    """A folder gives its files, a name is made harmless, and what is too large comes back to the composer."""
    folders, _, window = begin([e2e.say("Thank you.")])
    odd = folders.file("odd")
    os.makedirs(os.path.join(odd, "inner"))
    with open(os.path.join(odd, "inner", "two\nlines.csv"), "w", encoding="utf-8") as stream:
        stream.write("a,b\n1,2\n")
    window.click(window.find(role="push button", name="New Conversation"))
    composer = window.find(role="text", name="Message")
    giver = drag.Partner(folders, odd)
    giver.drag_out_to(*window.centre(composer))
    giver.end()
    window.find(role="push button", name=lambda name: name.startswith("Remove two") and "\n" not in name)
    window.send("Look at this")
    window.find(role="push button", name=lambda name: name.startswith("Open two") and "\n" not in name)
    window.find(text="Thank you.")

    big = folders.file("big.bin", b"")
    os.truncate(big, 2 * 1024 ** 3 + 1)
    giver = drag.Partner(folders, big)
    giver.drag_out_to(*window.centre(composer))
    giver.end()
    window.find(role="push button", name="Remove big.bin")
    window.send("And at this")
    window.find(role="push button", name="Remove big.bin")
    e2e.wait("the text in the composer again", lambda: e2e.text_of(composer) == "And at this")
    window.close()


def odd_name_comes_out():
    """What a guest calls a file is its own business; dragged out, it has a name that any program can read."""
    folders, _, window = begin([e2e.call("run_shell", command="printf 1 > '/workspace/two\nlines.txt'"), e2e.say("Made.")])
    window.send("Make it")
    window.find(text="Made.")
    taker = drag.Partner(folders, "/dev/null")
    path, = taker.drag_in_from(window, window.find(role="push button", name="Open two_lines.txt"))
    taker.end()
    e2e.equal("the name of what came", os.path.basename(path), "two_lines.txt")
    with open(path, encoding="ascii") as stream:
        e2e.equal("what came", stream.read(), "1")
    window.close()


def model_gone():
    """It was in the list when it was chosen. The words stay in the conversation, and the next question goes on from them."""
    _, server, window = begin([{"status": 404, "error": "model 'script:latest' not found"}, e2e.say("Here I am.")])
    window.send("Are you there?")
    window.find(role="label", name="The server does not have this model. Choose another one.")
    window.send("And now?")
    window.find(text="Here I am.")
    with open(server.log_path, encoding="utf-8") as stream:
        e2e.equal("whether the first words were told again", "Are you there?" in stream.readlines()[1], True)
    window.close()


def no_bus():
    """Without any D-Bus nobody can ask the window what it shows: clicks go where they went with one, and the store tells."""
    folders = e2e.Folders()
    window = e2e.Window(folders)
    x, y = window.centre(window.find(role="push button", name="Take the Tour"))
    window.close()

    env = folders.environment()
    # GTK would find this test's accessibility bus by the display; GTK 4.8 crashes with that one alone.
    env["GTK_A11Y"] = "none"
    for name in ("SESSION", "SYSTEM"):
        env[f"DBUS_{name}_BUS_ADDRESS"] = "unix:path=/nowhere"
    with subprocess.Popen([os.path.join(os.environ["CLOCHE_TEST_BUILD"], "ui", "cloche")], env=env) as process:
        shown = e2e.xdotool("search", "--sync", "--onlyvisible", "--pid", process.pid).split()[-1]
        e2e.xdotool("windowmove", "--sync", shown, 0, 0)
        e2e.xdotool("windowfocus", "--sync", shown)
        database = sqlite3.connect(f"file:{folders.cloche}/cloche.db?mode=ro", uri=True)
        e2e.xdotool("mousemove", x, y, "click", 1)
        e2e.wait("the tour's conversation", lambda: database.execute("SELECT 1 FROM conversations").fetchall())
        e2e.type_text("Hello")
        e2e.press("Return")
        e2e.wait("a question and its answer", lambda: len(database.execute("SELECT 1 FROM messages").fetchall()) >= 2)
        database.close()
        e2e.press("ctrl+w")
        e2e.equal("how it ended", process.wait(e2e.DEADLINE_S), 0)


def no_runtime_folder():
    folders = e2e.Folders()
    window = e2e.Window(folders, {"XDG_RUNTIME_DIR": None})
    window.click(window.find(role="push button", name="Take the Tour"))
    window.activate(window.find(role="push button", name="Make this picture small and grey"))
    window.find(role="push button", name="Open small-grey.png")
    window.close()


def no_keyring():
    """This session has none: the preferences say what that means for keys."""
    window = e2e.Window(e2e.Folders())
    window.click(window.find(role="push button", name="Set Up a Model"))
    window.find(role="label", name=lambda name: name.startswith("There is no keyring on this computer"))
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.close()


e2e.main([
    no_base,
    base_damaged,
    no_qemu,
    machine_crashes,
    model_server_ends,
    odd_files_dropped,
    odd_name_comes_out,
    model_gone,
    no_bus,
    no_runtime_folder,
    no_keyring,
])
