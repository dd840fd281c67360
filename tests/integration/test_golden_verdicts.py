#!/usr/bin/env python3
"""onedrum-score tells real people apart: who plays with the group, and who plays something else.

Real taps (Baath and Madison 2012: 30 people, 4 trials each), every trial a player, its median taken
off as calibration. For each kind of change every fifth player is changed and the rest stay as
recorded. A window is a note after warming up with the 15 before it; its verdict is that of the
rules ("ruled") or what a session would have shown ("shown"); the final one is what it would show at
the end.

Needs ../shared/data/tapping, which is not part of the repository; without it the test says so and
is skipped.

ctest: parallel timeout=120
"""

import collections
import csv
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys

PROGRAM = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "onedrum-score"
SOURCE = pathlib.Path(os.environ.get("ONEDRUM_SOURCE", "."))
REAL_TAPS = SOURCE / "../shared/data/tapping/baath_madison_2012.csv"
SKIPPED = 77
SEED = 5
SHOWN_LAG = 5
CALM = ("on", "tight", "loose")


def trials(interval):
    """The taps of each trial in ms, without its median asynchrony."""
    found = collections.OrderedDict()
    with REAL_TAPS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["isi"]) == interval:
                found.setdefault((row["subject"], row["trial"]), []).append(float(row["asynch"]))
    return [[interval * k + a - statistics.median(taps) for k, a in enumerate(taps)]
            for taps in found.values()]


def doubled(taps, interval):
    following = taps[1:] + [taps[-1] + interval]
    return [at for one, other in zip(taps, following) for at in (one, (one + other) / 2)]


def jittered(taps, interval, chance):
    return [at + chance.gauss(0, 0.35 * interval) for at in taps]


# Kind of change, how it is done, the right words, and the least share in per cent of windows and of
# final verdicts that has one of them, at 600 and at 1200 ms. What is shown lags behind: its
# floor is 5 lower.
KINDS = [
    ("as recorded", lambda taps, t, chance: taps, CALM, 97, 95),
    ("half a beat later", lambda taps, t, chance: [at + t / 2 for at in taps], ("off-beat",),
     93, 90),
    ("10 % slower", lambda taps, t, chance: [at * 1.1 for at in taps], ("wrong tempo",), 95, 95),
    ("10 % faster", lambda taps, t, chance: [at * 0.9 for at in taps], ("wrong tempo",), 95, 95),
    ("every second", lambda taps, t, chance: taps[::2], ("half",), 92, 88),
    ("doubled", lambda taps, t, chance: doubled(taps, t), ("double",), 90, 90),
    ("late", lambda taps, t, chance: [at + max(110, 0.18 * t) for at in taps], ("late",), 88, 88),
    ("early", lambda taps, t, chance: [at - max(110, 0.18 * t) for at in taps], ("early",), 88, 88),
    ("jittered by 35 %", jittered, ("erratic",), 94, 94),
]


def verdicts(players, interval):
    text = "player,time_ms\n" + "".join(
        f"{name},{at!r}\n" for name, taps in players for at in taps)
    done = subprocess.run(
        [str(PROGRAM), "--taps", "-", "--bpm", repr(60000 / interval), "--verdicts", "--json"],
        input=text, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        sys.exit(f"FAILED: exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)["players"]


def share(counts, words):
    rated = sum(count for word, count in counts.items() if word != "warming up")
    return 100 * sum(counts[word] for word in words) / rated


def measure(interval, kind, change, words):
    """Shares of windows by the rules, as shown, and of final verdicts that are right among the
    changed, and of calm windows among the others."""
    chance = random.Random(SEED)
    players = []
    changed = set()
    for index, taps in enumerate(trials(interval)):
        if index % 5 == 0:
            changed.add(f"p{index}")
            taps = change(taps, interval, chance)
        players.append((f"p{index}", taps))
    if kind == "as recorded":
        changed = {name for name, _ in players}
    ruled = collections.Counter()
    shown = collections.Counter()
    final = collections.Counter()
    others = collections.Counter()
    for player in verdicts(players, interval):
        if player["player"] in changed:
            ruled.update(player["ruled"])
            shown.update(player["shown"])
            final[player["verdict"]] += 1
        else:
            others.update(player["ruled"])
    calm = share(others, CALM) if others else 100.0
    return share(ruled, words), share(shown, words), share(final, words), calm


def main():
    if not REAL_TAPS.exists():
        print(f"skipped: {REAL_TAPS} is absent")
        sys.exit(SKIPPED)
    wrong = []
    for column, interval in ((3, 600), (4, 1200)):
        for row in KINDS:
            kind, change, words = row[:3]
            windows, shown, final, calm = measure(interval, kind, change, words)
            floor = row[column]
            print(f"{interval} ms, {kind}: {windows:.1f} % of windows (at least {floor}), "
                  f"{shown:.1f} % as shown, {final:.1f} % at the end; the others {calm:.1f} % calm")
            if min(windows, final) < floor or shown < floor - SHOWN_LAG or calm < 97:
                wrong.append(f"{interval} ms, {kind}")
    if wrong:
        sys.exit("FAILED: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
