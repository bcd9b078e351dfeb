#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Sets up what is missing, builds, and makes the machine's image if there is none. BUILD: the build folder. YES=1: install
# packages without asking.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
tools/install-packages.sh build run
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build"
CLOCHE_LIBEXECDIR=$build/libexec CLOCHE_PKGDATADIR=$build/share "$build/app/cli/clochectl" image build --if-needed
