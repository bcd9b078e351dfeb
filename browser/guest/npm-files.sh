#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Installs the pinned npm packages of this folder into WORK and copies single files of them out: OUTPUT's name is the path below
# node_modules, with "+" for "/". Usage: npm-files.sh WORK OUTPUT…
set -eu
here=$(dirname "$0")
work=$1
shift
mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$work/"
(cd "$work" && npm ci --loglevel=error) >&2
for output in "$@"; do
  cp "$work/node_modules/$(basename "$output" | tr + /)" "$output"
done
