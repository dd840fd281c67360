#!/usr/bin/env python3
"""onedrum-ctl by its command line: what an export may replace, and how wrong numbers are named.

ctest: waits timeout=60
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


def run_as_player(stage, *arguments):
    return subprocess.run(
        [str(stage.path("onedrum-ctl")), "--link", stage.ready["link"], *arguments],
        text=True, capture_output=True, timeout=30, check=False)


def check_privacy(stage, server):
    """The tier: set before people come, only stricter then, kept over a restart."""
    expect(stage.status()["privacy"] == "teams", "not the default tier")
    done = run(stage, "privacy", "loud")
    expect(done.returncode == 2 and "open, teams or private" in done.stderr, done.stderr)
    expect("open" in run(stage, "privacy", "open").stdout, "not open without people")
    expect(stage.status()["privacy"] == "open", "not open without people")
    expect(run(stage, "privacy", "teams").returncode == 0, "not back to teams")
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", "12",
                        "--teams", "2", "--seconds", "60", "--seed", "4", "--json")
    stage.wait_for(lambda: len(stage.status()["participants"]) == 12, 20, "12 people", swarm)
    names = [person["name"] for person in stage.status()["participants"]]
    stage.ctl("start")
    stage.wait_for(lambda: stage.status()["verdicts"]["on"] > 3, 30, "verdicts", swarm)
    seen = run_as_player(stage, "status", "--json").stdout
    listing = json.loads(seen)
    expect(listing["participants"] == [] and listing["privacy"] == "teams", "too much is told")
    expect(len(listing["teams"]) == 2 and sum(listing["verdicts"].values()) == 12,
           "too little is told")
    text = run_as_player(stage, "status").stdout
    expect("the beat" in text, f"no ring of the crowd:\n{text}")
    for name in names:
        expect(name not in seen and name not in text, f"{name} is told to a player")
    done = run(stage, "privacy", "open")
    expect(done.returncode == 1 and "stricter, not looser" in done.stderr, done.stderr)
    expect(run(stage, "privacy", "private").returncode == 0, "not stricter")
    seen = json.loads(run_as_player(stage, "status", "--json").stdout)
    expect(seen["teams"] == [] and seen["privacy"] == "private", "teams are told in private")
    stage.end(swarm)
    stage.end(server)
    stage.serve("--privacy", "open", tag="server-2")
    expect(stage.status()["privacy"] == "private", "a restart made it looser")


def main():
    stage = Stage()
    server = stage.serve()
    check_files(stage)
    check_devices(stage)
    check_pipe(stage)
    check_numbers(stage)
    check_privacy(stage, server)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"{error}")
