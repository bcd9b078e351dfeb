#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# The gate: set up, build, run every test, print "N passed, N failed". BUILD: the build folder.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
tools/install-packages.sh build run test
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build"

status=0
meson test -C "$build" --no-rebuild --print-errorlogs || status=$?

# Count subtests, which is what a person means by a test: TAP lines of every suite's log.
awk '/^ *(not )?ok [0-9]/ { if (/^ *not ok/ && !/# TODO/) failed++; else passed++ } /# SKIP/ { skipped++; print "skipped: " $0 > "/dev/stderr" }
     END { printf "%d passed, %d failed\n", passed, failed + 0 }' "$build/meson-logs/testlog.txt" > "$build/summary"
summary=$(cat "$build/summary")
case $summary in
  "0 passed"*) echo "No test ran."; status=1 ;;
  *", 0 failed") [ "$status" = 0 ] || summary=${summary%0 failed}"1 failed" ;;
esac
echo "$summary"
exit "$status"
