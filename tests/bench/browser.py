# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The browser's service beside Playwright MCP: the same browser on this computer, the same page, in turn.

Usage: browser.py SERVICE-FOLDER PACKAGES-FOLDER PEERS-FOLDER. The service answers each action with the page. Playwright MCP
answers some with a link to a file that holds the page and others without it, and is asked for it by a snapshot.
"""

import http.server
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "browser"))
from browser_service import NOBODY, Service  # noqa: E402

BROWSER = "/usr/lib/chromium/chromium-headless-shell"
RUNS, STARTS = 20, 5
PEER = "Playwright MCP"
ROWS = "".join(f"<tr><td>{i}<td>Apple {i}<td>{i * 7 % 90}.50<td><a href=/{i}>More of {i}</a>" for i in range(60))
PAGE = f"""<!DOCTYPE html><html lang=en><title>Shop</title><nav>{"".join(f"<a href=/n{i}>Part {i}</a> " for i in range(20))}</nav>
<h1>Apples</h1><p id=o>none</p><button onclick="fetch('/data').then(a => a.text()).then(t => o.textContent = t)">Buy</button>
<form><label>Name <input name=name></label><select aria-label=Size><option>Small<option>Large</select></form>
<table>{ROWS}</table>""".encode()


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"bought" if self.path == "/data" else PAGE
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Ours:
    def __init__(self, source, packages):
        self.service = Service(source, packages)

    def start(self):
        self.service.start()

    def act(self, action, **members):
        answer = self.service.act(action, **members)
        if answer.status != "ok":
            raise SystemExit(f"{action} ended with {answer.end}")
        return answer.text

    def navigate(self, url):
        return self.act("navigate", url=url)

    def snapshot(self):
        return self.act("snapshot")

    def click(self):
        return self.act("click", ref="Buy")

    def type(self, text):
        return self.act("type", ref="Name", text=text)

    def end(self):
        self.service.end()


class Theirs:
    """Over its standard streams, as its clients do."""

    def __init__(self, folder):
        self.root = tempfile.mkdtemp(prefix="cloche-bench-")
        self.account = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        shutil.copytree(os.path.join(folder, "node_modules"), os.path.join(self.root, "node_modules"))
        if self.account:
            os.chown(self.root, NOBODY, NOBODY)
        self.n_asked = 0
        self.refs = None

    def start(self):
        program = os.path.join(self.root, "node_modules", "@playwright", "mcp", "cli.js")
        self.process = subprocess.Popen(
            ["node", program, "--headless", "--isolated", "--sandbox", "--executable-path", BROWSER,
             "--viewport-size", "1280x720", "--output-dir", os.path.join(self.root, "output")],
            cwd=self.root, env={"PATH": os.environ["PATH"], "HOME": self.root, "TMPDIR": self.root, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **self.account)
        self.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "bench", "version": "0"})
        self.send({"method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, method, **params):
        self.n_asked += 1
        self.send({"id": self.n_asked, "method": method, "params": params})
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.n_asked and "method" not in answer:
                return answer["result"]
        raise SystemExit(f"{PEER} ended")

    def act(self, tool, **arguments):
        result = self.ask("tools/call", name=tool, arguments=arguments)
        text = "".join(block.get("text", "") for block in result["content"])
        if result.get("isError"):
            raise SystemExit(f"{tool}: {text}")
        return text

    def find(self, words):
        """The ref of an element, which is in the file that the answer links to or in the answer."""
        text = self.snapshot()
        link = re.search(r"\]\(([^)]+\.ya?ml)\)", text)
        if link is not None:
            with open(os.path.join(self.root, link.group(1)), encoding="utf-8") as stream:
                text = stream.read()
        return re.search(re.escape(words) + r".*?\[ref=(\w+)\]", text).group(1)

    def navigate(self, url):
        return self.act("browser_navigate", url=url)

    def snapshot(self):
        return self.act("browser_snapshot")

    def click(self):
        return self.act("browser_click", element="Buy", target=self.refs[0])

    def type(self, text):
        return self.act("browser_type", element="Name", target=self.refs[1], text=text)

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.root, ignore_errors=True)


class Figures:
    """What one thing took, in ms."""

    def __init__(self, name):
        self.name, self.values = name, []

    def take(self, work, *words):
        started = time.monotonic()
        result = work(*words)
        self.values.append((time.monotonic() - started) * 1000)
        return result

    def median(self):
        return statistics.median(self.values)

    def print(self, beside=None):
        p95 = sorted(self.values)[min(len(self.values) - 1, int(len(self.values) * 0.95))]
        ratio = f"   {self.median() / beside.median():.2f}× {beside.name.strip()}" if beside else ""
        print(f"{self.name:30} n {len(self.values):3}   median {self.median():9.1f} ms   p95 {p95:9.1f} ms{ratio}", flush=True)


def alternate(name, *works):
    """The figures of each of works, which are called in turn."""
    figures = [Figures(name), Figures(f"  {PEER}")]
    for _ in range(RUNS):
        for figure, work in zip(figures, works):
            figure.take(work)
    figures[0].print(figures[1])
    figures[1].print()


def begin(browser, url):
    browser.start()
    browser.navigate(url)


def main():
    source, packages, peers = map(os.path.abspath, sys.argv[1:4])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    makers = [lambda: Ours(source, packages), lambda: Theirs(peers)]

    figures = [Figures("start and first page"), Figures(f"  {PEER}")]
    for _ in range(STARTS):
        for figure, make in zip(figures, makers):
            browser = make()
            figure.take(begin, browser, url)
            browser.end()
    figures[0].print(figures[1])
    figures[1].print()

    ours, theirs = (make() for make in makers)
    try:
        for browser in (ours, theirs):
            begin(browser, url)
        alternate("navigate", lambda: ours.navigate(url), lambda: theirs.navigate(url))
        alternate("snapshot", ours.snapshot, theirs.snapshot)
        theirs.refs = theirs.find('button "Buy"'), theirs.find('textbox "Name"')
        alternate("click", ours.click, theirs.click)
        alternate("type", lambda: ours.type("Bob"), lambda: theirs.type("Bob"))
        alternate("type and see the page", lambda: ours.type("Bob"), lambda: (theirs.type("Bob"), theirs.snapshot()))
    finally:
        ours.end()
        theirs.end()


main()
