#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Configures the one build under ASan and UBSan, which serves tests and fuzzing: clang's, since only clang has libFuzzer.
# Usage: sanitized-build.sh FOLDER
set -eu
cd "$(dirname "$0")/.."
tools/install-packages.sh build fuzz
# Meson looks for ccache only if nobody says which compiler.
[ -f "$1/build.ninja" ] ||
  CC="$(command -v ccache || true) clang" meson setup "$1" -Dui=false -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1
