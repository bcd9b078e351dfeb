#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Runs a program with a display, a session bus and an accessibility bus of its own. The bus starts nothing but the
# accessibility bus: what else is installed here, a keyring for one, would make a test depend on the computer.
# Usage: with-session.sh COMMAND…
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 143' HUP INT TERM

mkdir "$dir/services"
ln -s /usr/share/dbus-1/services/org.a11y.Bus.service "$dir/services/"
cat > "$dir/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=$dir</listen>
  <servicedir>$dir/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END

# The accessibility bus is a socket in this folder, named after the display's number alone: in a shared one, whoever has had
# that number before takes it away when it ends.
mkdir -m 0700 "$dir/runtime"
export XDG_RUNTIME_DIR="$dir/runtime"

# What the buses say goes to where errors go: the test's output is TAP.
status=0
SCREEN=1600x1000 "$here/../support/with-display.sh" dbus-run-session --config-file="$dir/bus.conf" -- \
  sh -c 'exec "$@" >&3 3>&-' sh "$@" 3>&1 >&2 || status=$?
exit "$status"
