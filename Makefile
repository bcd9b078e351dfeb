# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors

BUILD ?= build

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

run:
	BUILD=$(BUILD) tools/run.sh

image:
	tools/image.sh

bench:
	tools/bench.sh

check:
	tools/check.sh

screenshots:
	tools/screenshots.sh

clean:
	rm -rf $(BUILD)

.PHONY: all run image bench check screenshots clean
