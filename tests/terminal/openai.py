# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""clochectl with a server that speaks Chat Completions: added, asked with a tool in a real machine, refused, cut, removed."""

import errno
import json
import os

from cloche_terminal import expect, expect_in, main

KEY = "sk-topsecret-0123456789"


def chunk(delta, finish=None):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def say(*words, **turn):
    return {"lines": [*(chunk({"content": word}) for word in words), chunk({}, "stop"),
                      {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5}}], "split": True, **turn}


def call(code, reasoning):
    """In pieces, as most do, with thinking that has to go back."""
    arguments = json.dumps({"code": code})
    half = len(arguments) // 2
    return {"lines": [chunk({"role": "assistant", "content": None, "reasoning_content": reasoning}),
                      chunk({"tool_calls": [{"index": 0, "id": "c1", "type": "function",
                                             "function": {"name": "run_python", "arguments": arguments[:half]}}]}),
                      chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments[half:]}}]}),
                      chunk({}, "tool_calls")]}


def has_cloud(person, *turns, key=KEY):
    """The scripted server under the name Cloud, and no Ollama."""
    person.has_model(*turns, key=key)
    address = person.env["OLLAMA_HOST"]
    person.env["OLLAMA_HOST"] = "127.0.0.1:1"
    person.run("endpoint", "add", "Cloud", address + "/v1")
    person.run("endpoint", "remove", "ollama")


def written_runs(path):
    """What was written of a file: a conversation's disk is some GB of holes, which take half a minute to read."""
    with open(path, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        end = 0
        while end < size:
            try:
                begin = os.lseek(stream.fileno(), end, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:
                    return
                raise
            end = os.lseek(stream.fileno(), begin, os.SEEK_HOLE)
            stream.seek(begin)
            yield stream.read(end - begin)


def nowhere_written(person):
    """The key is in no file of this person's."""
    for folder, _, names in os.walk(person.root):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path) or path == person.path("model.json"):
                continue
            expect(not any(KEY.encode() in run for run in written_runs(path)), f"no key in {path}")


def tool(person):
    has_cloud(person, call("40 + 2", "Let me count."), say("It is ", "42."))
    out = person.run("ask", "--model", "cloud/script:latest", "Count", env={"CLOCHE_API_KEY": KEY})
    expect_in("  ~ Let me count.", out)
    expect_in("  | 42\n", out)
    expect_in("It is 42.", out)
    second = json.loads(person.requests()[1])
    assistant, result = second["messages"][-2:]
    expect(assistant["reasoning_content"] == "Let me count.", f"the thinking goes back: {assistant}")
    expect(result["tool_call_id"] == "c1" and "42" in result["content"], f"the result goes with its call: {result}")
    expect(KEY not in out, "no key in the output")
    nowhere_written(person)


def refused(person):
    has_cloud(person, say("Never."))
    for env in ({}, {"CLOCHE_API_KEY": KEY + "x"}):
        out = person.run("ask", "Hello", status=1, env=env)
        expect_in("Cloud wants a key, or another one.", out)
        expect_in("CLOCHE_API_KEY=", out)
        expect(KEY not in out, "no key in the output")
    expect(not os.path.exists(person.log), "nothing asked")


def cut(person):
    """What came is kept, no call of it is run, and the conversation goes on."""
    broken = call("open('never', 'w')", "hm")
    half = {"lines": [chunk({"content": "It is ha"}), broken["lines"][1]], "reset": True}
    has_cloud(person, half, say("Here again."), key=None)
    out = person.run("ask", "Count", status=1)
    expect_in("It is ha", out)
    expect_in("broke off", out)
    expect("open('never'" not in out, "no call")
    expect_in("Here again.", person.run("ask", "--last", "Go on"))
    expect_in("It is ha", person.requests()[1])


def endpoints(person):
    for words, sentence in ((("Cloud", "ftp://x"), "no address of a server"), (("Cloud", "https://a:b@c"), "no key in it"),
                            (("a/b", "https://c"), "no “/”")):
        expect_in(sentence, person.run("endpoint", "add", *words, status=1))
    person.run("endpoint", "add", "Cloud", "https://cloud.invalid")
    expect_in("of that name already", person.run("endpoint", "add", "cloud", "https://c", status=1))
    expect_in("No key came", person.run("endpoint", "add", "Other", "https://c", "--key", status=1))
    expect_in("https://cloud.invalid/v1", person.run("endpoint", "list"))
    person.run("endpoint", "remove", "cloud")
    expect("cloud.invalid" not in person.run("endpoint", "list"), "removed")
    expect_in("no such server", person.run("endpoint", "remove", "cloud", status=1))
    expect_in("Say what to do", person.run("endpoint", "add", "Cloud", status=2))


main(tool, refused, cut, endpoints)
