#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# The gate: set up, build, forge a base, run every test, sanitize, fuzz a little, print "N passed, N failed". BUILD: the
# build folder. CLOCHE_CHECK_HOME: where the base is kept between runs; it is made again only when what is in it changes.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
home=${CLOCHE_CHECK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/cloche-check}
begun=$(date +%s)
times=
last=
# Says what begins, and keeps what the step before it took.
step ()
{
  now=$(($(date +%s) - begun))
  [ -z "$last" ] || times="$times$last $((now - since)) s, "
  last=$1
  since=$now
  echo "== $1 ($now s)"
}

step "packages"
tools/install-packages.sh build run test fuzz
step "build"
# Meson finds ccache by itself. What was compiled elsewhere serves as well: in a gate nobody looks at where sources were.
export CCACHE_DIR="$home/ccache" CCACHE_NOHASHDIR=1
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build"

# One forged base for all suites, in folders of its own: the user's are not touched.
step "base"
mkdir -p "$home"
XDG_DATA_HOME=$home/data XDG_CACHE_HOME=$home/cache XDG_CONFIG_HOME=$home/config \
  CLOCHE_LIBEXECDIR=$build/libexec CLOCHE_PKGDATADIR=$build/share \
  "$build/app/cli/clochectl" image build --if-needed
# Each change of what runs in a machine leaves half a gigabyte that nobody starts from any more.
XDG_DATA_HOME=$home/data XDG_CACHE_HOME=$home/cache XDG_CONFIG_HOME=$home/config \
  "$build/app/cli/clochectl" image gc || echo "What is not needed any more was left where it is."
export CLOCHE_TEST_BASES="$home/data/cloche/bases" CLOCHE_TEST_CACHE="$home"

# Machines and windows wait half of their time. One more at a time than there are processors, and beside them, with less of
# a claim, what needs neither.
step "tests and sanitizers"
status=0
rm -f "$build/sanitize.failed"
{
  BUILD="$build-sanitize" nice -n 10 tools/sanitize.sh > "$build/sanitize.log" 2>&1 || touch "$build/sanitize.failed"
} &
: > "$build/tap.log"
meson test -C "$build" --no-rebuild --print-errorlogs --num-processes $(($(nproc) + 1)) --timeout-multiplier 3 ||
  status=1
cat "$build/meson-logs/testlog.txt" >> "$build/tap.log"

step "rest of the sanitizers"
wait
if [ ! -e "$build/sanitize.failed" ]; then
  echo "ok 1 - sanitize" >> "$build/tap.log"
else
  tail -n 80 "$build/sanitize.log"
  echo "not ok 1 - sanitize" >> "$build/tap.log"
  status=1
fi
step "fuzzing"
if BUILD="$build-sanitize" tools/fuzz.sh 5 > "$build/fuzz.log" 2>&1; then
  grep '^ok' "$build/fuzz.log"
else
  tail -n 80 "$build/fuzz.log"
  status=1
fi
grep -E '^(not )?ok' "$build/fuzz.log" >> "$build/tap.log" || true
step "done"
echo "${times}in all $now s"

# What failed comes last: of a long output, often only the end is kept.
awk -f tools/failures.awk "$build/meson-logs/testlog.txt"
grep "^not ok" "$build/fuzz.log" | sed "s/^/failed: fuzzing: /" || true
[ ! -e "$build/sanitize.failed" ] || awk -f tools/failures.awk "$build-sanitize/meson-logs/testlog.txt"
# A test is what TAP calls one. A suite that died without a "not ok" still counts as one failure.
grep -E '^ *ok .*# SKIP' "$build/tap.log" | sed 's/^/skipped: /' || true
awk -v status="$status" '
  /^ *not ok [0-9]/ { if (!/# TODO/) failed++ }
  /^ *ok [0-9]/ { if (!/# SKIP/) passed++ }
  END { if (status != 0 && failed == 0) failed = 1; printf "%d passed, %d failed\n", passed, failed + 0 }' "$build/tap.log" > "$build/summary"
cat "$build/summary"
case $(cat "$build/summary") in
  "0 passed"*) echo "No test ran."; status=1 ;;
  *", 0 failed") ;;
  *) status=1 ;;
esac
exit "$status"
