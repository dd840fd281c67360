#!/usr/bin/env python3
# ctest: parallel
"""The screens of recorded sessions look as they did when somebody looked at them."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BIN = pathlib.Path(os.environ["ONEDRUM_BIN"])
SOURCE = pathlib.Path(os.environ["ONEDRUM_SOURCE"])
GOLDEN = SOURCE / "tests/golden"
LIMIT_BYTES = 2_000_000


def draw(kept, out):
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    return subprocess.run([BIN / "tests/draw_recordings", GOLDEN / "sessions", kept, out],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


def check_that_a_change_is_shown():
    """Another picture in the place of a kept one: what must be said, and left to look at."""
    with tempfile.TemporaryDirectory() as temporary:
        kept = pathlib.Path(temporary) / "kept"
        out = pathlib.Path(temporary) / "out"
        shutil.copytree(GOLDEN / "pictures", kept)
        shutil.copy(kept / "ring-24.png", kept / "map-24.png")
        ran = draw(kept, out)
        differs = [line for line in ran.stdout.splitlines() if ": DIFFERS, " in line]
        shown = [path.name for path in out.glob("*-difference.png")]
        if (ran.returncode != 1 or len(differs) != 1 or not differs[0].startswith("map-24: ")
                or shown != ["map-24-difference.png"]
                or "map-24-difference.png" not in ran.stdout):
            print(f"a changed picture was not shown (status {ran.returncode}, {shown}):\n"
                  f"{ran.stdout}")
            return False
    return True


def main():
    # BIN is build/PRESET/bin.
    out = BIN.parent / "pictures"
    ran = draw(GOLDEN / "pictures", out)
    print(ran.stdout, end="")
    if ran.returncode != 0:
        return ran.returncode
    names = {path.name for path in (GOLDEN / "pictures").glob("*.png")}
    drawn = {path.name for path in out.glob("*.png")}
    if names != drawn:
        print(f"pictures that nobody draws, or that are not kept: {names ^ drawn}")
        return 1
    kept_bytes = sum(path.stat().st_size for folder in ("pictures", "sessions")
                     for path in (GOLDEN / folder).iterdir())
    print(f"{len(names)} pictures; with their recordings {kept_bytes} bytes")
    if kept_bytes > LIMIT_BYTES:
        print(f"that is more than the {LIMIT_BYTES} that the repository has for them")
        return 1
    return 0 if check_that_a_change_is_shown() else 1


if __name__ == "__main__":
    sys.exit(main())
