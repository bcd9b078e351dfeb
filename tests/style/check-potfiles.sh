#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Fails when a file with translatable strings is missing from po/POTFILES, when a listed one does not exist, or when a
# .ui label is not marked translatable. Usage: check-potfiles.sh SOURCE-ROOT; prints TAP.
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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

echo 1..4
grep -vE '^#|^$' po/POTFILES | sort > "$work/listed" || true
{
  grep -rlE '(^|[^A-Za-z_])(_|N_|C_|NC_|ngettext|g_dngettext) \("' app ui --include='*.c' --include='*.h' 2>/dev/null || true
  grep -rlE 'translatable="(yes|true|1)"' ui --include='*.ui' 2>/dev/null || true
  find data/desktop \( -name '*.desktop.in' -o -name '*.metainfo.xml.in' -o -name '*.gschema.xml' \) 2>/dev/null
} | sort -u > "$work/found"

comm -13 "$work/listed" "$work/found" > "$work/missing"
report "po/POTFILES lists every file with text for people" "$work/missing"
comm -23 "$work/listed" "$work/found" > "$work/stale"
report "po/POTFILES lists nothing else" "$work/stale"

properties='label|title|subtitle|tooltip-text|placeholder-text|description|heading|body'
find ui -name '*.ui' 2>/dev/null | xargs grep -nE "<property name=\"($properties)\">[^<]*[A-Za-z]" /dev/null \
  > "$work/unmarked" || true
report "every text of a .ui file is translatable" "$work/unmarked"

# Only app/ and ui/ talk to people; a library that translates would need a locale of its own.
grep -rnE '(^|[^A-Za-z_])(_|C_|ngettext) \("' data llm sandbox browser --include='*.c' 2>/dev/null > "$work/below" || true
report "no library translates" "$work/below"

exit $failed
