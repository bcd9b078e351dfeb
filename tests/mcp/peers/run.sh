#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Installs the pinned programs into the build tree, once, and runs the test. Usage: run.sh FOLDER TEST [ARGUMENT…]
#
# They want a newer Node than Debian's, so one comes with them. package.json overrides the version of vite, which nothing here
# runs: newer ones name a package for Windows that is not to be had, and npm then installs nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
mkdir -p "$folder"
if ! cmp -s "$here/package-lock.json" "$folder/installed"; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$folder/"
  (cd "$folder" && npm ci --omit=optional --loglevel=error) >&2
  cp "$here/package-lock.json" "$folder/installed"
fi
CLOCHE_TEST_PEERS=$folder/node_modules CLOCHE_TEST_PEERS_SOURCE=$here exec "$@"
