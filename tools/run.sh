#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Sets up what is missing, builds, makes the machine's image if there is none, and opens the window. Without a display that
# can be used it takes the guided tour in the terminal instead. BUILD: the build folder. YES=1: install packages without
# asking. CLOCHE_TOUR_OUTPUT: where the tour's transcript and pictures go, instead of a folder of the build folder.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
BUILD=$build tools/image.sh
export CLOCHE_LIBEXECDIR="$build/libexec" CLOCHE_PKGDATADIR="$build/share"

# A variable alone proves nothing: it may name a display that is gone, or that does not answer.
if timeout 20 "$build/ui/display-probe" 2> /dev/null; then
  exec "$build/ui/cloche"
fi
echo "There is no display that can be used, so here is the guided tour in the terminal."
exec "$build/app/cli/clochectl" tour --output "${CLOCHE_TOUR_OUTPUT:-$build/tour/$(date +%Y%m%d-%H%M%S)}"
