#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Measures what Cloche promises to be fast at, beside what it is compared with, and writes tests/bench/results.md. On an idle
# computer: runs alternate, but a second load falls harder on a machine of several threads than on one Python. BUILD: the
# build folder. CLOCHE_CHECK_HOME: where the gate keeps its base, which is used here too.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
home=${CLOCHE_CHECK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/cloche-check}
results=tests/bench/results.md

tools/install-packages.sh build run bench
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build" > /dev/null
export XDG_DATA_HOME="$home/data" XDG_CACHE_HOME="$home/cache" XDG_CONFIG_HOME="$home/config"
export CLOCHE_LIBEXECDIR="$build/libexec" CLOCHE_PKGDATADIR="$build/share"
clochectl="$build/app/cli/clochectl"
"$clochectl" image build --if-needed

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' HUP INT TERM

# A window of its own, on a display and buses like those of a desktop.
streaming () {
  for kind in prose mixed code; do
    mkdir "$scratch/$kind"
    GDK_BACKEND=x11 GSK_RENDERER=cairo ADW_DISABLE_PORTAL=1 LC_ALL=C.UTF-8 \
      tests/e2e/with-session.sh "$build/tests/bench/bench-streaming" "$scratch/$kind" "$kind" 2> "$scratch/log" ||
      { cat "$scratch/log" >&2; return 1; }
  done
}

section () {
  printf '\n## %s\n\n    $ %s\n' "$1" "$2"
  shift 2
  "$@" | sed 's/^/    /'
}

{
  echo "# Figures"
  echo
  echo "Made by \`make bench\` on $(date -u +%Y-%m-%d), at $(git rev-parse --short HEAD). $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)),"
  echo "load $(cut -d ' ' -f 1 /proc/loadavg) when it began, $(qemu-system-x86_64 --version | sed -n '1s/ (.*//p'), Linux $(uname -r | cut -d - -f 1). \`clochectl doctor\` says how machines run here."
  section "A machine for a new conversation, page cache warm" "clochectl bench fork --runs 12" "$clochectl" bench fork --runs 12
  section "The same, nothing in the page cache" "clochectl bench fork --cold" "$clochectl" bench fork --cold
  section "Memory, 30 s after the first answer" "clochectl bench fork --memory --runs 3" "$clochectl" bench fork --memory --runs 3
  section "The window while an answer of 200 KB comes at 1,000 tokens a second: gaps between the beats of a 4 ms timer" \
    "bench-streaming" streaming
  section "The browser beside Playwright MCP, both on this computer" "tests/bench/browser.py" \
    tests/bench/playwright-mcp/run.sh "$home/bench-peers" \
    /usr/bin/python3 tests/bench/browser.py browser/guest/service "$build/browser/guest/packages"
  section "The browser in a machine" "bench-browser" env CLOCHE_TEST_BASES="$XDG_DATA_HOME/cloche/bases" "$build/tests/bench/bench-browser"
  section "The wire" "bench-wire" "$build/tests/bench/bench-wire"
  echo
  echo "\"native import\" is \`python3 -c \"import numpy, pandas, matplotlib.pyplot\"\` on the same computer, run in turn with the forks."
} > "$results.new"
mv "$results.new" "$results"
cat "$results"
