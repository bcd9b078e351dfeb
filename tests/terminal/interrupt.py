# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What ends a turn of clochectl ask in its middle, and that the conversation goes on from there."""

import os
import signal

from cloche_terminal import call, expect, expect_in, interrupt, main, read_until, say

SLEEP = "import time\ny = 5\nprint('begun', flush=True)\ntime.sleep(10000)"


def in_a_call(person):
    """Ctrl+C while Python runs: what runs is interrupted, variables stay, the next question finds a whole history."""
    person.has_model(call("run_python", code=SLEEP), call("run_python", code="y + 1"), say("Six."))
    process = person.begin("ask", "Sleep")
    read_until(process.stdout, "  | begun")
    interrupt(process)
    out, err = process.communicate()
    expect(process.returncode == 130, f"status 130, not {process.returncode}: {out}{err}")
    expect_in("Stopped.", out)

    out = person.run("ask", "--last", "And now?")
    expect_in("  | 6\n", out)
    expect_in("cancelled by user", person.requests()[1])
    expect("variables are lost" not in person.requests()[2], "the same machine")


def in_an_answer(person):
    """The stream breaks off: what had come is kept, and the sentence says so."""
    broken = say("Half an ans")
    broken["lines"].pop()
    broken["reset"] = True
    person.has_model(broken, say("Whole."))
    out = person.run("ask", "Tell me", status=1)
    expect_in("Half an ans", out)
    expect_in("broke off", out)
    expect_in("Whole.", person.run("ask", "--last", "Again"))
    expect_in("Half an ans", person.requests()[1])


def machine_dies(person):
    """The machine is killed in the middle of a call: a sentence, a status, and files that are still there."""
    person.has_model(call("run_python", code="open('a.txt', 'w').write('kept')"), say("Written."),
                     call("run_python", code=SLEEP), say("It seems to have ended."),
                     call("run_shell", command="cat a.txt"), say("There."))
    person.run("ask", "Write")
    process = person.begin("ask", "--last", "Sleep")
    read_until(process.stdout, "  | begun")
    for keeper in person.processes("cloche-keeper"):
        os.kill(keeper, signal.SIGKILL)
    out, err = process.communicate()
    expect(process.returncode == 1, f"status 1, not {process.returncode}: {out}{err}")
    expect_in("stopped unexpectedly", err)
    out = person.run("ask", "--last", "Read")
    expect_in("  | kept", out)
    expect_in("Variables are lost, files are kept.", out)


main(in_a_call, in_an_answer, machine_dies)
