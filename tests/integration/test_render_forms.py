#!/usr/bin/env python3
"""Draws every form screen without a window and checks the pictures.

ctest: timeout=200 parallel

Each picture is a whole PNG of the size that was asked for, neither empty nor full of noise, and no
two are the same. With ONEDRUM_PICTURES=FOLDER they are kept there to look at.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

# By the end of a picture's name: its width and height.
KINDS = {
    "1280x720-dark": (1280, 720),
    "1280x720-light": (1280, 720),
    "1280x720-contrast": (1280, 720),
    "800x600-dark": (800, 600),
    "text-200-light": (1280, 720),
}
SCENES = (
    "join join-code join-errors join-connecting join-silent lobby lobby-300 lobby-facilitator "
    "settings-keys settings-clash settings-capture settings-sound settings-timing "
    "settings-picture settings-accessibility settings-privacy settings-about "
    "calibrate calibrate-bluetooth calibrated calibrated-bluetooth calibrate-uneven "
    "calibrate-picture "
    "menu menu-session menu-people menu-kick message-full message-version message-kicked"
).split()
# The share of pixels that are not background: words and controls, not an empty or flooded window.
INK_SHARE = (0.01, 0.97)


def read_chunks(path):
    """The chunks of a PNG, each with its checksum verified."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path.name} is no PNG"
    place = 8
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert zlib.crc32(kind + body) == checksum, f"{path.name}: {kind} is broken"
        yield kind, body
        place += 12 + length


def read_size(path):
    """Width and height of an 8-bit RGB picture that holds all its pixels."""
    chunks = list(read_chunks(path))
    width, height, depth, colours = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (depth, colours) == (8, 2), f"{path.name} is not 8-bit RGB"
    pixels = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    assert len(pixels) == height * (width * 3 + 1), f"{path.name} is cut short"
    return width, height


def check_pictures(folder, lines):
    told = {pathlib.Path(line.split()[0]).stem: line.split()[1:] for line in lines}
    problems, seen = [], {}
    for name in (f"{scene}-{kind}" for scene in SCENES for kind in KINDS):
        if name not in told:
            problems.append(f"{name}: was not drawn")
            continue
        size = read_size(folder / f"{name}.png")
        wanted = next(KINDS[kind] for kind in KINDS if name.endswith(kind))
        share, look = float(told[name][0]), told[name][1]
        if size != wanted:
            problems.append(f"{name}: is {size[0]} x {size[1]}")
        if not INK_SHARE[0] < share < INK_SHARE[1]:
            problems.append(f"{name}: {share:.1%} of it is not background")
        if look in seen:
            problems.append(f"{name}: is the same picture as {seen[look]}")
        seen[look] = name
    return problems


def main():
    program = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "tests" / "render_forms"
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(os.environ.get("ONEDRUM_PICTURES", scratch))
        folder.mkdir(parents=True, exist_ok=True)
        drawn = subprocess.run([program, folder], check=True, capture_output=True, text=True)
        problems = check_pictures(folder, drawn.stdout.splitlines())
    print("\n".join(problems) or f"{len(SCENES) * len(KINDS)} pictures, all as they should be")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
