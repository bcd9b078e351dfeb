#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Takes the pictures of data/screenshots anew, on a display of its own. BUILD: the build folder. The base is the one that
# 'make check' keeps, or what CLOCHE_TEST_BASES names.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
tools/install-packages.sh build run test
[ -f "$build/build.ninja" ] || meson setup "$build"
ninja -C "$build"

bases=${CLOCHE_CHECK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/cloche-check}/data/cloche/bases
export CLOCHE_TEST_BASES="${CLOCHE_TEST_BASES:-$bases}"
export CLOCHE_TEST_BUILD="$build" CLOCHE_LIBEXECDIR="$build/libexec" CLOCHE_PKGDATADIR="$build/share"
export GDK_BACKEND=x11 GSK_RENDERER=cairo ADW_DISABLE_PORTAL=1 LC_ALL=C.UTF-8 PYTHONPATH="$PWD/tests/e2e" PYTHONDONTWRITEBYTECODE=1
mkdir -p data/screenshots
exec tests/e2e/with-session.sh /usr/bin/python3 tools/screenshots.py "$PWD/data/screenshots"
