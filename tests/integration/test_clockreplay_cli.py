#!/usr/bin/env python3
"""onedrum-clockreplay replays traces: its JSON, its figures, its errors, its exit codes.

ctest: parallel timeout=120
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "onedrum-clockreplay"
HEADER = "c1_ns,s2_ns,s3_ns,c4_ns\n"
NAMES = {"onedrum", "envelope", "kalman", "median64", "minrtt64", "ntp8", "mean", "last"}
KEYS = {"offset_ns", "uncertainty_ns", "skew_ppb"}
EPOCH_NS = 1_732_224_000_123_456_789  # a wall clock is as good as any


def run(*arguments, stdin="", locale="C"):
    return subprocess.run([str(PROGRAM), *map(str, arguments)], input=stdin, text=True,
                          capture_output=True, timeout=60, check=False,
                          env={**os.environ, "LC_ALL": locale})


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def trace(seconds, seed=1, client_ns=EPOCH_NS, server_ns=5 * 10**9, skew=20e-6):
    """Ten pings a second over a path with a base of 10 ms and a mean jitter of 2 ms each way."""
    chance = random.Random(seed)
    rows = []
    for i in range(10 * seconds):
        sent = i * 100_000_000
        there = 10_000_000 + int(chance.expovariate(1 / 2e6))
        back = 10_000_000 + int(chance.expovariate(1 / 2e6))
        server = server_ns + sent + there + int(skew * (sent + there))
        rows.append((client_ns + sent, server, server + 30_000,
                     client_ns + sent + there + 30_000 + back))
    rows.sort(key=lambda row: row[3])
    return rows


def text(rows):
    return HEADER + "".join(",".join(map(str, row)) + "\n" for row in rows)


def replayed(done):
    expect(done.returncode == 0, f"exit {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_figures():
    rows = trace(61)
    lines = replayed(run("-", stdin=text(rows)))
    expect([line["t_s"] for line in lines] == list(range(1, 61)), "every second once")
    for line in lines:
        expect(set(line) == {"t_s", "estimators"} and set(line["estimators"]) == NAMES, "keys")
        for name, reading in line["estimators"].items():
            expect(set(reading) == KEYS, f"keys of {name}")
            knows = name in ("onedrum", "envelope", "kalman")
            expect((reading["skew_ppb"] is not None) == knows, f"skew of {name}")
            expect((reading["uncertainty_ns"] is not None) == knows, f"uncertainty of {name}")
            truth = 5 * 10**9 - EPOCH_NS + int(20e-6 * line["t_s"] * 1e9)
            expect(abs(reading["offset_ns"] - truth) < 12_000_000, f"offset of {name}: {line}")
    ours = lines[-1]["estimators"]["onedrum"]
    expect(abs(ours["offset_ns"] - truth) < 300_000, f"our offset: {ours['offset_ns'] - truth}")
    expect(abs(ours["skew_ppb"] - 20_000) < 15_000, f"our skew: {ours['skew_ppb']}")
    expect(replayed(run("-", stdin=text(rows), locale="de_DE.UTF-8")) == lines, "any locale")


def check_odd_rows():
    rows = trace(10)
    expected = run("-", stdin=text(rows)).stdout
    doubled = run("-", stdin=text([row for row in rows for _ in range(2)]))
    expect(doubled.stdout == expected, "duplicates change nothing")
    expect("left out" in doubled.stderr, "and are counted")
    nonsense = [(0, 2**63 - 1, -2**63, 0), (-2**63, 0, 0, 2**63 - 1), (5, 5, 5, 5),
                (2**61, 2**61 + 7, 2**61 + 7, 2**61 - 1)]
    expect(run("-", stdin=text(rows[:1] + nonsense + rows[1:])).stdout == expected,
           "impossible rows change nothing")
    swapped = rows[:]
    for i in range(0, len(swapped) - 1, 7):
        swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
    expect(len(replayed(run("-", stdin=text(swapped)))) == 9, "lost order is survived")
    late = [(r[0] + 10**18, r[1] + 10**18, r[2] + 10**18, r[3] + 10**18) for r in trace(3)]
    lines = replayed(run("-", stdin=text(trace(3, client_ns=0) + [
        (c1 - EPOCH_NS, s2, s3, c4 - EPOCH_NS) for c1, s2, s3, c4 in late])))
    expect(3600 < len(lines) < 3700, f"of 31 years of silence an hour is told: {len(lines)}")
    expect(replayed(run("-", stdin=HEADER)) == [], "no rows, no seconds")


def check_errors():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "trace.csv"
        path.write_text(text(trace(1)) + "1,2,three,4\n", encoding="utf-8")
        done = run(path)
        expect(done.returncode == 1, "a bad row is exit 1")
        expect(done.stderr.startswith(f"{path}:12: "), f"file and line: {done.stderr}")
        expect(run(pathlib.Path(folder) / "none").returncode == 1, "no such file is exit 1")
        expect(run(folder).returncode == 1, "a folder is exit 1")
    expect(run("-", stdin="").returncode == 1, "no header is exit 1")
    for wrong in ([], ["a", "b"], ["--no"]):
        done = run(*wrong)
        expect(done.returncode == 2 and done.stderr != "", f"{wrong} is exit 2")
    for good in ("--help", "--version"):
        done = run(good)
        expect(done.returncode == 0 and done.stdout != "" and done.stderr == "", good)


if __name__ == "__main__":
    check_figures()
    check_odd_rows()
    check_errors()
    print("onedrum-clockreplay does what it says")
