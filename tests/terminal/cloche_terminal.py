# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What the tests of clochectl share: a new user's folders, the program as it is typed, a scripted model, and TAP.

Usage of each test: NAME.py CLOCHECTL MODEL-SERVER. Nothing waits for a time; a program that hangs ends with the test's own
time limit.
"""

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import traceback

CLOCHECTL, MODEL_SERVER = map(os.path.abspath, sys.argv[1:3])
MODEL = {"name": "script:latest", "capabilities": ["completion", "tools", "thinking"], "context_length": 32768}


def say(text):
    """A turn of the model that is an answer."""
    return {"lines": [{"message": {"role": "assistant", "content": text}}, {"done": True, "done_reason": "stop"}]}


def call(tool, thinking="", **arguments):
    """A turn of the model that calls a tool."""
    message = {"role": "assistant", "content": "", "thinking": thinking,
               "tool_calls": [{"function": {"name": tool, "arguments": arguments}}]}
    return {"lines": [{"message": message}, {"done": True, "done_reason": "stop"}]}


class Person:
    """Somebody who has never used Cloche: folders of their own, no bus, no keyring."""

    def __init__(self, with_base=True):
        self.root = tempfile.mkdtemp(prefix="cloche-terminal-")
        self.here = self.path("here")
        self.cloche = self.path("data", "cloche")
        for folder in (self.here, self.cloche, self.path("home")):
            os.makedirs(folder)
        os.mkdir(self.path("run"), 0o700)
        self.env = dict(os.environ)
        for name in ("data", "cache", "config", "state"):
            self.env[f"XDG_{name.upper()}_HOME"] = self.path(name)
        self.env["XDG_RUNTIME_DIR"] = self.path("run")
        self.env["HOME"] = self.path("home")
        self.env["OLLAMA_HOST"] = "127.0.0.1:1"
        self.server = None
        if with_base:
            os.symlink(os.environ["CLOCHE_TEST_BASES"], os.path.join(self.cloche, "bases"))

    def path(self, *names):
        return os.path.join(self.root, *names)

    def file(self, name, content=b"1\n"):
        path = os.path.join(self.here, name)
        with open(path, "wb") as stream:
            stream.write(content)
        return path

    def has_model(self, *turns, models=(MODEL,), key=None):
        """Starts a server with a model that says turns, in this order; the one before it ends."""
        self.no_model()
        script = self.path("model.json")
        with open(script, "w", encoding="utf-8") as stream:
            json.dump({"models": models, "turns": turns, "key": key}, stream)
        self.log = self.path("requests")
        if os.path.exists(self.log):
            os.unlink(self.log)
        self.server = subprocess.Popen([MODEL_SERVER, script, self.log], stdout=subprocess.PIPE, text=True)
        self.env["OLLAMA_HOST"] = self.server.stdout.readline().strip()

    def no_model(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            self.server.stdout.close()
        self.server = None

    def requests(self):
        """What the model was asked, as text."""
        with open(self.log, encoding="utf-8") as stream:
            return stream.read().splitlines()

    def begin(self, *words, wrapper=(), env=None):
        return subprocess.Popen([*wrapper, CLOCHECTL, *words], cwd=self.here, env={**self.env, **(env or {})},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True)

    def run(self, *words, status=0, wrapper=(), env=None):
        """Runs clochectl to its end; what it wrote, both streams in one text."""
        process = self.begin(*words, wrapper=wrapper, env=env)
        out, err = process.communicate()
        expect(process.returncode == status, f"status {status} of clochectl {' '.join(words)}, not {process.returncode}:\n"
               f"{out}\n{err}")
        return out + err

    def run_at_terminal(self, *words, answers):
        """Runs clochectl as somebody at a terminal does who types an answer to each text that is shown; all that was shown."""
        master, slave = pty.openpty()
        process = subprocess.Popen([CLOCHECTL, *words], cwd=self.here, env=self.env, stdin=slave, stdout=slave, stderr=slave,
                                   start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        shown, seen = b"", 0
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # EIO: whoever had the other end has ended.
                break
            shown += chunk
            for text, answer in answers.items():
                at = shown.find(text.encode(), seen)
                if at >= 0:
                    seen = at + len(text)
                    os.write(master, answer.encode() + b"\n")
        os.close(master)
        status = process.wait()
        text = shown.decode(errors="replace").replace("\r\n", "\n")
        expect(status == 0, f"status 0 of clochectl {' '.join(words)}, not {status}:\n{text}")
        return text

    def processes(self, name):
        """Process ids of the programs of that name that belong to these folders."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as stream:
                    words = stream.read().split(b"\0")
            except OSError:
                continue
            if os.path.basename(words[0]) == name.encode() and any(self.root.encode() in word for word in words):
                found.append(int(pid))
        return found

    def leave(self):
        """Stops machines and removes everything."""
        self.no_model()
        for line in self.run("vm", "list").splitlines() if os.path.exists(os.path.join(self.cloche, "machines")) else []:
            machine = line.split()[0] if line.split() else ""
            if os.path.isdir(os.path.join(self.cloche, "machines", machine)) and len(machine) == 12:
                subprocess.run([CLOCHECTL, "vm", "stop", "--force", machine], env=self.env, check=False, capture_output=True)
        shutil.rmtree(self.root)


def expect(condition, what):
    if not condition:
        raise AssertionError(f"expected {what}")


def expect_in(what, text):
    expect(what in text, f"“{what}” in:\n{text}")


def read_until(stream, what):
    """Reads lines until one holds what."""
    text = ""
    for line in stream:
        text += line
        if what in line:
            return text
    raise AssertionError(f"expected “{what}” in:\n{text}")


def interrupt(process):
    """What Ctrl+C does: the whole group gets it."""
    os.killpg(process.pid, signal.SIGINT)


def main(*tests):
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    if "CLOCHE_TEST_BASES" not in os.environ:
        print("Bail out! CLOCHE_TEST_BASES must name the folder of a forged base; 'make check' makes one")
        sys.exit(1)
    for number, test in enumerate(tests, 1):
        person = Person()
        try:
            test(person)
            print(f"ok {number} - {test.__name__}", flush=True)
        except Exception:
            failed = 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {number} - {test.__name__}", flush=True)
        finally:
            person.leave()
    sys.exit(failed)
