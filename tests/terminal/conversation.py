# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""clochectl ask: conversations that go on, files in and out, what is lost and what is kept."""

import json
import os
import re

from cloche_terminal import MODEL, call, expect, expect_in, main, read_until, say


def conversation_id(out):
    return re.search(r"--conversation (\S+)", out).group(1)


def goes_on(person):
    """x = 41 in one turn, x + 1 in a later one; then the machine ends: variables are lost, files are not."""
    person.has_model(call("run_python", thinking="hm", code="open('note.txt', 'w').write('kept'); x = 41"), say("It is set."),
                     call("run_python", code="x + 1"), say("There."),
                     call("run_python", code="print(open('note.txt').read())\nx"), say("Gone."),
                     say("Yes."))
    out = person.run("ask", "Set", "x")
    expect_in("  ~ hm", out)
    expect_in("    open('note.txt'", out)
    expect_in("It is set.", out)
    expect_in("Saved cloche-", out)
    conversation = conversation_id(out)
    with open(os.path.join(person.here, f"cloche-{conversation}", "note.txt"), encoding="utf-8") as stream:
        expect(stream.read() == "kept", "the file that was made")

    out = person.run("ask", "--last", "And one more?")
    expect_in("  | 42\n", out)
    expect_in("42", person.requests()[3])
    expect(conversation_id(out) == conversation, "the same conversation")

    machine, = os.listdir(os.path.join(person.cloche, "machines"))
    person.run("vm", "stop", machine)
    out = person.run("ask", "--conversation", conversation, "Still there?")
    expect_in("Variables are lost, files are kept.", out)
    expect_in("  | kept\n", out)
    expect_in("NameError", out)
    expect_in("variables are lost", person.requests()[5])
    person.run("ask", "--last", "Sure?")
    expect_in("variables are lost", person.requests()[6])


def files(person):
    """Whatever a file is called, it comes into /workspace under a name of its own and nowhere else."""
    person.has_model(call("run_shell", command="ls -1 /workspace; cat /workspace/plain.csv"), say("Seen."))
    person.file("plain.csv", b"a,b\n1,2\n")
    os.mkdir(os.path.join(person.here, "sub"))
    odd = person.file("two\nlines.csv")
    out = person.run("ask", "--file", "plain.csv", "--file", odd, "--file", "sub/../plain.csv", "Look")
    expect_in("  | plain.csv\n", out)
    expect_in("  | plain-2.csv\n", out)
    expect_in("  | two_lines.csv\n", out)
    expect_in("  | 1,2\n", out)
    expect_in("[Attached file: /workspace/plain.csv", person.requests()[0].replace("\\/", "/"))


def outputs(person):
    """A guest's names are made safe, its escape sequences stay away from the terminal, its tables become CSV."""
    person.has_model(call("run_shell", command="printf 'x\\033]0;evil\\007y\\n'; echo 1 > '/workspace/a;\nb'; "
                                               "mkdir -p d; echo 2 > d/deep.txt"),
                     call("run_python", code="import pandas\npandas.DataFrame({'a': [1], 'b': ['x,\"y\"']})"),
                     say("Look \033[31mhere"))
    out = person.run("ask", "--output", "out", "Go")
    expect("\033" not in out and "\a" not in out, "no control sequences")
    expect_in("  | xy\n", out)
    folder = os.path.join(person.here, "out")
    expect(sorted(os.listdir(folder)) == sorted(["a;_b", "deep.txt", "table-1.csv"]),
           f"safe names, not {os.listdir(folder)}")
    with open(os.path.join(folder, "table-1.csv"), encoding="utf-8", newline="") as stream:
        expect(stream.read() == ',a,b\n0,1,"x,""y"""\n', "the table as CSV")


