# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The browser's service with the real Chromium, on this computer instead of in a machine: what pages may do to it.

Usage: native.py SERVICE-FOLDER PACKAGES-FOLDER; prints TAP. What only a machine has is vm-browser's to try.
"""

import http.server
import os
import signal
import socket
import sys
import threading
import traceback

from browser_service import Answer, Service

# bytes: what may be downloaded here, so that one of 1 GB, which the server promises, is soon too large.
MAX_BYTES = 3_000_000
PAGES = {
    "/": "<title>Shop</title><h1>Apples</h1><p id=o>none</p><button onclick=\"o.textContent='bought'\">Buy</button>"
         "<label>Name <input></label><a href=/file>Get the list</a><select aria-label=Size><option>Small<option>Large</select>",
    "/huge": "<title>Huge</title>" + "<p>x</p>" * 25000,
    "/storm": "<title>Storm</title><button onclick=\"for (;;) alert (1)\">Go</button>",
    "/busy": "<title>Busy</title><button onclick=\"const ask = new XMLHttpRequest (); ask.open ('GET', '/begun', false);"
             "ask.send (); for (;;);\">Go</button>",
    "/many": "<title>Many</title><button onclick=\"for (const a of document.links) a.click ()\">Go</button>"
             + "".join(f"<a download href=data:text/plain,{i}>file {i}</a> " for i in range(15)),
    "/begun": "",
}
# The least that readers take: they make the missing table of objects themselves.
WORDS = " ".join(f"({word} of a page in a PDF) Tj 0 -14 Td" for word in ("Top", "Middle", "Bottom"))
PDF = f"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>> endobj
4 0 obj <</Length {len(WORDS) + 34}>> stream
BT /F 12 Tf 20 150 Td {WORDS} ET
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
trailer <</Root 1 0 R>>
""".encode()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.begun = threading.Event()    # a page is busy
        self.asked = threading.Event()    # an answer is waited for that never comes
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/never":
            self.server.asked.set()
            threading.Event().wait()
        self.send_response(200)
        if self.path in ("/file", "/large", "/slow"):
            self.send_file()
            return
        page = PDF if self.path == "/pdf" else PAGES.get(self.path, "").encode()
        self.send_header("Content-Type", "application/pdf" if self.path == "/pdf" else "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        if self.path == "/begun":
            self.server.begun.set()

    def send_file(self):
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Disposition", 'attachment; filename="../.list.csv"')
        self.send_header("Content-Length", "4" if self.path == "/file" else "1000000000")
        self.end_headers()
        if self.path == "/slow":
            self.wfile.write(bytes(100_000))
            threading.Event().wait()
        self.wfile.write(b"a,b\n")
        try:
            while self.path == "/large":
                self.wfile.write(bytes(100_000))
        except OSError:
            pass

    def log_message(self, *_):
        pass


def expect(condition, what):
    if not condition:
        raise AssertionError(f"expected {what}")


def expect_in(what, text):
    expect(what in text, f"“{what}” in:\n{text}")


def kill(pids):
    expect(pids, "somebody to kill")
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # With the one before.


def opens(service, server):
    """The shop, whatever was before."""
    answer = service.act("navigate", url=server.address + "/")
    expect(answer.status == "ok", f"the shop, not {answer.end}")
    expect_in("# Apples\n", answer.text)
    return answer.text


def actions(service, server):
    expect_in("title: Shop\n", opens(service, server))
    expect_in("+ bought", service.act("click", ref="Buy").text)
    expect_in('textbox "Name" = "Bob"', service.act("type", ref="name", text="Bob").text)
    expect_in("{Small | *Large}", service.act("select", ref="Size", option="large").text)
    stale = service.act("click", ref=99)
    expect(stale.status == "error", f"an error, not {stale.end}")
    expect_in('button "Buy"', stale.text)
    expect_in("bought", service.act("read").text)
    expect(service.act("screenshot").image.startswith(b"\x89PNG"), "a PNG")


def a_machine_of_its_own(service, server):
    """After having been frozen as in the template, another process speaks to servers."""
    before = service.processes("network.mojom.NetworkService")
    expect(service.ask("freeze")["ok"], "to be frozen")
    opens(service, server)
    after = service.processes("network.mojom.NetworkService")
    expect(len(before) == len(after) == 1 and before != after, f"another process than {before}, not {after}")


def downloads(service, server):
    opens(service, server)
    for name in ("list.csv", "list-2.csv"):
        answer = service.act("click", ref="Get the list")
        expect_in(f"Downloaded to {service.downloads}/{name} (1 kB)", answer.text)
    service.act("navigate", url=server.address + "/many")
    many = service.act("click", ref="Go").text
    expect(many.count("Downloaded to ") == 10, f"ten downloads, where Chromium or the service ends it, in:\n{many}")


def too_large(service, server):
    n_before = len(os.listdir(service.downloads))
    answer = service.act("navigate", url=server.address + "/large")
    expect_in("was stopped, for it is larger than 3.0 MB", answer.text)
    expect(len(os.listdir(service.downloads)) == n_before, "nothing to be kept")
    while os.listdir(os.path.join(service.downloads, ".partial")):
        opens(service, server)  # Chromium removes it beside other work.
    opens(service, server)


def document(service, server):
    """A PDF is read, in parts if need be, until something else is looked at."""
    opens(service, server)
    for answer in (service.act("navigate", url=server.address + "/pdf"), service.act("read")):
        expect(answer.status == "ok", f"the text, not {answer.end}")
        expect_in("Top of a page in a PDF\nMiddle of a page in a PDF\nBottom of a page in a PDF\n", answer.text)
    expect_in("# Apples\n", service.act("snapshot").text)
    expect_in("Apples", service.act("read").text)


def huge(service, server):
    expect_in("25004 elements, too many to list", service.act("navigate", url=server.address + "/huge").text)


def stopped(service, server):
    """What runs and what waits for its turn, by its number."""
    first, first_id = service.begin("navigate", url=server.address + "/never")
    second, second_id = service.begin("snapshot")
    server.asked.wait()
    for number in (second_id, first_id):
        expect(service.ask("stop", id=number)["ok"], "to be heard")
    for stream in (second, first):
        answer = Answer(stream)
        expect(answer.status == "killed" and answer.message == "It was stopped.", f"to be stopped, not {answer.end}")
    opens(service, server)


def storm(service, server):
    """A page that never lets go is closed, and takes nothing else with it."""
    expect_in("title: Storm\n", service.act("navigate", url=server.address + "/storm").text)
    clicked = service.act("click", ref="Go")
    expect(clicked.status == "error", f"an error, not {clicked.end}")
    opens(service, server)


def crash_in_action(service, server):
    """The page's process dies while it is waited for."""
    server.begun.clear()
    service.act("navigate", url=server.address + "/busy")
    stream, _ = service.begin("click", ref="Go")
    server.begun.wait()
    kill(service.processes("--type=renderer"))
    answer = Answer(stream)
    expect(answer.status == "error" and answer.message == "The page crashed: open the page again with browser_navigate.",
           f"to be told of the crash, not {answer.end}")
    opens(service, server)


def crash_unseen(service, server):
    """All of the browser dies while nobody waits."""
    opens(service, server)
    kill(service.processes("chromium-headless-shell"))
    answer = service.act("navigate", url=server.address + "/")
    if answer.status == "error":    # It was not yet known.
        expect_in("The browser ended: open the page again", answer.message)
        answer = service.act("navigate", url=server.address + "/")
    expect_in("the browser was started anew", answer.text)
    expect_in("# Apples\n", answer.text)


def never(service, server):
    """Nobody listens, nobody answers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        answers = [service.act("navigate", url=url) for url in (nobody, server.address + "/never")]
    expect_in("is not there or gave no answer", answers[0].message)
    expect_in("did not answer in time", answers[1].message)
    opens(service, server)


def slow(service, server):
    """A file that does not go on."""
    answer = service.act("navigate", url=server.address + "/slow")
    expect_in("was stopped, for it had not come after 30 s", f"{answer.end} {answer.text}")
    opens(service, server)


def attempt(test, service, server, failures):
    try:
        test(service, server)
    except Exception:
        failures[test] = traceback.format_exc()


def main():
    folders = [os.path.abspath(folder) for folder in sys.argv[1:3]]
    server, failures = Server(), {}
    services = [Service(*folders, max_bytes=MAX_BYTES).start()]
    tests = [actions, a_machine_of_its_own, downloads, too_large, document, huge, stopped, storm, crash_in_action, crash_unseen]
    # Each waits for half a minute, beside all others.
    patient = [never, slow]
    waiting = []
    try:
        for test in patient:
            services.append(Service(*folders).start())
            waiting.append(threading.Thread(target=attempt, args=(test, services[-1], server, failures)))
            waiting[-1].start()
        for test in tests:
            attempt(test, services[0], server, failures)
        for thread in waiting:
            thread.join()
    finally:
        for service in services:
            service.end()
    print(f"1..{len(tests + patient)}")
    for number, test in enumerate(tests + patient, 1):
        for line in failures.get(test, "").splitlines():
            print(f"# {line}")
        print(f"{'not ok' if test in failures else 'ok'} {number} - {test.__name__}")
    sys.exit(1 if failures else 0)


main()
