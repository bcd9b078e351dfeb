#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Fails where sales.csv is not what make-samples.sh makes, or where a sample is missing or large. Prints TAP.
set -eu
cd "$(dirname "$0")"
echo 1..2
status=0

if ./make-samples.sh sales | cmp -s - sales.csv; then
  echo "ok 1 - sales.csv is as make-samples.sh makes it"
else
  echo "not ok 1 - sales.csv is as make-samples.sh makes it"
  status=1
fi

large=$(find garden.html sales.csv picture.png video.mp4 -size +100k)
if [ -z "$large" ]; then
  echo "ok 2 - no sample is larger than 100 kB"
else
  echo "not ok 2 - no sample is larger than 100 kB: $large"
  status=1
fi
exit $status
