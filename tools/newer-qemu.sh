#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Tries a newer QEMU than Debian 12 has: the one of its backports, which maps a template read-only instead of needing it in
# a sealed memory file. Nothing is installed: the packages are unpacked into a folder and shown in the places of the real
# ones in a mount namespace of our own, so that firmware and modules are of the same version too. Forges a template of its
# own beside the one of 'make check' (80 s), then runs the tests that are named, by default the basic ones.
#
#   tools/newer-qemu.sh [TEST…]
#
# BUILD: the build folder. CLOCHE_CHECK_HOME: where bases are kept. CLOCHE_NEWER_SUITE: the suite with the packages.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
home=${CLOCHE_CHECK_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/cloche-check}
suite=${CLOCHE_NEWER_SUITE:-$(. /etc/os-release && echo "$VERSION_CODENAME")-backports}
root=$home/qemu-$suite
packages="qemu-system-x86 qemu-system-common qemu-system-data seabios"
places="usr/bin/qemu-system-x86_64 usr/share/qemu usr/share/seabios usr/lib/$(uname -m)-linux-gnu/qemu"

if [ "${CLOCHE_NEWER_INSIDE:-}" = "" ]; then
  [ -f "$build/build.ninja" ] || meson setup "$build"
  ninja -C "$build"

  # The host's own mirror, of which the backports are one more suite; lists and packages go into our folder.
  if [ ! -e "$root/unpacked" ]; then
    mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME)' 'Created-By: Packages' |
             awk -v codename="${suite%-backports}" '$2 == codename { print $1; exit }')
    rm -rf "$root"
    mkdir -p "$root/lists/partial" "$root/archives/partial" "$root/new"
    chmod 0700 "$root"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" > "$root/sources.list"
    apt () {
      apt-get -q -o Dir::Etc::SourceList="$root/sources.list" -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User= \
        -o Dir::State::Lists="$root/lists" -o Dir::Cache="$root" -o Dir::Cache::Archives="$root/archives" \
        -o Dir::State::status=/dev/null -o Debug::NoLocking=1 "$@"
    }
    apt -o APT::Update::Error-Mode=any update
    # shellcheck disable=SC2086 # A list of names.
    (cd "$root/archives" && apt download $packages)
    for package in "$root"/archives/*.deb; do dpkg-deb -x "$package" "$root/new"; done
    mv "$root/new" "$root/unpacked"
    rm -rf "$root/archives" "$root/lists" "$root"/*.bin
  fi
  missing=$(ldd "$root/unpacked/usr/bin/qemu-system-x86_64" | grep 'not found' || true)
  [ -z "$missing" ] || { echo "This QEMU needs libraries that are not installed here:" >&2; echo "$missing" >&2; exit 1; }

  export CLOCHE_NEWER_INSIDE=1 CLOCHE_CHECK_HOME="$home" BUILD="$build" CLOCHE_NEWER_SUITE="$suite"
  if [ "$(id -u)" = 0 ]; then exec unshare --mount tools/newer-qemu.sh "$@"; fi
  exec unshare --mount --map-root-user tools/newer-qemu.sh "$@"
fi

for place in $places; do mount --bind "$root/unpacked/$place" "/$place"; done
qemu-system-x86_64 --version | head -n 1

# What is known of QEMU and of KVM is kept apart: paths and times are those of the other one.
export XDG_DATA_HOME="$home/data" XDG_CACHE_HOME="$root/cache" XDG_CONFIG_HOME="$home/config"
mkdir -p "$XDG_CACHE_HOME"
CLOCHE_LIBEXECDIR=$build/libexec CLOCHE_PKGDATADIR=$build/share "$build/app/cli/clochectl" image build --if-needed
[ $# -gt 0 ] || set -- vm-jobs vm-files vm-clones vm-lost-ram jail qemu template-memory accelerator
CLOCHE_TEST_BASES="$home/data/cloche/bases" exec meson test -C "$build" --no-rebuild --print-errorlogs "$@"
