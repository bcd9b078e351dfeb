#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Runs every suite that needs neither a display nor a machine under ASan and UBSan. BUILD: the build folder, not the
# usual one; fuzz.sh has the same. Arguments go to "meson test". The last line says "sanitize: clean" or what failed; the
# status likewise.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build-sanitize}
export ASAN_OPTIONS="abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1"
export UBSAN_OPTIONS="halt_on_error=1:abort_on_error=1:print_stacktrace=1"

tools/sanitized-build.sh "$build"
ninja -C "$build"

status=0
meson test -C "$build" --no-rebuild --print-errorlogs --timeout-multiplier 10 \
  --no-suite house --no-suite ui --no-suite vm --no-suite e2e "$@" || status=$?
[ "$status" = 0 ] && echo "sanitize: clean" || echo "sanitize: findings, see $build/meson-logs/testlog.txt"
exit "$status"
