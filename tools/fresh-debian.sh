#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Proves a make target on a bare Debian 12: makes a minimal root with nothing but apt, make and sudo, clones HEAD into it
# and runs the target there, in a home that is empty. Needs root, mmdebstrap and git; the network is the host's, apt's
# mirror and npm's registry too. FRESH_ROOT: where the root is made (default: a temporary folder, removed at the end).
# Usage: fresh-debian.sh root|user TARGET…
set -euo pipefail
cd "$(dirname "$0")/.."
who=${1:?root or user}
shift
[ $# -gt 0 ] || { echo "Usage: $0 root|user TARGET…" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "Making a root and entering it needs root." >&2; exit 2; }
source=$PWD

if [ -n "${FRESH_ROOT:-}" ]; then
  root=$FRESH_ROOT
else
  root=$(mktemp -d)/root
  trap 'rm -rf --one-file-system "${root%/root}"' EXIT
fi

if [ ! -e "$root/etc/debian_version" ]; then
  # As apt knows its sources: whatever files and formats they are in.
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sort -u > "${root%/*}/sources.list"
  apt-config dump --format '%F "%v";%n' Acquire | grep -v ' "";$' > "${root%/*}/apt.conf"
  mmdebstrap --quiet --variant=minbase --include=make,sudo,ca-certificates --aptopt="${root%/*}/apt.conf" \
    bookworm "$root" "${root%/*}/sources.list"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  useradd --root "$root" --create-home --shell /bin/bash tester
  echo 'tester ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/tester"
fi
cp /etc/hosts /etc/resolv.conf "$root/etc/"

if [ "$who" = root ]; then home=/root account=root; else home=/home/tester account=tester; fi
rm -rf "$root$home/cloche"
git clone --quiet --no-hardlinks "$source" "$root$home/cloche"
chroot "$root" chown -R "$account:" "$home/cloche"
registry=$(npm config get registry 2> /dev/null || true)

# A pivoted root rather than a changed one: inside of chroot(2) the kernel gives no user namespaces, which the jail needs.
# No variable of ours is handed on but where npm finds its packages.
export root account home registry targets="$*"
exec_in_root='
  mount --bind "$root" "$root"
  cd "$root"
  mount --rbind /dev dev
  mount --rbind /sys sys
  mount -t proc proc proc
  mount -t tmpfs tmpfs tmp
  mount -t tmpfs tmpfs run
  mkdir -p mnt/old
  pivot_root . mnt/old
  umount -l /mnt/old
  cd /
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" \
    ${registry:+NPM_CONFIG_REGISTRY="$registry"} \
    setpriv --reuid "$account" --regid "$account" --init-groups \
    sh -c "cd ~/cloche && make $targets" < /dev/null
'
unshare --mount --pid --fork --kill-child --propagation private sh -euc "$exec_in_root"
