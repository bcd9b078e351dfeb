#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Sets up what is missing, builds, makes the machine's image if there is none, and opens the window; without a display it
# runs the guided tour in the terminal. BUILD: the build folder. YES=1: install packages without asking.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
tools/install-packages.sh build run
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build"

export CLOCHE_LIBEXECDIR="$PWD/$build/libexec" CLOCHE_PKGDATADIR="$PWD/$build/share"
case $build in /*) CLOCHE_LIBEXECDIR=$build/libexec CLOCHE_PKGDATADIR=$build/share ;; esac
"$build/app/cli/clochectl" image build --if-needed

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec "$build/ui/cloche"
fi
exec "$build/app/cli/clochectl" tour
