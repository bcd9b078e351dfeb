#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Fails on an include that layers.txt forbids, on any include cycle between modules (a module = NAME.c + NAME.h), on two
# headers of one name, and on a toolkit header outside ui/. Usage: check-layers.sh SOURCE-ROOT; prints TAP.
set -eu
cd "$1"
rules=tests/layers/layers.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

report () { # NAME FILE-WITH-FINDINGS
  n=$((${n:-0} + 1))
  if [ -s "$2" ]; then
    failed=1
    sed 's/^/# /' "$2"
    echo "not ok $n - $1"
  else
    echo "ok $n - $1"
  fi
}

echo 1..4
find data llm sandbox browser app ui -name '*.[ch]' 2>/dev/null | sort > "$work/files"

# header name -> folder
grep '\.h$' "$work/files" | awk -F/ '{ name = $NF; sub ("/[^/]*$", ""); print name, $0 }' | sort > "$work/headers"
cut -d' ' -f1 "$work/headers" | uniq -d | sed 's/$/: two headers of this name; nobody can tell which is meant/' > "$work/twins"
report "every header has a name of its own" "$work/twins"

# file, included header (ours only)
xargs grep -HoE '^ *# *include +"[^"]+"' < "$work/files" | sed -E 's/: *# *include +"/ /; s/"$//' > "$work/includes"

awk -v rules="$rules" -v headers="$work/headers" '
  BEGIN {
    while ((getline line < rules) > 0) {
      if (line ~ /^#/ || line == "") continue
      split (line, parts, ":"); known[parts[1]] = 1
      n = split (parts[2], allowed, " ")
      for (i = 1; i <= n; i++) may[parts[1], allowed[i]] = 1
    }
    while ((getline line < headers) > 0) { split (line, parts, " "); home[parts[1]] = parts[2] }
  }
  {
    folder = $1; sub ("/[^/]*$", "", folder); name = $2; sub (".*/", "", name)
    if (!(folder in known)) { print $1 ": folder " folder " is not in layers.txt"; next }
    if (!(name in home) || home[name] == folder) next
    if (!((folder, home[name]) in may)) print $1 ": may not include " $2 " (" folder " may not use " home[name] ")"
  }' "$work/includes" > "$work/forbidden"
report "no folder includes what layers.txt forbids" "$work/forbidden"

# module graph without self-edges; tsort names loops on stderr
awk '
  function module (path) { sub (".*/", "", path); sub ("\\.[ch]$", "", path); sub ("-private$", "", path); return path }
  module ($1) != module ($2) { print module ($1), module ($2) }' "$work/includes" | sort -u > "$work/edges"
tsort "$work/edges" > /dev/null 2> "$work/loops" || true
report "no include cycle" "$work/loops"

toolkit='^ *# *include +<(gtk|adwaita|gdk|gsk|webkit|librsvg|vte|gtksourceview)'
grep -v '^ui/' "$work/files" | xargs grep -nE "$toolkit" /dev/null > "$work/toolkit" || true
report "only ui/ sees the toolkit" "$work/toolkit"

exit $failed
