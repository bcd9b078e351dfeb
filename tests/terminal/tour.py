# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The tour in the terminal, as "make run" takes it where no display can be used: a real machine, the samples, a transcript
with their numbers, pictures that are not blank."""

import csv
import os
import re
import statistics
import struct
import subprocess
import zlib

from cloche_terminal import expect, expect_in, main

BUILD = os.environ["CLOCHE_TEST_BUILD"]
HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "..", "data")
TOOLS = os.path.join(HERE, "..", "..", "tools")


def read_png(path):
    """Width, height and the set of colours of an 8-bit PNG without interlacing."""
    with open(path, "rb") as stream:
        data = stream.read()
    expect(data[:8] == b"\x89PNG\r\n\x1a\n", f"a PNG at {path}")
    chunks, position = {}, 8
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        chunks[kind] = chunks.get(kind, b"") + data[position + 8:position + 8 + length]
        position += length + 12
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    expect(depth == 8 and not interlaced, f"8 bits, not interlaced: {path}")
    size = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    raw, stride = zlib.decompress(chunks[b"IDAT"]), width * size
    before, colours = bytearray(stride), set()
    for row in range(height):
        start = row * (stride + 1)
        kind, line = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        for i in range(stride):
            left = line[i - size] if i >= size else 0
            corner = before[i - size] if i >= size else 0
            up = before[i]
            if kind == 1:
                add = left
            elif kind == 2:
                add = up
            elif kind == 3:
                add = (left + up) // 2
            elif kind == 4:
                guess = left + up - corner
                add = min((left, up, corner), key=lambda value: abs(guess - value))
            else:
                add = 0
            line[i] = (line[i] + add) & 255
        colours.update(bytes(line[i:i + size]) for i in range(0, stride, size))
        before = line
    return width, height, colours


def make_run(person, output):
    """What "make run" says, whatever the variables claim about a display."""
    images = os.path.join(os.path.dirname(os.path.realpath(os.environ["CLOCHE_TEST_BASES"])), "images")
    if os.path.isdir(images):
        os.symlink(images, os.path.join(person.cloche, "images"))
    env = {**person.env, "BUILD": BUILD, "YES": "1", "DISPLAY": ":7777", "WAYLAND_DISPLAY": "nowhere",
           "CLOCHE_TOUR_OUTPUT": output}
    for name in ("CLOCHE_LIBEXECDIR", "CLOCHE_PKGDATADIR", "XDG_RUNTIME_DIR"):
        env.pop(name, None)
    done = subprocess.run([os.path.join(TOOLS, "run.sh")], env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    expect(done.returncode == 0, f"status 0, not {done.returncode}:\n{done.stdout}")

    return done.stdout


def expect_table(folder, out, transcript):
    with open(os.path.join(SAMPLES, "sales.csv"), encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))

    expect_in(f"{len(rows)} rows", transcript)
    for column in ("units", "unit_price", "revenue"):
        values = [float(row[column]) for row in rows]
        for number in (statistics.mean(values), statistics.stdev(values), max(values)):
            expect_in(f"{number:.6f}", transcript)
    expect_in("import pandas", out)
    expect_in("(chart.png)", transcript)
    for name in ("chart.png", "plot-1.png"):
        expect_in(os.path.join(folder, name), out)
        width, height, colours = read_png(os.path.join(folder, name))
        expect(width > 100 and height > 100 and len(colours) > 4, f"a picture with several colours: {name}")
    with open(os.path.join(folder, "table-2.csv"), encoding="utf-8", newline="") as stream:
        described = {row[0]: row[1:] for row in csv.reader(stream)}
    expect(float(described["count"][0]) == len(rows), "the count of rows in the table that was saved")


def expect_picture_and_video(folder, out):
    width, height, colours = read_png(os.path.join(folder, "small-grey.png"))
    expect((width, height) == (320, 200) and len(colours) > 4, "the picture made small")
    expect(all(len(set(colour[:3])) == 1 for colour in colours), "only greys")
    expect(len(read_png(os.path.join(folder, "poster.png"))[2]) > 4, "a frame of the video")
    with open(os.path.join(folder, "cut.mp4"), "rb") as stream:
        expect(stream.read(12)[4:8] == b"ftyp", "a video")
    expect_in("duration=4", out)


def expect_page(folder, out):
    """Served in the machine, opened by its browser, which no network is asked for."""
    expect_in("Glass bell | 35 cm | 48.00", out)
    plots = [read_png(os.path.join(folder, name)) for name in os.listdir(folder) if name.startswith("plot-")]
    expect(any((width, height) == (1280, 720) and len(colours) > 4 for width, height, colours in plots), "a picture of the page")


def all_stops_without_display(person):
    folder = person.path("shown")
    out = make_run(person, folder)
    expect_in("There is no display that can be used", out)
    expect_in("clochectl ask", out)
    expect("window" not in out and "Set up a model" not in out, "no word about a window that is not there")
    path = re.search(r"^Transcript: (.*)$", out, re.MULTILINE).group(1)
    expect(path == os.path.join(folder, "transcript.md"), f"the transcript beside the pictures: {path}")
    with open(path, encoding="utf-8") as stream:
        transcript = stream.read()
    expect_in("not an AI", transcript)
    expect_table(folder, out, transcript)
    expect_picture_and_video(folder, out)
    expect_page(folder, out)
    expect(not person.processes("cloche-keeper"), "no machine left running")


def again_in_the_same_place(person):
    """One stop only. Nothing that is there is replaced."""
    kept = person.file("transcript.md", b"mine")
    out = person.run("tour", "picture", "--output", ".")
    with open(kept, "rb") as stream:
        expect(stream.read() == b"mine", "the file that was there")
    expect_in("transcript-2.md", out)


def wrong_stop(person):
    expect_in("table, picture, video", person.run("tour", "moon", status=2))


main(all_stops_without_display, again_in_the_same_place, wrong_stop)
