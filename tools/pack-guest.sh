#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Packs the guest trees into our part of the initrd (sandbox/image/image.md): the same files make the same bytes.
# Usage: pack-guest.sh OUTPUT [MODE DESTINATION SOURCE]…
set -eu
output=$1
shift
umask 022
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

mkdir "$stage/tree"
while [ $# -gt 0 ]; do
  mode=$1 destination=$2 source=$3
  shift 3
  case $destination in
    /init) to=$stage/init ;;
    *..*) echo "$destination: not below /" >&2; exit 1 ;;
    /*) to=$stage/tree$destination ;;
    *) echo "$destination: not absolute" >&2; exit 1 ;;
  esac
  [ ! -e "$to" ] || { echo "$destination: given twice" >&2; exit 1; }
  install -D -m "$mode" "$source" "$to"
done

find "$stage" -exec touch -h -d @0 {} +
( cd "$stage" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | cpio --quiet --create --format=newc --owner=+0:+0 --reproducible ) > "$output"
