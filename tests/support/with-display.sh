#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Runs a program with a display of its own, so that tests neither need nor disturb the person's. The server chooses its
# number by itself and says it when it is ready; xvfb-run guesses one, which fails when several start at a time.
# It must not reset itself whenever its last client goes: whoever comes at that moment is turned away.
# SCREEN: its size, WIDTHxHEIGHT. Usage: with-display.sh COMMAND…
set -eu
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$dir"' EXIT
trap 'exit 143' HUP INT TERM

cookie=$(mcookie)
touch "$dir/server"
xauth -q -f "$dir/server" add :0 . "$cookie"
mkfifo "$dir/number"
Xvfb -displayfd 3 -auth "$dir/server" -screen 0 "${SCREEN:-1280x1024}x24" -nolisten tcp -noreset \
  3> "$dir/number" > "$dir/log" 2>&1 &
server=$!
read -r number < "$dir/number" || { cat "$dir/log" >&2; exit 1; }
touch "$dir/client"
xauth -q -f "$dir/client" add ":$number" . "$cookie"

status=0
DISPLAY=:$number XAUTHORITY=$dir/client "$@" || status=$?
exit "$status"
