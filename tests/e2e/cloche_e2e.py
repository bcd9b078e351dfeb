# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What end-to-end tests share: a new user's folders, the real window seen through the accessibility bus, a mouse and a
keyboard, and TAP.

Nothing here waits for a time: wait() waits for a condition, and its deadline only says when to give up. The test must run
inside with-session.sh, which gives it a display and a bus of its own.
"""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# s: until a condition counts as failed. An emulated machine on a loaded computer takes a minute for what takes a second.
DEADLINE_S = int(os.environ.get("CLOCHE_TEST_DEADLINE_S", "240"))

# ms: until a condition is looked at again: at least if the bus tells of something new, at most if it does not. To read a
# whole window over the bus takes both programs long: who looks pauses this many times as long as it looked, so that it is
# not what keeps the computer busy.
LOOK_AGAIN_MS = 200
LOOK_ANYWAY_MS = 2000
LOOK_SHARE = 2


# What GTK 4.8 says of itself when an accessible widget goes; anything else that is critical is ours.
KNOWN_CRITICALS = ("g_variant_is_object_path: assertion 'string != NULL' failed",
                   "g_variant_new_object_path: assertion")

# What the test at hand has made; ended in the reverse order, however the test ends.
made = []


class Failure(Exception):
    """What was expected and did not come."""


_news = []


@functools.cache
def listen():
    """Has the bus tell what changes in any window, from now on."""
    listener = Atspi.EventListener.new(_news.append)
    for kind in ("children-changed", "property-change", "state-changed", "text-changed"):
        listener.register(f"object:{kind}")
    return listener


def pause(least_ms, most_ms):
    """Lets time pass: from the lesser on until there is news."""
    passed = []
    timers = [GLib.timeout_add(ms, lambda ms=ms: passed.append(ms) or GLib.SOURCE_CONTINUE) for ms in (least_ms, most_ms)]
    while most_ms not in passed and not (_news and passed):
        GLib.MainContext.default().iteration(True)
    for timer in timers:
        GLib.source_remove(timer)
    _news.clear()


def wait(what, condition, deadline_s=DEADLINE_S):
    """Waits until condition() is true and returns what it returned."""
    end = GLib.get_monotonic_time() + deadline_s * 1_000_000

    while True:
        begun = GLib.get_monotonic_time()
        value = condition()
        if value:
            return value
        looked = GLib.get_monotonic_time()
        if looked > end:
            raise Failure(f"expected within {deadline_s} s: {what}")
        least_ms = max(LOOK_AGAIN_MS, LOOK_SHARE * (looked - begun) // 1000)
        pause(least_ms, max(least_ms, LOOK_ANYWAY_MS))


def xdotool(*words):
    return subprocess.run(["xdotool", *map(str, words)], check=True, capture_output=True, text=True).stdout.strip()


def type_text(text):
    xdotool("type", "--delay", "8", "--", text)


def press(*keys):
    xdotool("key", *keys)


def focus_nothing():
    """Takes the keyboard away from every window, and the mouse, below which is who has it otherwise."""
    xdotool("mousemove", 1599, 999, "windowfocus", xdotool("search", "--maxdepth", "0", ""))


class Folders:
    """The folders of a person who has never used Cloche."""

    def __init__(self, with_base=True):
        self.root = tempfile.mkdtemp(prefix="cloche-e2e-")
        self.own_server = None
        for name in ("data", "cache", "config", "state", "home", "files"):
            os.mkdir(os.path.join(self.root, name))
        os.mkdir(os.path.join(self.root, "run"), 0o700)
        self.cloche = os.path.join(self.root, "data", "cloche")
        os.makedirs(self.cloche)
        if with_base:
            bases = os.environ.get("CLOCHE_TEST_BASES")
            if not bases:
                raise Failure("CLOCHE_TEST_BASES must name the folder of a forged base; 'make check' makes one")
            os.symlink(bases, os.path.join(self.cloche, "bases"))
        made.append(self)

    def environment(self):
        env = dict(os.environ)
        for name in ("data", "cache", "config", "state"):
            env[f"XDG_{name.upper()}_HOME"] = os.path.join(self.root, name)
        env["XDG_RUNTIME_DIR"] = os.path.join(self.root, "run")
        env["HOME"] = os.path.join(self.root, "home")
        if self.own_server is not None:
            env["OLLAMA_HOST"] = self.own_server
        return env

    def file(self, name, content=None):
        path = os.path.join(self.root, "files", name)
        if content is not None:
            with open(path, "wb") as stream:
                stream.write(content)
        return path

    def machines(self):
        """Ids of the machines that exist."""
        try:
            names = os.listdir(os.path.join(self.cloche, "machines"))
        except FileNotFoundError:
            return []
        return sorted(name for name in names if not name.startswith("."))

    def keepers(self):
        """Process ids of the keepers of these folders' machines."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as stream:
                    words = stream.read().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"cloche-keeper") and any(self.root.encode() in word for word in words):
                found.append(int(name))
        return found

    def end(self):
        for pid in self.keepers():
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        wait("the machines to end", lambda: not self.keepers())
        shutil.rmtree(self.root)


