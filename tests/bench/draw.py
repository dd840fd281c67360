#!/usr/bin/env python3
"""How long frames of ring and map take on one core: the section Drawing of docs/benchmarks.md.

Usage: draw.py [--frames N] [--out FILE]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from pages import PAGE, circumstances, quantile, replace_section, table  # noqa: E402
from stage import BIN  # noqa: E402

CROWDS = (24, 900, 3000)
VIEWS = ("play", "ring", "map")
TARGET_P95_MS = 1000 / 60
FIRST_FRAMES = 5  # sprites and letters are made in them


def measure(people, frames):
    command = [BIN / "tests/draw_frames", str(people), str(frames + FIRST_FRAMES)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"draw_frames {people}: {run.stderr}")
    return json.loads(run.stdout)


def frame_times(told):
    """Emitting and drawing together."""
    return [emit + draw for emit, draw in zip(told["emit_ms"], told["draw_ms"])]


def row(people, view, told):
    times = frame_times(told)
    steady = times[FIRST_FRAMES:]
    emitted = quantile(told["emit_ms"][FIRST_FRAMES:], 0.5)
    return [f"{view}, {people} people", f"{quantile(steady, 0.5):.1f} ms",
            f"{quantile(steady, 0.95):.1f} ms", f"{max(steady):.1f} ms",
            f"{max(times[:FIRST_FRAMES]):.0f} ms", f"{emitted:.1f} ms", told["commands"],
            told["copies"] + told["fills"]]


def lines(found, load_before, frames):
    worst = max(quantile(frame_times(told[view])[FIRST_FRAMES:], 0.95)
                for _, told in found for view in VIEWS)
    return [
        "Written by `./dev bench draw`; do not edit. The client's own screens and painter draw",
        f"{frames} frames at 1280x720 with SDL's software renderer, in one thread; the figures are",
        "its time on the processor. Marks move in every frame, and the map changes five times a "
        "second.",
        "",
        *circumstances(load_before),
        "",
        *table(["frame", "p50", "p95", "longest", "first", "of it emitting", "commands",
                "blits"],
               [row(people, view, told[view]) for people, told in found for view in VIEWS]),
        "",
        f"Target: 60 frames a second on one core, {TARGET_P95_MS:.1f} ms at p95: "
        f"{'reached' if worst <= TARGET_P95_MS else 'MISSED'}; the slowest view takes "
        f"{worst:.1f} ms.",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--out", type=pathlib.Path, default=PAGE)
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    found = [(people, measure(people, options.frames)) for people in CROWDS]
    written = lines(found, load_before, options.frames)
    replace_section("Drawing", written, options.out)
    print("\n".join(written))


main()
