#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Installs the pinned peer into the build tree, once, and runs the test. Usage: run.sh FOLDER TEST
set -eu
here=$(dirname "$0")
mkdir -p "$1"
if ! cmp -s "$here/package-lock.json" "$1/installed"; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$1/"
  (cd "$1" && npm ci --loglevel=error) >&2
  cp "$here/package-lock.json" "$1/installed"
fi
cp "$here/peer.mjs" "$1/"       # Beside its modules, where Node looks for them.
exec "$2" "$1/peer.mjs"