def describe(node):
    """One line about an accessible object, for messages."""
    try:
        return f"{node.get_role_name()} “{node.get_name()}”"
    except GLib.Error:
        return "something that has gone"


# Roles of what never has anything in it: half of a window, of which nobody has to ask.
LEAVES = ("label", "image")

# Roles of what shows text that is not a name.
TEXTS = ("label", "text")


def walk(node, depth=60):
    """The object and all that is in it, each with its role, in the order of the screen. What goes away meanwhile is left
    out."""
    try:
        role = node.get_role_name()
        yield node, role
        if depth > 0 and role not in LEAVES:
            for index in range(node.get_child_count()):
                child = node.get_child_at_index(index)
                if child is not None:
                    yield from walk(child, depth - 1)
    except GLib.Error:
        return


def extents(node):
    """Where it is in its window, or None if it has no place."""
    if "Component" not in node.get_interfaces():
        return None
    return Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)


def is_there(node):
    """Whether it has a place in the window. GTK 4.8 says “showing” of windows only."""
    box = extents(node)
    return box is not None and box.width > 0 and box.height > 0 and \
        node.get_state_set().contains(Atspi.StateType.VISIBLE)


def has_state(node, name):
    return node.get_state_set().contains(getattr(Atspi.StateType, name))


def is_sensitive(node):
    return has_state(node, "SENSITIVE")


def text_of(node):
    """The text that an object shows, or None if it shows none."""
    if "Text" not in node.get_interfaces():
        return None
    return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def character_box(node, offset):
    """Where one character of a text is in its window."""
    return Atspi.Text.get_character_extents(node, offset, Atspi.CoordType.WINDOW)


def wait_clipboard(expected):
    """Reads the clipboard as another program does, until it says what is expected."""
    found = None

    def look():
        nonlocal found
        found = subprocess.run(["xclip", "-out", "-selection", "clipboard"], capture_output=True, text=True,
                               check=False).stdout
        return found == expected

    try:
        wait(f"the clipboard to hold {expected!r}", look)
    except Failure as failure:
        raise Failure(f"{failure}; it holds {found!r}") from None


