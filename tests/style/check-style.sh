#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Fails where a .c file differs from what uncrustify makes of it, where a file lacks its licence line, spells the
# application id, or names a TODO without an issue. Usage: check-style.sh SOURCE-ROOT [--fix]; prints TAP.
set -eu
cd "$1"
config=tests/style/uncrustify.cfg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find data llm sandbox browser app ui tests \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.mjs' \) 2>/dev/null |
  grep -v node_modules | sort > "$work/files"

if [ "${2:-}" = --fix ]; then
  grep '\.c$' "$work/files" | xargs uncrustify -c "$config" -q -l C --replace --no-backup
  exit 0
fi

failed=0
n=0
report () { # NAME FILE-WITH-FINDINGS
  n=$((n + 1))
  if [ -s "$2" ]; then
    failed=1
    sed 's/^/# /' "$2"
    echo "not ok $n - $1"
  else
    echo "ok $n - $1"
  fi
}

echo 1..5
: > "$work/format"
grep '\.c$' "$work/files" | while read -r file; do
  uncrustify -c "$config" -q -l C -f "$file" > "$work/out"
  cmp -s "$work/out" "$file" || echo "$file: tests/style/check-style.sh . --fix"
done > "$work/format"
report "every .c file is as uncrustify writes it" "$work/format"

xargs grep -L 'SPDX-License-Identifier: GPL-3.0-or-later' < "$work/files" > "$work/licence" || true
report "every file names its licence" "$work/licence"

git grep -nE 'io\.github\.[c]loche' -- . ':!meson.build' ':!*.md' > "$work/id" 2>/dev/null || true
report "only meson.build spells the application id" "$work/id"

xargs grep -nE 'TODO|FIXME|XXX' < "$work/files" | grep -vE 'issue [0-9]+|mkdtemp|-XXXXXX|check-style.sh' > "$work/todo" || true
report "no TODO without an issue" "$work/todo"

# 120: the column at which prose in comments and tables may end; code is asked to stay below 100.
xargs awk 'length ($0) > 130 { print FILENAME ":" FNR ": " length ($0) " columns" }' < "$work/files" > "$work/long"
report "no line over 130 columns" "$work/long"

exit $failed
