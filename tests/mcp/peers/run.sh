#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Installs the pinned programs, once, and runs the test. They go where CLOCHE_TEST_CACHE says, since there are 300 MB of
# them, or else into the build tree. Usage: run.sh FOLDER TEST [ARGUMENT…]
#
# They want a newer Node than Debian's, so one comes with them. package.json overrides the version of vite, which nothing here
# runs: newer ones name a package for Windows that is not to be had, and npm then installs nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${CLOCHE_TEST_CACHE:+$CLOCHE_TEST_CACHE/mcp-peers}
folder=${folder:-$1}
shift
mkdir -p "$folder"
exec 9> "$folder/lock"
flock 9  # Another checkout's test may be installing there.
if ! cmp -s "$here/package-lock.json" "$folder/installed"; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$folder/"
  (cd "$folder" && npm ci --omit=optional --loglevel=error) >&2
  cp "$here/package-lock.json" "$folder/installed"
fi
exec 9>&-
CLOCHE_TEST_PEERS=$folder/node_modules CLOCHE_TEST_PEERS_SOURCE=$here exec "$@"
