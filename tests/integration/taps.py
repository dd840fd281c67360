"""Recorded human taps, pressed into real client windows, judged over real UDP.

Each person has a desktop client in an X display of their own; their recorded taps (ISI 600 ms) are
injected as presses at their recorded times relative to the click. What the server exports must
agree with the file: mean and SD within 3 ms, and no tap lost.
"""

import csv
import math
import random
import subprocess
import sys
import time

from stage import SHARED_DATA, SKIP, TooSlow, measured

PEOPLE = 3  # whose taps are used
PERIOD_MS = 600
FIRST_BEAT = 8
TOLERANCE_MS = 3.0
TAPS = SHARED_DATA / "tapping" / "baath_madison_2012.csv"


def recorded_trials():
    """The first trials of several people in which every tap lies within its own half beat."""
    trials = {}
    with open(TAPS, newline="") as file:
        for row in csv.DictReader(file):
            if int(row["isi"]) == PERIOD_MS:
                trials.setdefault((int(row["subject"]), int(row["trial"])), []).append(
                    float(row["asynch"]))
    chosen = {}
    for (subject, _), taps in sorted(trials.items()):
        if subject not in chosen and len(taps) >= 25 and max(map(abs, taps)) < 0.45 * PERIOD_MS:
            chosen[subject] = taps
    people = sorted(chosen.items())
    return [taps for _, taps in people[:: max(1, len(people) // PEOPLE)]][:PEOPLE]


def modelled_trials():
    """The human model's correction of phase, where the recordings are absent."""
    source = random.Random(600)
    trials = []
    for _ in range(PEOPLE):
        asynchrony, taps = -40.0, []
        for _ in range(28):
            asynchrony = -40.0 + 0.55 * (asynchrony + 40.0) + source.gauss(0, 22)
            taps.append(round(asynchrony))
        trials.append(taps)
    return trials


def circular(taps):
    """Mean and SD on the circle of one period: what bias_ms and spread_ms are."""
    turn = 2 * math.pi / PERIOD_MS
    cos = sum(math.cos(turn * tap) for tap in taps) / len(taps)
    sin = sum(math.sin(turn * tap) for tap in taps) / len(taps)
    return (math.atan2(sin, cos) / turn,
            math.sqrt(-2 * math.log(math.hypot(cos, sin))) / turn)


def press(stage, people):
    fingers = []
    for person in people:
        taps = stage.folder / f"{person['name']}.taps"
        taps.write_text("".join(f"{tap}\n" for tap in person["taps"]))
        with open(taps, "rb") as stdin:
            fingers.append(stage.start(
                "tests/tap_keys", stage.ready["link"], FIRST_BEAT, person["with"], stdin=stdin,
                env={"DISPLAY": person["display"]}, tag=f"finger-{person['name']}"))
    return fingers


def compare(person, row):
    counts = {key: row[key] for key in ("perfect", "good", "ok", "extra", "bounce")}
    taps = person["taps"]
    mean, spread = circular(taps)
    print(f"{person['name']}, {person['with']}: {len(taps)} taps, file mean {mean:.1f} "
          f"SD {spread:.1f}, export mean {row['bias_ms']:.1f} SD {row['spread_ms']:.1f}, {counts}")
    arrived = sum(counts.values())
    if arrived != len(taps):
        raise AssertionError(f"{person['name']}: {arrived} of {len(taps)} taps arrived")
    problems = []
    if abs(row["bias_ms"] - mean) > TOLERANCE_MS:
        problems.append(f"mean is off by {row['bias_ms'] - mean:.2f} ms")
    if abs(row["spread_ms"] - spread) > TOLERANCE_MS:
        problems.append(f"SD is off by {row['spread_ms'] - spread:.2f} ms")
    return [f"{person['name']}: {problem}" for problem in problems]


def play(stage, strike_with):
    """One person for each of `strike_with`, which says "key" or "button" (of the mouse)."""
    if TAPS.exists():
        trials = recorded_trials()
    else:
        print("the recorded taps are not here: playing the human model instead")
        trials = modelled_trials()

    stage.serve("--groove", "pulse", "--tempo", "100", "--seats", "8")
    people = []
    for number, (taps, what) in enumerate(zip(trials, strike_with)):
        person = {"name": f"Tapper{number}", "taps": taps, "display": stage.display("800x600"),
                  "with": what}
        person["client"] = stage.start(
            "onedrum", "--join", stage.ready["link"], "--name", person["name"], "--team", "Taps",
            "--audio", "null", "--size", "800x600", "--config", stage.folder / f"{number}.ini",
            env={"DISPLAY": person["display"], "SDL_VIDEODRIVER": "x11"},
            tag=f"client-{person['name']}")
        people.append(person)
    stage.wait_for(lambda: stage.status()["joined"] == len(people), 30, "all clients joined",
                   people[0]["client"])
    time.sleep(3)  # the clocks settle
    stage.ctl("start", "--count-in", "1")
    for finger in press(stage, people):
        if finger.wait(timeout=90) != 0:
            stage.fail(f"a finger failed: {stage.errors(finger)}")
        print(stage.output(finger).strip())
    stage.ctl("stop")
    time.sleep(6)  # the bar ends and its notes close

    rows = {row["name"]: row for row in stage.export()["participants"]}
    problems = []
    for person in people:
        problems += compare(person, rows[person["name"]])
    if problems:
        raise TooSlow("\n".join(problems))


def judge_presses(*strike_with):
    if subprocess.run(["sh", "-c", "command -v Xvfb"], stdout=subprocess.DEVNULL,
                      check=False).returncode != 0:
        print("Xvfb is not installed: skipped")
        sys.exit(SKIP)
    measured(lambda stage: play(stage, strike_with))
