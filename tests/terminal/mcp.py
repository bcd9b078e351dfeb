# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""clochectl mcp with a real machine, as another program has it."""

import base64
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time

from cloche_terminal import CLOCHECTL, expect, expect_in, main

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "mcp-client.py")
PLOT = "import matplotlib.pyplot as plt; plt.plot([1, 3, 2]); plt.show()"
SLEEP = "import time\nprint('begun', flush=True)\ntime.sleep(10000)"
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "modern", "version": "1"}}


class Client:
    """The other end of clochectl mcp: whatever it writes there is a message, or the test fails."""

    def __init__(self, person, *options):
        self.log = open(person.path("mcp.log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([CLOCHECTL, "mcp", *options], env=person.env, cwd=person.here, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)

    def send(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def call(self, number, tool, meta=None, **arguments):
        self.send(id=number, method="tools/call", params={"name": tool, "arguments": arguments, "_meta": meta or {}})

    def next(self):
        line = self.process.stdout.readline()
        expect(line != "", "another message")
        return json.loads(line)

    def wait_for(self, number):
        """The answer with that id, and what came before it."""
        before = []
        while (message := self.next()).get("id") != number:
            before.append(message)
        return message, before

    def initialize(self, name):
        self.send(id=0, method="initialize",
                  params={"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": name, "version": "1"}})
        self.wait_for(0)
        self.send(method="notifications/initialized")

    def close(self):
        """What it wrote to standard error; it must have ended well."""
        self.process.stdin.close()
        rest = self.process.stdout.read()
        self.process.stdout.close()
        status = self.process.wait()
        self.log.seek(0)
        log = self.log.read()
        self.log.close()
        expect(status == 0, f"status 0, not {status}: {log}")
        return rest + log


def text(answer):
    expect("result" in answer, f"a result: {answer}")
    return answer["result"]["content"][0]["text"]


def nothing_is_left(person):
    for name in ("cloche-keeper", "cloche-gate", "qemu-system-x86_64"):
        expect(person.processes(name) == [], f"no {name} to be left")


def titles(person):
    with contextlib.closing(sqlite3.connect(f"file:{person.cloche}/cloche.db?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute("SELECT title FROM conversations")]


def a_session(person):
    """Many calls at once, in their order, with pictures, progress and a cancelled one; the conversation is kept."""
    client = Client(person)
    client.initialize("tester\u202e")
    png = base64.b64encode(open(os.path.join(os.path.dirname(EXAMPLE), "..", "tests", "data", "picture.png"), "rb").read())
    client.call("a", "run_python", code="x = 20\nx + 1")
    client.call("b", "write_file", path="p.png", content=png.decode(), encoding="base64")
    client.call("c", "run_shell", command="pwd; wc -c < p.png; printf '\\001\\000' > b.bin")
    client.call("d", "list_files")
    client.call("e", "read_file", path="/workspace/p.png")
    client.call("f", "read_file", path="b.bin")
    client.call("g", "read_file", path="../etc/shadow")
    client.call("h", "run_python", code=PLOT)
    client.call("i", "run_python", code=5)
    client.call("j", "run_python", code="import urllib.request\nurllib.request.urlopen('https://refused.example/')")
    answers = {}
    while len(answers) < 10:
        message = client.next()
        answers[message["id"]] = message
    expect_in("result:\n21", text(answers["a"]).replace("result: ", "result:\n"))
    expect_in("/workspace\n", text(answers["c"]))
    expect_in(str(len(base64.b64decode(png))), text(answers["c"]))
    expect_in("/workspace/p.png (", text(answers["d"]))
    picture = answers["e"]["result"]["content"][1]
    expect(picture["type"] == "image" and picture["mimeType"] == "image/png" and picture["data"] == png.decode(),
           f"the picture that was written, not {str(picture)[:200]}")
    blob = answers["f"]["result"]["content"][1]
    expect(blob["type"] == "resource" and blob["resource"]["uri"] == "file:///workspace/b.bin" and
           base64.b64decode(blob["resource"]["blob"]) == b"\1\0", f"the bytes that were written, not {blob}")
    expect(answers["g"]["result"]["isError"], f"no file of another folder: {answers['g']}")
    chart = answers["h"]["result"]["content"][1]
    expect(base64.b64decode(chart["data"])[:4] == b"\x89PNG", f"a chart, not {str(chart)[:200]}")
    expect(answers["i"]["result"]["isError"], f"an argument of the wrong type to be a failed call: {answers['i']}")

    expect_in("--allow refused.example", text(answers["j"]))

    client.call(7, "run_python", code=SLEEP, meta={"progressToken": "p"})
    while (message := client.next())["params"].get("message") != "begun":
        expect(message["method"] == "notifications/progress" and message["params"]["progressToken"] == "p",
               f"progress of the call, not {message}")
    client.send(method="notifications/cancelled", params={"requestId": 7})
    client.call(8, "run_python", code="x", meta=META)
    answer, before = client.wait_for(8)
    expect_in("20", text(answer))
    expect(answer["result"]["resultType"] == "complete", f"an answer of the modern era, not {answer}")
    expect(all("id" not in message for message in before), f"no answer to what was cancelled, not {before}")
    expect(client.close() == "", "nothing besides")
    nothing_is_left(person)
    expect(titles(person) == ["MCP: tester\ufffd"], f"one conversation, “MCP: tester”, not {titles(person)}")


def gone_in_a_call(person):
    """The client is gone while Python runs, without a word, and nothing is left behind."""
    client = Client(person, "--allow", "example.org")
    client.initialize("")
    client.call(1, "run_python", code=SLEEP, meta={"progressToken": 1})
    client.call(2, "run_shell", command="echo never > never.txt")
    while client.next()["params"].get("message") != "begun":
        pass
    client.process.stdout.close()
    client.process.stdin.close()
    expect(client.process.wait() == 0, "status 0")
    client.log.close()
    nothing_is_left(person)
    expect(titles(person) == ["MCP"], f"one conversation, “MCP”, not {titles(person)}")


def deleted_meanwhile(person):
    """The person deletes the conversation in the window: the next call begins another one, with another machine."""
    client = Client(person)
    client.initialize("goes on")
    client.call(1, "run_shell", command="touch first")
    client.wait_for(1)
    with contextlib.closing(sqlite3.connect(f"{person.cloche}/cloche.db")) as database, database:
        database.execute("UPDATE conversations SET deleted_us = 1")
    listed = "/workspace/first"
    while "/workspace/first" in listed:                 # It hears of it with the next change of the store.
        client.call(2, "list_files")
        listed = text(client.wait_for(2)[0])
    client.close()
    while person.processes("cloche-keeper"):            # The first machine was told to stop, and not waited for.
        time.sleep(0.1)
    nothing_is_left(person)
    expect(titles(person) == ["MCP: goes on", "MCP: goes on"], f"two conversations, not {titles(person)}")


def python_of(client):
    """What a model is told of run_python in the answer that comes next."""
    answer, _ = client.wait_for(1)
    return next(tool["description"] for tool in answer["result"]["tools"] if tool["name"] == "run_python")


def never_called(person):
    """Who only looks starts no machine and begins no conversation; a terminal is told what this is."""
    client = Client(person)
    client.initialize("looks")
    client.send(id=1, method="tools/list")
    expect_in("It can reach nothing of the network; results say how the person can allow hosts.", python_of(client))
    expect(client.close() == "", "nothing besides")
    client = Client(person, "--allow", "a.example")
    client.initialize("looks")
    client.send(id=1, method="tools/list")
    expect_in("it can reach a.example; other hosts are refused", python_of(client))
    expect(client.close() == "", "nothing besides")
    expect(titles(person) == [], f"no conversation, not {titles(person)}")
    expect(not os.path.exists(os.path.join(person.cloche, "machines")) or
           os.listdir(os.path.join(person.cloche, "machines")) == [], "no machine")
    expect_in("not a host", person.run("mcp", "--allow", "not a host", status=1))
    config = json.loads(subprocess.run([CLOCHECTL, "mcp", "--config", "--allow", "a.example"], env=person.env, check=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    server = config["mcpServers"]["cloche"]
    expect(server["command"] == os.path.realpath(CLOCHECTL) and server["args"] == ["mcp", "--allow", "a.example"],
           f"how this program is started, not {server}")


def the_example(person):
    """examples/ holds what it says it does."""
    done = subprocess.run([sys.executable, EXAMPLE, CLOCHECTL], env=person.env, cwd=person.here, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    expect(done.returncode == 0, f"status 0, not {done.returncode}:\n{done.stdout}")
    expect_in("118 in all, best month 5", done.stdout)
    with open(os.path.join(person.here, "chart.png"), "rb") as stream:
        expect(stream.read(4) == b"\x89PNG", "a chart")
    nothing_is_left(person)


main(a_session, gone_in_a_call, deleted_meanwhile, never_called, the_example)
