#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What leaves the machine: the person is asked, and the list of hosts says what came of it.

Runs in the network of tests/gate/test-network.c, in which good.example and other.example are one address of this computer.
"""

import http.server
import io
import json
import os
import threading
import zipfile

import cloche_access as access
import cloche_e2e as e2e
import cloche_notifications

COMPOSER = {"role": "text", "name": "Message"}
WHEEL = "cloche_fixture-1.0-py3-none-any.whl"


def wheel():
    """The smallest package that pip takes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("cloche_fixture.py", "")
        archive.writestr("cloche_fixture-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: cloche-fixture\nVersion: 1.0\n")
        archive.writestr("cloche_fixture-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("cloche_fixture-1.0.dist-info/RECORD", "")
    return content.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    """Says which host it was asked for, and is an index of packages with one in it."""

    PAGES = {"/simple/cloche-fixture/": ("text/html", f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()),
             f"/{WHEEL}": ("application/octet-stream", wheel())}

    def do_GET(self):
        kind, body = self.PAGES.get(self.path, ("text/plain", f"This is {self.headers['Host']}.\n".encode()))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def fetch(host):
    return e2e.completions_call("run_shell", command=f"curl --silent --show-error http://{host}/")


def begin(turns):
    """Somebody with a model at a server that speaks Chat Completions, which says what is written down for it."""
    folders = e2e.Folders()
    model = e2e.ModelServer(folders, turns)
    window = e2e.Window(folders)
    window.add_server(model.address + "/v1", "OpenAI-Compatible")
    window.choose_model("script:latest")
    return folders, window


def serve():
    server = http.server.ThreadingHTTPServer(("203.0.113.5", 80), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def printed(window, text):
    return window.find(role="text", name="Printed Text", text=text)


def answer_button(window, name):
    """The bar's button, as soon as it takes an answer: when the question can have been read."""
    return window.find(role="push button", name=name, fits=e2e.is_sensitive)


def open_dialog(window):
    window.click(window.find(role="label", name=lambda name: name.startswith("Ready · isolated (")))
    window.activate(window.find(role="push button", name="Network…"))
    window.find(role="label", name="Hosts")
    window.place()


def logged(folders, host):
    """What the machine's own log has of a host: verdicts and reasons, in their order."""
    machine, = folders.machines()
    with open(os.path.join(folders.cloche, "machines", machine, "egress.log"), encoding="utf-8") as stream:
        return [(row["verdict"], row["reason"]) for row in map(json.loads, stream) if row["name"] == host]


def asked_once_refused_and_allowed_by_hand():
    server = serve()
    download = f"pip3 download --no-deps --no-cache-dir --disable-pip-version-check --index-url http://other.example/simple " \
               "--trusted-host other.example cloche-fixture"
    folders, window = begin([
        fetch("good.example"), {"expect": "This is good.example", **e2e.completions_say("It came.")},
        fetch("other.example"),
        {"expect": "network: refused other.example (the person said no). The person can allow it",
         **e2e.completions_say("It was refused.")},
        e2e.completions_call("run_shell", command=download),
        {"expect": "Successfully downloaded cloche-fixture", **e2e.completions_say("Now it came.")},
    ])

    # While the person types, a question comes and takes nothing away; it is answered without the mouse.
    window.send("Fetch it")
    window.click(window.find(**COMPOSER))
    window.find(role="label", name="Connect to good.example?")
    window.find(role="label", name="A program in the machine, “curl” by its own account, asks for port 80.")
    e2e.type_text("not lost")
    composer = window.find(**COMPOSER)
    e2e.wait("what was typed in the composer", lambda: e2e.text_of(composer) == "not lost")
    answer_button(window, "Once")
    e2e.press("alt+o")
    printed(window, "This is good.example.")
    window.wait_gone(role="label", name="Connect to good.example?")
    window.find(text="It came.")
    e2e.press("ctrl+a", "BackSpace")

    window.send("Fetch the other one")
    window.find(role="label", name="Connect to other.example?")
    no = answer_button(window, "No")
    access.expect_names(access.find_controls(window, where=no.get_parent()), "a question")
    window.click(no)
    window.find(role="label", name=lambda name: name.startswith("refused other.example (the person said no)"))
    window.find(text="It was refused.")

    # The list knows of both, and what is allowed there is not asked about.
    open_dialog(window)
    window.find(role="label", name=lambda name: name.startswith("Reached · 1 time · "))
    window.find(role="label", name="Refused · 1 time")
    controls = access.find_controls(window)
    access.expect_names(controls, "the list of hosts")
    access.expect_reached(controls, "the list of hosts", 8)
    access.expect_fits(window, "the list of hosts")
    window.activate(window.find(role="push button", name="Allow other.example"))
    window.find(role="push button", name="Allow other.example", fits=lambda node: e2e.has_state(node, "PRESSED"))
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.send("Download it")
    window.find(text="Now it came.")
    window.find(role="label", name=WHEEL)
    e2e.wait("the log to have the host that was allowed once",
             lambda: logged(folders, "good.example") == [("allowed", "listed")])
    e2e.wait("the log to have the host that was refused first",
             lambda: logged(folders, "other.example")[:2] == [("refused", "denied"), ("allowed", "listed")])

    window.close()
    server.shutdown()


STORM = """import socket, time
while True:
    storm = [socket.socket() for number in range(60)]
    for number, one in enumerate(storm):
        one.setblocking(False)
        one.connect_ex((f'10.20.0.{number}', 80))
    for one in storm:
        one.setblocking(True)
        try:
            one.recv(1)
        except OSError:
            one.close()
    time.sleep(1)"""


def storm_of_questions():
    """Sixty hosts at once, again and again, while nobody looks at the window: the desktop tells of one, the bar has eight at
    most, one click ends them all and another one what asks."""
    notifications = cloche_notifications.Server()
    _, window = begin([e2e.completions_call("run_python", code=STORM)])
    asked = {"role": "label", "name": lambda name: name.startswith("Connect to 10.20.0.")}
    window.send("Knock everywhere")
    e2e.focus_nothing()
    e2e.wait("a notification", lambda: notifications.shown)
    e2e.equal("how many there are, and what they say of the conversation", [text for _, text in notifications.shown.values()],
              ["A conversation waits for your answer."])

    window.focus()
    e2e.wait("the notification to go", lambda: not notifications.shown)
    more = window.find(role="label", name=lambda name: name.endswith(" more")).get_name()
    e2e.equal("whether the questions are few", int(more.split()[0]) <= 7, True)
    window.click(window.find(**COMPOSER))
    e2e.type_text("usable")
    composer = window.find(**COMPOSER)
    e2e.wait("what was typed in the composer", lambda: e2e.text_of(composer) == "usable")
    e2e.press("ctrl+a", "BackSpace")
    title = window.find(**asked).get_name()
    window.click(answer_button(window, "No"))
    window.wait_gone(role="label", name=title)
    open_dialog(window)
    window.click(window.find(role="label", name="Nothing"))
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.wait_gone(**asked)
    window.click(window.find(role="push button", name="Stop", fits=e2e.is_sensitive))
    window.find(role="label", name="Stopped.")
    e2e.equal("notifications", len(notifications.shown), 0)
    window.close()


e2e.main([asked_once_refused_and_allowed_by_hand, storm_of_questions])