def network(person):
    """Where nobody can be asked, nothing is reachable unless it is named, and a later turn may still reach what was."""
    probe = "import urllib.request\nfor host in ('nowhere.invalid', 'example.org'):\n" \
            "  try: print(urllib.request.urlopen(f'http://{host}/', timeout=30))\n" \
            "  except OSError: print(host, 'closed')"
    person.has_model(call("run_python", code=probe), say("So."), say("Again."))
    out = person.run("ask", "--allow", "nowhere.invalid", "Try")
    expect_in("example.org closed", out)
    expect_in("can reach nowhere.invalid; other hosts are refused, and results say how", person.requests()[0])
    expect_in("network: refused example.org (nobody could be asked)", person.requests()[1])
    expect_in("The network refused example.org. To allow it: --allow example.org", out)
    machine, = os.listdir(os.path.join(person.cloche, "machines"))
    with open(os.path.join(person.cloche, "machines", machine, "egress.log"), encoding="utf-8") as stream:
        rows = {row["name"]: row for row in map(json.loads, stream)}
    expect(rows["example.org"]["verdict"] == "refused", f"refused without being looked up: {rows}")
    expect(rows["nowhere.invalid"]["verdict"] == "failed", f"looked up in vain: {rows}")
    person.run("ask", "--last", "Try")
    expect_in("can reach nowhere.invalid; ", person.requests()[2])
    expect_in("cannot be", person.run("ask", "--allow", "not a host", "Try", status=1).replace("can be", "cannot be"))


def asked(person):
    """Who sits at a terminal is asked, and the answer counts for as long as it says."""
    person.has_model(call("run_shell", command="curl -sS http://127.9.9.9.nip.invalid/"), say("Once."),
                     call("run_shell", command="curl -sS http://a.invalid/ http://a.invalid/"), say("For good."))
    shown = person.run_at_terminal("ask", "Try", answers={"[n]o:": "n"})
    expect_in("when the person, who is asked about each host, allows it", person.requests()[0])
    expect_in("Connect to 127.9.9.9.nip.invalid? A program in the machine, “curl” by its own account, asks for port 80.",
              shown)
    expect_in("The network refused 127.9.9.9.nip.invalid. To allow it: --allow 127.9.9.9.nip.invalid", shown)
    expect_in("(the person said no)", person.requests()[1])
    shown = person.run_at_terminal("ask", "--last", "Try", answers={"[n]o:": "c"})
    expect(shown.count("Connect to") == 1, f"one question:\n{shown}")
    expect("refused" not in shown, f"nothing refused:\n{shown}")


def models(person):
    """Which model answers, and what is said if none can."""
    other = {**MODEL, "name": "other:7b"}
    blind = {"name": "embed:latest", "capabilities": ["embedding"]}
    person.has_model(say("One."), say("Two."), models=[MODEL, other, blind])
    out = person.run("ask", "Hello", status=1)
    expect_in("several models: other:7b, script:latest. Name one with --model", out)
    expect_in("There is no model “nobody”. There are: other:7b, script:latest.",
              person.run("ask", "--model", "nobody", "Hello", status=1))
    expect_in("cannot be used", person.run("ask", "--model", "embed", "Hello", status=1))
    expect_in("One.", person.run("ask", "--model", "script", "Hello"))
    expect_in("Two.", person.run("ask", "--last", "Hello"))
    expect_in('"model":"script:latest"', person.requests()[1])


def two_programs(person):
    """One at a time says something; the other is told who, and loses its place to nobody when that one is killed."""
    person.has_model({**say("Once upon a time"), "lines": say("Once upon a time\n")["lines"][:1], "endless": True},
                     say("The end."), models=[{**MODEL, "capabilities": ["completion"]}])
    first = person.begin("ask", "Tell me a story")
    read_until(first.stdout, "Once upon a time")
    person.file("more.csv")
    for words in (["Me too"], ["--file", "more.csv", "Me too"]):
        expect_in(f"in use by clochectl ask ({first.pid}).", person.run("ask", "--last", *words, status=1))
    expect(len(person.requests()) == 1, "only the first to be heard")
    first.kill()
    first.communicate()
    expect_in("The end.", person.run("ask", "--last", "How does it end?"))
    expect_in("Tell me a story", person.requests()[1])
    expect("Me too" not in person.requests()[1], "nothing of what was refused")


main(goes_on, files, outputs, network, asked, models, two_programs)
