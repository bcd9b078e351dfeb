#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Fuzzes every target of tests/fuzz for a while, from the same seed each time, as many at a time as there are processors.
# Usage: fuzz.sh [SECONDS [TARGET…]]. BUILD: the build folder, not the usual one; sanitize.sh has the same. Prints TAP; a
# finding is left in the build folder and ends in status 1.
set -eu
cd "$(dirname "$0")/.."
source=$PWD
build=${BUILD:-build-sanitize}
seconds=${1:-20}
[ $# = 0 ] || shift
tools/sanitized-build.sh "$build"
[ $# -gt 0 ] || set -- $(ls tests/fuzz | sed -n 's/^fuzz-\(.*\)\.c$/\1/p')
# shellcheck disable=SC2046 # names of ours, without spaces
ninja -C "$build" $(printf 'tests/fuzz/fuzz-%s ' "$@")
cd "$build/tests/fuzz"

export G_DEBUG=fatal-warnings
export LSAN_OPTIONS="suppressions=$source/tests/support/lsan.supp:print_suppressions=0"
export source seconds build
# One target: what it says goes into its log, how it went into a file of its own. What the fuzzer learns stays in the build
# folder and serves the next run; seeds are read from the source.
fuzz='
  mkdir -p "learned/$0"
  rm -f "$0.failed"
  "./fuzz-$0" -seed=1 -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="finding-$0-" "learned/$0" "$source/tests/fuzz/corpus/$0" > "$0.log" 2>&1 || : > "$0.failed"'
printf '%s\n' "$@" | xargs -n 1 -P "$(nproc)" sh -c "$fuzz"

failed=0
n=0
echo "1..$#"
for target in "$@"; do
  n=$((n + 1))
  if [ ! -e "$target.failed" ]; then
    echo "ok $n - $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log") runs in $seconds s"
  else
    failed=1
    tail -n 40 "$target.log" | sed 's/^/# /'
    echo "not ok $n - $target: see finding-$target-* in $build/tests/fuzz; put it into tests/fuzz/corpus/$target once fixed"
  fi
done
exit $failed