class Window:
    """The program, as a person has it before them."""

    def __init__(self, folders, extra_env=None, arguments=()):
        """extra_env: a value of None takes the variable away."""
        listen()
        self.folders = folders
        env = {**folders.environment(), **(extra_env or {})}
        env = {name: value for name, value in env.items() if value is not None}
        self.log_path = os.path.join(folders.root, "window.log")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([os.path.join(os.environ["CLOCHE_TEST_BUILD"], "ui", "cloche"), *arguments],
                                            env=env, stdout=log, stderr=log)
        made.append(self)
        self.application = wait("the window on the accessibility bus", self._find_application)
        wait("a frame", self.frames)
        self.place()

    def _find_application(self):
        self.check_alive()
        desktop = Atspi.get_desktop(0)
        desktop.set_cache_mask(Atspi.Cache.NONE)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            try:
                if child is not None and child.get_process_id() == self.process.pid:
                    return child
            except GLib.Error:
                pass
        return None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def check_alive(self):
        if self.process.poll() is not None:
            raise Failure(f"expected the program to run, but it ended with {self.process.returncode}: {self.log()}")

    def frames(self):
        return [node for node, role in walk(self.application, 1) if role in ("frame", "dialog", "window")]

    def x_windows(self):
        """From the lowest to the topmost. xdotool fails while there is none, and when one goes while it looks."""
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)],
                               capture_output=True, text=True, check=False)
        return found.stdout.split()

    def top_window(self):
        return wait("a window on the screen", self.x_windows)[-1]

    def place(self, x=0, y=0, width=None, height=None):
        """Without a window manager, somebody has to say where a window is and that it has the keyboard."""
        window = self.top_window()
        if width is not None:
            xdotool("windowsize", "--sync", window, width, height)
        xdotool("windowmove", window, x, y)
        self.focus()

    def focus(self):
        """Gives the keyboard to the topmost window, as a window manager does when somebody clicks there."""
        xdotool("windowfocus", "--sync", self.top_window())

    def wait_dialog_closed(self):
        """Looks at the screen only: GTK 4.8 may crash if somebody reads a dialog over the bus while it goes."""
        wait("the dialog to close", lambda: len(self.x_windows()) == 1)
        self.focus()

    def find_all(self, role=None, name=None, text=None, where=None, fits=None):
        """Everything that is there and fits. A str has to be equal, a function to say yes; text may be a part."""
        def fits_all(node, its_role):
            if its_role != role if role is not None else text is not None and its_role not in TEXTS:
                return False
            if name is not None and not (name(node.get_name() or "") if callable(name) else node.get_name() == name):
                return False
            return (text is None or text in (text_of(node) or node.get_name() or "")) and is_there(node) and \
                (fits is None or fits(node))

        found = []
        for node, its_role in walk(where or self.application):
            try:
                if fits_all(node, its_role):
                    found.append(node)
            except GLib.Error:
                continue
        return found

    def find(self, deadline_s=DEADLINE_S, **wanted):
        """Waits for the first that fits."""
        words = ", ".join(f"{key} {value!r}" for key, value in wanted.items() if key != "where")

        def look():
            self.check_alive()
            return self.find_all(**wanted)

        try:
            return wait(f"{words} in the window", look, deadline_s)[0]
        except Failure as failure:
            raise Failure(f"{failure}\n{self.tree()}") from None

    def wait_gone(self, **wanted):
        words = ", ".join(f"{key} {value!r}" for key, value in wanted.items() if key != "where")

        def look():
            self.check_alive()
            return not self.find_all(**wanted)

        try:
            wait(f"no {words} in the window any more", look)
        except Failure as failure:
            raise Failure(f"{failure}\n{self.tree()}") from None

    def tree(self):
        """What is in the window, for a message."""
        lines = []

        def add(node, depth):
            try:
                if extents(node) is not None and not is_there(node):
                    return
                shown = text_of(node)
                lines.append("  " * depth + describe(node) + (f" shows {shown[:300]!r}" if shown else ""))
                for index in range(node.get_child_count()):
                    child = node.get_child_at_index(index)
                    if child is not None:
                        add(child, depth + 1)
            except GLib.Error:
                return

        add(self.application, 0)
        return "\n".join(lines)

    def _frame_of(self, node):
        """The window's accessible, for an offset: GTK counts from inside its border."""
        while node.get_role_name() not in ("frame", "dialog", "window"):
            node = node.get_parent()
        return node

    def centre(self, node):
        """Where it is on the screen."""
        box = extents(node)
        return self.on_screen(node, box.x + box.width // 2, box.y + box.height // 2)

    def on_screen(self, node, x, y):
        """Where a point of the window in which the node is, is on the screen."""
        frame = extents(self._frame_of(node))
        for window in reversed(self.x_windows()):
            facts = dict(line.split("=") for line in xdotool("getwindowgeometry", "--shell", window).split())
            border = int(facts["WIDTH"]) - frame.width
            # A border of a few pixels; otherwise it is the window of a dialog or of a popover.
            if 0 <= border <= 80 and int(facts["HEIGHT"]) - frame.height == border:
                return int(facts["X"]) + border // 2 + x, int(facts["Y"]) + border // 2 + y
        raise Failure(f"expected a window around {describe(node)}")

    def click(self, node):
        x, y = self.centre(node)
        self.focus()
        xdotool("mousemove", x, y, "click", 1)  # With --sync it would wait for a move, 15 s where the mouse is there already.

    def activate(self, node):
        """What a screen reader does in place of a click."""
        if "Action" not in node.get_interfaces() or not Atspi.Action.do_action(node, 0):
            raise Failure(f"expected {describe(node)} to be something to press")

    def add_server(self, address, kind=None):
        """Says in the preferences where models are, with the keyboard. A kind that is named is the second one."""
        self.click(self.find(role="push button", name="Set Up a Model"))
        self.find(role="label", name="Add a Server")
        self.place()
        if kind is not None:
            self.click(self.find(role="label", name="Kind"))
            self.find(role="label", name=kind)
            press("Down")
            press("Return")
            self.find(role="text", fits=lambda node: text_of(node) == "https://api.openai.com/v1")
        self.click(self.find(role="text", fits=lambda node: text_of(node) in
                             ("http://127.0.0.1:11434", "https://api.openai.com/v1")))
        press("ctrl+a")
        type_text(address)
        self.click(self.find(role="push button", name="Add", fits=is_sensitive))
        self.find(role="label", name=address)
        press("Escape")
        self.wait_dialog_closed()

    def model_button(self):
        return self.find(role="push button", name="Model",
                         fits=lambda node: node.get_child_count() == 1 and has_state(node, "FOCUSABLE"))

    def choose_model(self, name):
        self.click(self.model_button())
        self.click(self.find(role="label", name=name))
        self.find(role="label", name=name, fits=lambda node: extents(node).y < 40)

    def send(self, text):
        """Types a message and sends it."""
        composer = self.find(role="text", name="Message")
        self.click(composer)
        type_text(text)
        wait("the message in the composer", lambda: text_of(composer) == text)
        press("Return")

    def close(self):
        """Presses the window's close button and waits until the program has ended."""
        self.check_alive()
        self.focus()
        self.click(self.find(role="push button", name="Close"))
        self.process.wait(DEADLINE_S)
        if self.process.returncode != 0:
            raise Failure(f"expected the program to end well, but it ended with {self.process.returncode}: {self.log()}")

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE_S)
        bad = [line for line in self.log().splitlines()
               if "-CRITICAL **" in line and not any(known in line for known in KNOWN_CRITICALS)]
        equal("what the program complains of", bad, [])


