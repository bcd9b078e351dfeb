#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Installs the pinned Playwright MCP into FOLDER, once, and runs the measurement beside it, whose last argument is that folder.
# Usage: run.sh FOLDER PROGRAM [ARGUMENT…]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
shift
mkdir -p "$folder"
if ! cmp -s "$here/package-lock.json" "$folder/installed"; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$folder/"
  (cd "$folder" && npm ci --omit=optional --prefer-offline --loglevel=error) >&2
  cp "$here/package-lock.json" "$folder/installed"
fi
exec "$@" "$folder"
