#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""A conversation with a model of an Ollama server, which here says what is written down for it."""

import os

import cloche_e2e as e2e


def begin(turns):
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, turns)
    return e2e.talk_with(folders, server)


def begin_anew(turns, kind=None, path="", model="script"):
    """A new user who adds the server and chooses its model."""
    folders = e2e.Folders()
    server = e2e.ModelServer(folders, turns)
    window = e2e.Window(folders)
    window.add_server(server.address + path, kind)
    window.choose_model(model)
    return folders, window


def variables_outlive_the_window():
    folders, window = begin_anew([
        e2e.call("run_python", code="x = 41"), e2e.say("Done: x is 41."),
        {"expect": "x is 41", **e2e.call("run_python", code="x + 1")}, {"expect": "42", **e2e.say("It is **42**.")},
    ])
    window.send("Set x to 41")
    window.find(text="Done: x is 41.")
    window.close()

    window = e2e.Window(folders)
    window.click(window.find(role="label", name="Set x to 41"))
    window.find(text="Done: x is 41.")
    window.send("Add one to x")
    window.find(text="It is 42.")
    e2e.equal("what the second call returned", bool(window.find_all(text="42", role="text")), True)
    e2e.equal("notices of lost variables", window.find_all(text="Variables are lost"), [])
    window.close()


def chat_completions():
    """The same with a server that speaks OpenAI's dialect."""
    folders, window = begin_anew([{"lines": [{"choices": [{"delta": {"content": "Good "}}]},
                                             {"choices": [{"delta": {"content": "day."}, "finish_reason": "stop"}]}]}],
                                 kind="OpenAI-Compatible", path="/v1", model="script:latest")
    window.send("Hello")
    window.find(text="Good day.")
    window.close()


def stop_ends_what_runs():
    window = begin([
        e2e.call("run_python", code="import time\nprint('begun')\ntime.sleep(3600)"),
        e2e.call("run_python", code="6 * 7"), e2e.say("Forty-two."),
    ])
    window.send("Wait an hour")
    window.find(role="text", name="Printed Text", text="begun")
    e2e.press("Escape")
    window.find(role="label", name="Stopped.")

    window.send("Now something short")
    window.find(text="Forty-two.")
    window.close()


def stop_ends_an_answer():
    window = begin([
        {"lines": [{"message": {"role": "assistant", "content": "Once upon a time"}}], "endless": True},
        e2e.say("The end."),
    ])
    window.send("Tell me a story")
    window.find(text="Once upon a time")
    window.click(window.find(role="push button", name="Stop", fits=e2e.is_sensitive))
    window.find(role="label", name="Stopped.")
    e2e.equal("the beginning of the story", len(window.find_all(text="Once upon a time")) > 0, True)

    window.send("How does it end?")
    window.find(text="The end.")
    window.close()


def broken_stream_keeps_what_came():
    window = begin([
        {"lines": [{"message": {"role": "assistant", "content": "The first half"}}], "reset": True},
        e2e.say("The second half."),
    ])
    window.send("Speak")
    window.find(text="The connection to the model broke off.")
    window.find(text="The first half")
    window.send("Go on")
    window.find(text="The second half.")
    window.close()


def error_of_python_is_readable():
    window = begin([
        e2e.call("run_python", code="import pandas as pd\npd.DataFrame({'a': [1]})['b']"), e2e.say("There is no b."),
    ])
    window.send("Show column b")
    window.find(role="label", name="KeyError: 'b'")
    window.find(text="There is no b.")
    window.close()


e2e.main([
    variables_outlive_the_window,
    chat_completions,
    stop_ends_what_runs,
    stop_ends_an_answer,
    broken_stream_keeps_what_came,
    error_of_python_is_readable,
])
