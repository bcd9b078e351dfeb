#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Makes the samples of the guided tour. Usage: make-samples.sh sales|picture|video > FILE. The table is the same on every
# machine, and a test compares it; picture and video need ImageMagick and ffmpeg and are kept as they were made once.
set -eu

case ${1:-} in
sales)
  # A year of a small shop. The random numbers are our own (Park and Miller, 1988): awks differ in theirs.
  LC_ALL=C awk '
    function random (n) { seed = (seed * 16807) % 2147483647; return int (seed / 2147483647 * n) }
    BEGIN {
      seed = 2025
      split ("31 28 31 30 31 30 31 31 30 31 30 31", days, " ")
      split ("North East South West", region, " ")
      split ("Seeds Pots Tools Bells", product, " ")
      split ("3.50 12.90 24.00 39.00", price, " ")
      split ("4 6 11 16 18 14 10 9 8 7 9 15", season, " ")
      print "date,region,product,units,unit_price,revenue"
      for (month = 1; month <= 12; month++)
        for (day = 1; day <= days[month]; day++) {
          p = 1 + random (4); r = 1 + random (4)
          units = 1 + random (season[month]) + (p == 1 ? random (12) : 0)
          printf "2025-%02d-%02d,%s,%s,%d,%s,%.2f\n", month, day, region[r], product[p], units, price[p], units * price[p]
        }
    }'
  ;;
picture)
  convert -size 640x400 'gradient:#fde9c9-#f2b880' \
    -fill '#5b8c5a' -draw 'rectangle 0,310 640,400' \
    -fill '#3f6b46' -draw 'circle 320,300 320,270' \
    -fill none -stroke '#4a6fa5' -strokewidth 6 -draw 'path "M 200,310 C 200,120 440,120 440,310 Z"' \
    -fill '#4a6fa5' -draw 'circle 320,150 320,138' \
    -depth 8 -colors 64 -strip png8:-
  ;;
video)
  ffmpeg -v error -f lavfi -i testsrc2=size=192x128:rate=10:duration=4 -c:v libx264 -crf 36 -pix_fmt yuv420p \
    -movflags frag_keyframe+empty_moov -fflags +bitexact -f mp4 pipe:1
  ;;
*)
  echo "Usage: $0 sales|picture|video" >&2
  exit 2
  ;;
esac
