#!/usr/bin/env python3
"""How late keys are stamped while 900 people are drawn: the section Input of docs/benchmarks.md.

Usage: input.py [--presses N] [--out FILE]
"""

import argparse
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from pages import PAGE, circumstances, replace_section, table  # noqa: E402
from stage import BIN, Stage  # noqa: E402

TARGET_P50_MS = 1.0
TARGET_P95_MS = 3.0
CROWD = 3000


def measure(how, presses, *scene):
    stage = Stage(BIN)
    run = stage.start("tests/stamp_keys", how, presses, "-", *scene,
                      env={"DISPLAY": stage.display("1280x720")})
    if run.wait(timeout=presses * 0.2 + 60) != 0:
        sys.exit(stage.errors(run))
    told = json.loads(stage.output(run))
    stage.close()
    return told


def lines(told, alone, crowds, load_before):
    def row(name, words, of=told):
        return [words, *(f"{of[name][key]:.2f} ms" for key in ("p50", "p95", "p99", "max"))]

    def is_reached(of):
        return (of["late_ms"]["p50"] <= TARGET_P50_MS and of["late_ms"]["p95"] <= TARGET_P95_MS
                and of["stamped"] == of["pressed"])

    reached = all(is_reached(of) for of in (told, *crowds.values()))
    return [
        "Written by `./dev bench input`; do not edit. Keys are pressed through XTEST at known",
        "times, in a rhythm of their own, while the client's own painter draws the ring with",
        f"{told['people']} people into a window of 1280x720 under Xvfb (no GPU), as fast as 60 "
        "times a second.",
        "",
        *circumstances(load_before),
        f"- drawn: {told['frames_per_s']:.0f} frames a second, {told['frame_ms']:.1f} ms each "
        f"(longest {told['frame_max_ms']:.0f} ms)",
        f"- presses: {told['pressed']}, stamped: {told['stamped']}",
        "",
        *table(["after the press", "p50", "p95", "p99", "max"],
               [row("late_ms", "stamp (the X server's time)"),
                row("heard_ms", "SDL's event, where there is no server's time"),
                row("struck_ms", "own drum handed to the sound thread"),
                row("struck_ms", "the same by the main loop alone, where there is no X", alone),
                *(row("late_ms", f"stamp, {view} of {of['people']} ({of['frames_per_s']:.0f} frames"
                      " a second)", of) for view, of in crowds.items())]),
        "",
        "Targets: the stamp at most 1 ms late at p50 and 3 ms at p95, and no press lost: "
        f"{'reached' if reached else 'MISSED'}.",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=1000)
    parser.add_argument("--out", type=pathlib.Path, default=PAGE)
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    found = lines(measure("thread", options.presses), measure("loop", options.presses),
                  {"ring": measure("thread", options.presses, CROWD),
                   "map": measure("thread", options.presses, CROWD, "map")}, load_before)
    replace_section("Input", found, options.out)
    print("\n".join(found))


main()
