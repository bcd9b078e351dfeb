#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The guided tour, as somebody takes it who has just installed Cloche and has no model."""

import os

import cloche_drag as drag
import cloche_e2e as e2e

SALES = os.path.join(os.environ["G_TEST_SRCDIR"], "data", "sales.csv")


def table_dropped_in_and_chart_dragged_out():
    folders = e2e.Folders()
    window = e2e.Window(folders)
    giver = drag.Partner(folders, SALES)

    window.find(role="push button", name="Set Up a Model")
    window.click(window.find(role="push button", name="Take the Tour"))
    composer = window.find(role="text", name="Message")
    window.find(text="a fixed set of rules, not an AI")

    giver.drag_out_to(*window.centre(composer))
    giver.end()
    window.find(role="push button", name="Remove sales.csv")
    window.click(composer)
    e2e.press("Return")

    window.find(text="365 rows, 6 columns")
    window.find(role="panel", name="Table")
    window.find(role="image", name=lambda name: name.startswith("<Figure"))
    chip = window.find(role="push button", name="Open chart.png")
    window.find(text="That was the tour")
    window.find(role="label", name=lambda name: name.startswith("Ready · isolated ("))

    taker = drag.Partner(folders, SALES)
    paths = taker.drag_in_from(window, chip)
    taker.end()
    e2e.equal("names of what came", [os.path.basename(path) for path in paths], ["chart.png"])
    with open(paths[0], "rb") as stream:
        came = stream.read()
    e2e.equal("its first bytes", came[:8], b"\x89PNG\r\n\x1a\n")
    e2e.equal("width and height of the chart in pixels", came[16:24], (960).to_bytes(4, "big") + (540).to_bytes(4, "big"))

    window.close()


e2e.main([table_dropped_in_and_chart_dragged_out])
