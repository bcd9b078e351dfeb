#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Makes a fresh Debian tree the root of every machine. Run as root (of a user namespace at least) with the tree as $1 and
# CLOCHE_SUITE, CLOCHE_MIRROR, CLOCHE_SECURITY_MIRROR (may be empty) in the environment. Nothing of ours is put in here.
set -eu
root=$1

# The person's account. What runs in a machine belongs to them, so root is one sudo away.
chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash --groups sudo user
printf 'user ALL=(ALL:ALL) NOPASSWD: ALL\n' > "$root/etc/sudoers.d/user"
chmod 0440 "$root/etc/sudoers.d/user"
chroot "$root" install -d -o user -g user -m 0755 /workspace

# Debian's packages come from where this tree came from, so that apt works with no setting.
rm -f "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*
source_of() {
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$1" "$2"
  printf 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n'
}
{
  source_of "$CLOCHE_MIRROR" "$CLOCHE_SUITE $CLOCHE_SUITE-updates"
  [ -z "$CLOCHE_SECURITY_MIRROR" ] || source_of "$CLOCHE_SECURITY_MIRROR" "$CLOCHE_SUITE-security"
} > "$root/etc/apt/sources.list.d/debian.sources"
printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\n' > "$root/etc/apt/apt.conf.d/90cloche"

# What the build said to apt and dpkg is not for the machine: what a person installs there comes whole.
rm -f "$root"/etc/apt/apt.conf.d/99mmdebstrap "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap

# The test suites of Python packages, which nothing but a test run imports: 150 MB. (Not in exclude.list: packages compile all
# that they brought.) numpy's stay, since numpy.testing uses them.
python=$root/usr/lib/python3/dist-packages
for package in matplotlib mpl_toolkits pandas scipy sklearn sympy; do
  find "$python/$package" -type d -name tests -prune -exec rm -rf {} +
done

printf 'LANG=C.UTF-8\n' > "$root/etc/default/locale"

# Every machine gets its own name, id and clock when it starts; none of the building host's stay.
: > "$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root/etc/resolv.conf" "$root/var/lib/dbus/machine-id"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' > "$root/etc/hosts"

# Written while packages were installed; the same build twice should be the same tree. (Lists, caches and /tmp are mmdebstrap's to
# empty: the configuration that keeps its apt inside of the tree is there until the end.)
find "$root/var/log" "$root/var/tmp" -type f -delete
rm -rf "$root/var/log/journal" "$root"/var/cache/ldconfig/* "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old
rm -f "$root"/etc/*- "$root/vmlinuz" "$root/vmlinuz.old" "$root/initrd.img" "$root/initrd.img.old"
install -d -m 0755 "$root/run" "$root/mnt"
