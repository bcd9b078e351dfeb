#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Installs the pinned npm packages of this folder into WORK and copies single files of them out: OUTPUT's name is the path below
# node_modules, with "+" for "/". CACHE: a folder of npm's cache that has all of them, so that nothing is fetched; "" fetches
# what the user's own cache has not got. Usage: npm-files.sh NPM CACHE WORK OUTPUT…
set -eu
here=$(dirname "$0")
npm=$1 cache=$2 work=$3
shift 3
mkdir -p "$work"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$work/"
install () ( # OPTION…
  cd "$work"
  "$npm" ci "$@" --loglevel=error >&2
)
say () {
  echo "$1" >&2
  exit 1
}
if [ -n "$cache" ]; then
  [ -d "$cache" ] || say "There is no folder $cache, which the option npm-cache names."
  install --offline --cache "$cache" ||
    say "$cache, named by npm-cache, has not got all packages: fill it with 'npm ci --cache $cache' in browser/guest."
else
  install --prefer-offline ||
    say "npm could not get the browser's packages. To build without a network, see npm-cache in README.md."
fi
for output in "$@"; do
  cp "$work/node_modules/$(basename "$output" | tr + /)" "$output"
done