def talk_with(folders, server, extra_env=None):
    """The window of somebody on whose computer that server runs, with its model chosen."""
    folders.own_server = server.address
    window = Window(folders, extra_env)
    window.choose_model("script")
    return window


class ModelServer:
    """An Ollama that says what is written down for it."""

    def __init__(self, folders, turns, models=None):
        script = folders.file("conversation.json", json.dumps({
            "models": models or [{"name": "script:latest", "capabilities": ["completion", "tools"],
                                  "context_length": 32768}],
            "turns": turns,
        }).encode())
        self.log_path = folders.file("requests.log")
        program = os.path.join(os.environ["CLOCHE_TEST_BUILD"], "tests", "support", "cloche-model-server")
        self.process = subprocess.Popen([program, script, self.log_path], stdout=subprocess.PIPE, text=True)
        made.append(self)
        self.address = self.process.stdout.readline().strip()

    def end(self):
        self.process.kill()
        self.process.wait(DEADLINE_S)


def say(text):
    """A turn of the model that answers."""
    return {"lines": [{"message": {"role": "assistant", "content": text}},
                      {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}]}


def call(tool, **arguments):
    """A turn of the model that calls a tool."""
    return {"lines": [{"message": {"role": "assistant", "content": "",
                                   "tool_calls": [{"function": {"name": tool, "arguments": arguments}}]}},
                      {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}]}


def completion(delta, finish=None):
    """A piece of an answer in OpenAI's dialect."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def completions_say(text):
    """The same as say() in that dialect."""
    return {"lines": [completion({"content": text}), completion({}, "stop")]}


def completions_call(tool, **arguments):
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return {"lines": [completion({"tool_calls": [{"index": 0, "id": f"call-{tool}", "type": "function", "function": function}]}),
                      completion({}, "tool_calls")]}


def equal(what, value, expected):
    if value != expected:
        raise Failure(f"expected {what} to be {expected!r}, got {value!r}")


def end_what_was_made():
    """After a failure: whatever cannot be ended is left behind, since the failure is what matters."""
    while made:
        try:
            made.pop().end()
        except Exception:
            print("# " + traceback.format_exc().replace("\n", "\n# "))


def main(tests):
    """Runs the tests and prints TAP. A failure leaves a picture of the screen beside the program's build."""
    failed = 0

    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", "-")
        try:
            test()
            while made:
                made.pop().end()
        except Exception:  # Whatever it is, it is this test's, and the next one has its turn.
            failed += 1
            picture = os.path.join(os.environ["CLOCHE_TEST_BUILD"], "tests", "e2e", f"failed-{name}.png")
            subprocess.run(["import", "-window", "root", picture], check=False)
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
            end_what_was_made()
            print(f"not ok {number} - {name}: see {picture}", flush=True)
        else:
            print(f"ok {number} - {name}", flush=True)
    sys.exit(1 if failed else 0)
