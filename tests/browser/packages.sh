#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# The browser's packages for those who build without a network: from a cache that has them, and what is said of one that has
# not. The cache is made of the one that the build used, so that nothing is fetched here either.
# Usage: packages.sh NPM-FILES-SCRIPT NPM NPM-CACHE-OPTION; prints TAP.
set -eu
script=$1 npm=$2 cache=${3:-$("$2" config get cache)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 1..3
report () { # STATUS NUMBER NAME
  [ "$1" = 0 ] || { sed 's/^/# /' "$work/log"; printf 'not '; failed=1; }
  echo "ok $2 - $3"
}
failed=0

status=0
"$script" "$npm" "$cache" "$work/full" "$work/turndown+LICENSE" > "$work/log" 2>&1 || status=$?
[ -s "$work/turndown+LICENSE" ] || status=1
report "$status" 1 "from a cache"

mkdir "$work/empty"
status=1
"$script" "$npm" "$work/empty" "$work/none" "$work/x+LICENSE" > "$work/log" 2>&1 ||
  { grep -q "has not got all packages: fill it with" "$work/log" && status=0; }
report "$status" 2 "expected to be told that the cache lacks packages"

status=1
"$script" "$npm" "$work/nowhere" "$work/none" "$work/x+LICENSE" > "$work/log" 2>&1 ||
  { grep -q "There is no folder $work/nowhere" "$work/log" && status=0; }
report "$status" 3 "expected to be told that there is no such cache"
exit "$failed"
