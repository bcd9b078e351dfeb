#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Lists the packages of packages.txt that are missing and installs them. Asks once, unless YES=1 or there is no terminal.
# Usage: install-packages.sh build|run|test…
set -eu
here=$(dirname "$0")
missing=
for purpose in "$@"; do
  for entry in $(awk -v purpose="$purpose" '$1 == purpose { print $2 ":" $3 }' "$here/packages.txt"); do
    package=${entry%%:*}
    program=${entry#*:}
    [ -z "$program" ] || ! command -v "$program" > /dev/null || continue
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0

echo "Cloche needs these Debian packages:$missing"
if [ "${YES:-}" != 1 ] && [ -t 0 ]; then
  printf 'Install them now? [Y/n] '
  read -r answer
  case $answer in [nN]*) echo "Nothing was installed. Install the packages above and run this again."; exit 1 ;; esac
fi

root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || { echo "Installing packages needs root: install the packages above as root and run this again."; exit 1; }
  root=sudo
fi
$root apt-get update -q
# shellcheck disable=SC2086 # a list of words
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
