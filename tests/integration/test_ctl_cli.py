#!/usr/bin/env python3
"""onedrum-ctl by its command line: what an export may replace, and how wrong numbers are named.

ctest: parallel timeout=60
"""

import json
import os
import subprocess
import sys

from stage import Stage


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def run(stage, *arguments):
    return subprocess.run(
        [str(stage.path("onedrum-ctl")), "--link", stage.ready["facilitator_link"], *arguments],
        text=True, capture_output=True, timeout=30, check=False)


def check_files(stage):
    """A plain file is replaced in one step; CSV has the bars beside it."""
    report = stage.folder / "evening.csv"
    report.write_text("old")
    expect(run(stage, "export", "--format", "csv", "--out", str(report)).returncode == 0, "csv")
    expect(report.read_text().startswith("seat,name,"), "no header")
    bars = stage.folder / "evening-bars.csv"
    expect(bars.read_text().startswith("take,bar,"), "no bars")
    expect(sorted(path.name for path in stage.folder.glob("evening*")) ==
           ["evening-bars.csv", "evening.csv"], "something was left beside the report")


def check_devices(stage):
    """A device is written to and never replaced: by a link, so that a fault costs the link only."""
    full = stage.folder / "full.csv"
    full.symlink_to("/dev/full")
    for form in ["csv", "json"]:
        done = run(stage, "export", "--format", form, "--out", str(full))
        expect(done.returncode == 1, f"{form} to a full disk: exit {done.returncode}")
        expect("cannot write" in done.stderr, f"{form} to a full disk: {done.stderr!r}")
        expect(full.is_symlink(), f"{form} replaced a device")
    expect(not (stage.folder / "full-bars.csv").exists(), "bars beside a device")


def check_pipe(stage):
    pipe = stage.folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        done = run(stage, "export", "--format", "json", "--out", str(pipe))
        expect(done.returncode == 0, f"a pipe: {done.stderr}")
        expect(json.loads(os.read(reader, 1 << 16))["participants"] == [], "not the report")
    finally:
        os.close(reader)


def check_numbers(stage):
    for wrong in [["start", "--count-in", "99"], ["ramp", "120", "--bars", "-3"],
                  ["create", "Room", "--seats", "0"]]:
        done = run(stage, *wrong)
        expect(done.returncode == 2, f"{wrong}: exit {done.returncode}")
        expect(f"{wrong[-2]} is a number from " in done.stderr, f"{wrong}: {done.stderr!r}")


def main():
    stage = Stage()
    stage.serve()
    check_files(stage)
    check_devices(stage)
    check_pipe(stage)
    check_numbers(stage)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"{error}")
