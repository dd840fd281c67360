#!/usr/bin/env python3
"""How near calibration comes to what is true: the section Calibration of docs/benchmarks.md.

Usage: calibration.py [--runs N] [--seed S] [--out FILE]
"""

import argparse
import pathlib
import subprocess

from pages import PAGE, replace_section
from stage import BIN


def lines(options):
    told = subprocess.run([str(BIN / "tests/bench_calibration"), str(options.runs),
                           str(options.seed)], check=True, capture_output=True, text=True).stdout
    return [
        "Written by `./dev bench calibration`; do not edit. People made of numbers tap through",
        "whole rounds in virtual time (`tests/support/tapping_person.h`): correlated taps,",
        "misses, extras, a habit of being early, a click that becomes faster. What is to be found",
        "is the device's latency and the mean of the person's model, not what came out of one",
        f"round. {options.runs} seeds for each row, from {options.seed} on; those the rule was "
        "chosen with",
        "were others. A round ends by itself after 32 to 320 taps; half a second each.",
        "",
        *told.strip().split("\n"),
        "",
        "Targets: 30 ms of spread within 8 ms in 95 of 100 rounds, 80 ms refused in 95 of 100.",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1000000)
    parser.add_argument("--out", type=pathlib.Path, default=PAGE)
    options = parser.parse_args()
    found = lines(options)
    replace_section("Calibration", found, options.out)
    print("\n".join(found))


main()
