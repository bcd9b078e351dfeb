#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""A program of yours that uses an isolated machine: starts "clochectl mcp" and speaks the Model Context Protocol with it.

Usage: mcp-client.py [CLOCHECTL [OPTION…]]. It sends a table into the machine, has a chart drawn of it there, and keeps the
chart as chart.png in the folder it is run in. Nothing but Python's standard library is needed.
"""

import base64
import itertools
import json
import subprocess
import sys

TABLE = "month,sales\n" + "".join(f"{month},{sales}\n" for month, sales in enumerate([12, 19, 7, 23, 31, 26], 1))

CODE = """
import pandas as pd, matplotlib.pyplot as plt
table = pd.read_csv('sales.csv')
table.plot.bar(x='month', y='sales')
plt.show()
f"{table.sales.sum()} in all, best month {table.sales.idxmax() + 1}"
"""


class Cloche:
    """One machine, from the first call to close()."""

    def __init__(self, *command):
        self.process = subprocess.Popen([*command, "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ids = itertools.count(1)
        hello = self.request("initialize", protocolVersion="2025-11-25", capabilities={},
                             clientInfo={"name": "example", "version": "1"})
        print("Connected to", hello["serverInfo"]["title"], hello["serverInfo"]["version"])
        self.send(method="notifications/initialized")

    def send(self, **message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def request(self, method, **params):
        """Sends a request and waits for its answer; shows what is said of progress meanwhile."""
        number = next(self.ids)
        self.send(id=number, method=method, params=params)
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("method") == "notifications/progress":
                print(f"  … {message['params']['progress']:.0f} s {message['params'].get('message', '')}")
            elif message.get("id") == number and "error" in message:
                raise RuntimeError(message["error"]["message"])
            elif message.get("id") == number:
                return message["result"]
        raise RuntimeError("Cloche has ended. What it wrote above says why.")

    def call(self, tool, **arguments):
        """Calls a tool; what it shows, as a list of blocks."""
        result = self.request("tools/call", name=tool, arguments=arguments, _meta={"progressToken": tool})
        if result["isError"]:
            raise RuntimeError(result["content"][0]["text"])
        return result["content"]

    def close(self):
        """Says that this was all: the machine stops, its files stay in the conversation."""
        self.process.stdin.close()
        return self.process.wait()


def main():
    cloche = Cloche(*(sys.argv[1:] or ["clochectl"]))
    print("Tools:", ", ".join(tool["name"] for tool in cloche.request("tools/list")["tools"]))
    cloche.call("write_file", path="sales.csv", content=TABLE)
    for block in cloche.call("run_python", code=CODE):
        if block["type"] == "text":
            print(block["text"])
        elif block["type"] == "image":
            with open("chart.png", "wb") as stream:
                stream.write(base64.b64decode(block["data"]))
            print("Saved chart.png")
    return cloche.close()


if __name__ == "__main__":
    sys.exit(main())
