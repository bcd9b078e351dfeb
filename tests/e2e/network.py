#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What leaves the machine: the person is asked, and the list of hosts says what came of it.

Runs in the network of tests/gate/test-network.c, in which good.example and other.example are one address of this computer.
"""

import http.server
import threading

import cloche_e2e as e2e

COMPOSER = {"role": "text", "name": "Message"}


class Handler(http.server.BaseHTTPRequestHandler):
    """Says which host it was asked for."""

    def do_GET(self):
        body = f"This is {self.headers['Host']}.\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def fetch(host):
    return e2e.call("run_shell", command=f"curl --silent --show-error http://{host}/")


def printed(window, text):
    return window.find(role="text", name="Printed Text", text=text)


def say_no(window, host):
    """Presses the button until it counts: a click that comes before the question can have been read does not."""
    question = {"role": "label", "name": f"Connect to {host}?"}
    window.find(**question)
    button = window.find(role="push button", name="No")

    def is_answered():
        if window.find_all(**question):
            window.click(button)
            return False
        return True

    e2e.wait("the answer to be taken", is_answered)


def asked_once_refused_and_allowed_by_hand():
    server = http.server.ThreadingHTTPServer(("203.0.113.5", 80), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folders = e2e.Folders()
    model = e2e.ModelServer(folders, [
        fetch("good.example"), {"expect": "This is good.example", **e2e.say("It came.")},
        fetch("other.example"),
        {"expect": "network: refused other.example (the person said no). The person can allow it",
         **e2e.say("It was refused.")},
        fetch("other.example"), {"expect": "This is other.example", **e2e.say("Now it came.")},
    ])
    window = e2e.talk_with(folders, model)

    # While the person types, a question comes and takes nothing away; it is answered without the mouse.
    window.send("Fetch it")
    window.click(window.find(**COMPOSER))
    window.find(role="label", name="Connect to good.example?")
    window.find(role="label", name="A program in the machine, “curl” by its own account, asks for port 80.")
    e2e.type_text("not lost")
    composer = window.find(**COMPOSER)
    e2e.wait("what was typed in the composer", lambda: e2e.text_of(composer) == "not lost")
    e2e.press("alt+o")
    printed(window, "This is good.example.")
    window.wait_gone(role="label", name="Connect to good.example?")
    window.find(text="It came.")
    e2e.press("ctrl+a", "BackSpace")

    window.send("Fetch the other one")
    say_no(window, "other.example")
    window.find(role="label", name=lambda name: name.startswith("refused other.example (the person said no)"))
    window.find(text="It was refused.")

    # The list knows of both, and what is allowed there is not asked about.
    window.click(window.find(role="label", name=lambda name: name.startswith("Ready · isolated (")))
    window.activate(window.find(role="push button", name="Network…"))
    window.find(role="label", name="Hosts")
    window.place()
    window.find(role="label", name=lambda name: name.startswith("Reached · 1 time · "))
    window.find(role="label", name="Refused · 1 time")
    window.activate(window.find(role="push button", name="Allow other.example"))
    window.find(role="push button", name="Allow other.example", fits=lambda node: e2e.has_state(node, "PRESSED"))
    e2e.press("Escape")
    window.wait_dialog_closed()
    window.send("Again")
    window.find(text="Now it came.")

    window.close()
    server.shutdown()


e2e.main([asked_once_refused_and_allowed_by_hand])
