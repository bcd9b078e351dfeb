#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Runs a program with a display of its own, so that tests neither need nor disturb the person's. Usage: with-display.sh COMMAND…
exec xvfb-run --auto-servernum --server-args='-screen 0 1280x1024x24 -nolisten tcp' "$@"
