#!/usr/bin/env python3
# ctest: parallel
"""Draws every screen to a PNG and checks what a machine can see: size, background, that it is not
empty, and that two sizes of the same screen differ. How they look is for people: keep the files
with RENDER_VIEWS_KEEP=FOLDER.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

STAGE = {"dark": (0x14, 0x11, 0x0E), "light": (0xFB, 0xF7, 0xF0),
         "contrast": (0, 0, 0)}
SIZES = {"1280x720": (1280, 720), "800x600": (800, 600), "text-200": (1280, 720),
         "480x320": (480, 320), "400x240": (400, 240)}
ROWS_READ = 32
COLOURS_MIN = 12  # of soft edges in the first rows; a page without anything has one or two


def read_rows(path, wanted):
    """Size of an 8-bit RGB PNG and its first rows as lists of bytes."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG"
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2), f"{path} is not 8-bit RGB"
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    stride = 3 * width
    raw = zlib.decompressobj().decompress(packed, (stride + 1) * wanted)
    rows, above = [], bytes(stride)
    for row in range(wanted):
        line = bytearray(raw[row * (stride + 1):(row + 1) * (stride + 1)])
        unfilter(line.pop(0), line, above)
        rows.append(bytes(line))
        above = line
    return width, height, rows


def paeth(left, up, corner):
    estimate = left + up - corner
    distances = abs(estimate - left), abs(estimate - up), abs(estimate - corner)
    return (left, up, corner)[distances.index(min(distances))]


def unfilter(kind, line, above):
    for i, value in enumerate(line):
        left = line[i - 3] if i >= 3 else 0
        corner = above[i - 3] if i >= 3 else 0
        guess = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
        line[i] = (value + guess) & 0xFF


def check(path):
    problems = []
    size = next(name for name in SIZES if f"-{name}-" in path.name)
    theme = path.stem.rsplit("-", 1)[1]
    width, height, rows = read_rows(path, ROWS_READ)
    if (width, height) != SIZES[size]:
        problems.append(f"{path.name}: is {width}x{height}")
    if tuple(rows[0][:3]) != STAGE[theme]:
        problems.append(f"{path.name}: the corner is {tuple(rows[0][:3])}, not the stage")
    colours = {row[i:i + 3] for row in rows for i in range(0, len(row), 3)}
    if len(colours) < COLOURS_MIN:
        problems.append(f"{path.name}: {len(colours)} colours on top, it must be empty")
    return problems


def main():
    program = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "tests" / "render_views"
    if not program.exists():
        print(f"skipped: {program} has not been built")
        return 77
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(os.environ.get("RENDER_VIEWS_KEEP", temporary))
        subprocess.run([program, folder], check=True, stdout=subprocess.DEVNULL, timeout=200)
        pictures = sorted(folder.glob("*.png"))
        problems = [problem for path in pictures for problem in check(path)]
    print("\n".join(problems) or f"{len(pictures)} pictures, nothing to say")
    return 1 if problems or not pictures else 0


if __name__ == "__main__":
    sys.exit(main())
