#!/usr/bin/env python3
"""The gallery of components, drawn without a display, looked at pixel by pixel.

render_components draws it with SDL's software renderer; the PNG is read here, independently. The
colours must be the theme's, edges soft, words there, and a frame quick enough for 60 a second.

ctest: parallel timeout=120
"""

import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

STAGE, FILL, RAISED, SURFACE = 0x14110E, 0xFFC35A, 0x2B241E, 0x1F1A16
FOCUS, LATE = 0xFFFFFF, 0xEC880E
# A frame of the stress page takes 4.4 ms in a release build; sanitizers and a loaded machine cost.
FRAME_MS_MAX = 200


def read_png(path, row_count):
    """Width, height and a function that gives a pixel of the first rows as 0xRRGGBB."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    packed, at = b"", 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour_type = struct.unpack(">IIBB", body[:10])
            assert (depth, colour_type) == (8, 2), "not 8-bit RGB"
        if kind == b"IDAT":
            packed += body
        at += 12 + size
    raw, rows, before = zlib.decompress(packed), [], bytearray(width * 3)
    assert len(raw) == height * (width * 3 + 1), "not all the pixels"
    for y in range(min(row_count, height)):
        start = y * (width * 3 + 1)
        row = bytearray(raw[start + 1:start + 1 + width * 3])
        unfilter(raw[start], row, before)
        rows.append(row)
        before = row
    return width, height, lambda x, y: int.from_bytes(rows[y][x * 3:x * 3 + 3], "big")


def unfilter(kind, row, above):
    for i in range(len(row)):
        left, up = row[i - 3] if i >= 3 else 0, above[i]
        corner = above[i - 3] if i >= 3 else 0
        guess = left + up - corner
        paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                    (abs(guess - corner), 2, corner))[2]
        row[i] = row[i] + (0, left, up, (left + up) // 2, paeth)[kind] & 255


def draw(program, folder, which, row_count, *size):
    path = f"{folder}/{which}.png"
    environment = dict(os.environ, SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy")
    told = subprocess.run([program, path, which, *map(str, size)], check=True, text=True,
                          capture_output=True, env=environment).stdout
    frame_ms = float(re.search(r"draw_ms ([\d.]+)", told).group(1))
    assert frame_ms < FRAME_MS_MAX, f"{which}: {frame_ms} ms a frame"
    return read_png(path, row_count)


def check_pixel(pixel, x, y, expected, what):
    assert pixel(x, y) == expected, f"{what}: {pixel(x, y):06X} at {x},{y}, not {expected:06X}"


def between(pixel, places, low, high):
    """How many of the places have a colour that is neither of the two."""
    return sum(pixel(x, y) not in (low, high) for x, y in places)


def main():
    program = f"{os.environ['ONEDRUM_BIN']}/tests/render_components"
    with tempfile.TemporaryDirectory() as folder:
        width, height, pixel = draw(program, folder, "components", 520)
        assert (width, height) == (1280, 720)
        check_pixel(pixel, 5, 5, STAGE, "the stage")
        check_pixel(pixel, 200, 110, FILL, "the main button")
        check_pixel(pixel, 200, 170, RAISED, "the button")
        check_pixel(pixel, 1100, 244, SURFACE, "the panel of the list")
        check_pixel(pixel, 600, 95, FOCUS, "the focus ring")
        check_pixel(pixel, 600, 97, STAGE, "the gap inside the focus ring")
        check_pixel(pixel, 213, 512, LATE, "the mark of the late")
        corner = [(190 + x, 98 + y) for x in range(8) for y in range(8)]
        assert between(pixel, corner, STAGE, FILL) >= 6, "the button's corner is not soft"
        heading = [(x, y) for x in range(24, 200) for y in range(24, 50)]
        assert sum(pixel(x, y) != STAGE for x, y in heading) > 700, "the heading is missing"

        width, height, pixel = draw(program, folder, "components", 170, 1920, 1080)
        check_pixel(pixel, 300, 165, FILL, "the main button at one and a half times")
        draw(program, folder, "marks", 0)
        draw(program, folder, "stress", 0)
    print("the pictures are as they should be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
