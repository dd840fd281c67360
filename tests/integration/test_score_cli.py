#!/usr/bin/env python3
"""onedrum-score judges files of taps: its figures, its JSON, its errors, its exit codes.

The golden figures of real taps need ../shared/data/tapping, which is not part of the repository;
where it is absent those checks are skipped, and the output says so.

ctest: parallel timeout=120
"""

import cmath
import csv
import json
import math
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

PROGRAM = pathlib.Path(os.environ["ONEDRUM_BIN"]) / "onedrum-score"
SOURCE = pathlib.Path(os.environ.get("ONEDRUM_SOURCE", "."))
REAL_TAPS = SOURCE / "../shared/data/tapping/baath_madison_2012.csv"

# Interval in ms, taps, R and circular mean in ms (docs: golden figures of real data). The taps of
# 600 ms are told apart by trial, because one trial's end may bounce into the next one's start.
GOLDEN = [
    (1200, 3492, 0.936082, -50.8588),
    (1800, 3488, 0.922638, -51.8264),
    (2400, 3481, 0.908365, -78.4551),
    (3000, 3483, 0.899075, -116.3748),
]


def run(*arguments, stdin=""):
    return subprocess.run([str(PROGRAM), *map(str, arguments)], input=stdin, text=True,
                          capture_output=True, timeout=60, check=False)


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def near(actual, wanted, tolerance, what):
    expect(abs(actual - wanted) <= tolerance, f"{what}: {actual}, expected {wanted}")


def scored(text, *arguments):
    done = run("--taps", "-", "--json", *arguments, stdin=text)
    expect(done.returncode == 0, f"exit {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def check_simple():
    taps = "".join(f"Ada,{500 * k + 12}\r\n\"B, the \"\"drum\"\"\",{500 * k - 30}\r\n"
                   for k in range(40))
    result = scored("player,time_ms\r\n" + taps, "--bpm", "120")
    ada, other = result["players"]
    expect(list(result) == ["players", "group"], "keys")
    expect(ada["player"] == "Ada" and other["player"] == 'B, the "drum"', "names")
    expect(ada["n"] == 40 and ada["perfect"] == 40 and ada["miss"] == 0, "counts")
    near(ada["bias_ms"], 12, 0.001, "bias")
    near(other["bias_ms"], -30, 0.001, "bias")
    near(other["spread_ms"], 0, 0.001, "spread")
    near(ada["accuracy"], 100, 0, "accuracy")
    near(result["group"]["ppc"], 1, 1e-6, "own biases are removed from the group")
    near(result["group"]["together"], 100, 0.01, "together")


def check_against_python():
    chance = random.Random(11)
    asynchronies = [chance.gauss(-20, 30) for _ in range(500)]
    rows = [f"{600 * k + a!r},7,A" for k, a in enumerate(asynchronies)]
    chance.shuffle(rows)
    player = scored("time_ms,comment,player\n" + "\n".join(rows), "--bpm", "100")["players"][0]
    mean = sum(cmath.exp(2j * math.pi * a / 600) for a in asynchronies) / 500
    near(player["r"], abs(mean), 2e-6, "R")
    near(player["bias_ms"], cmath.phase(mean) / (2 * math.pi) * 600, 1e-3, "bias")
    near(player["spread_ms"], 600 / (2 * math.pi) * math.sqrt(-2 * math.log(abs(mean))), 1e-3,
         "spread")
    perfect = sum(abs(a) <= 30 for a in asynchronies)
    good = sum(30 < abs(a) <= 60 for a in asynchronies)
    expect(abs(player["perfect"] - perfect) <= 1, "taps of +-30 ms are perfect at 600 ms")
    expect(abs(player["good"] - good) <= 2, "taps of +-60 ms are good at 600 ms")


def check_options():
    taps = "player,time_ms\n" + "".join(f"A,{1e12 + 600 * k + 55}\n" for k in range(20))
    at = ["--bpm", "100", "--t0-ms", "1000000000000"]
    near(scored(taps, *at)["players"][0]["bias_ms"], 55, 0.001, "bias of large times")
    expect(scored(taps, *at)["players"][0]["good"] == 20, "good")
    expect(scored(taps, *at, "--profile", "expert")["players"][0]["extra"] == 0, "in its cell")
    expect(scored(taps, *at, "--profile", "novice")["players"][0]["good"] == 20, "novice")
    early = "player,time_ms\n" + "".join(f"A,{-5000 + 600 * k}\n" for k in range(20))
    near(scored(early, "--bpm", "100", "--t0-ms", "-5000")["players"][0]["r"], 1, 1e-9, "r")
    clave = [0, 3, 6, 10, 12]
    taps = "player,time_ms\n" + "".join(
        f"A,{2400 * bar + 150 * step}\n" for bar in range(8) for step in clave)
    player = scored(taps, "--bpm", "100", "--groove", "son-clave")["players"][0]
    expect(player["perfect"] == 40 and player["miss"] == 0, "the clave is perfect")
    table = run("--taps", "-", "--bpm", "100", stdin=taps)
    expect(table.returncode == 0 and "bias ms" in table.stdout, "a table without --json")


def people(count, notes=32, period=500):
    """Steady people, the last but one half a beat late and the last 90 ms late."""
    moved = {count - 2: period / 2, count - 1: 90}
    return "player,time_ms\n" + "".join(
        f"p{i},{period * k + moved.get(i, 0) + 3 * ((7 * k + i) % 5 - 2)}\n"
        for i in range(count) for k in range(notes))


def check_verdicts():
    plain = scored(people(8), "--bpm", "120")
    expect("verdict" not in plain["players"][0], "verdicts only when asked for")
    result = scored(people(8), "--bpm", "120", "--verdicts")
    expect(list(result) == ["players", "group"], "keys")
    expect([p["verdict"] for p in result["players"]] == ["tight"] * 6 + ["off-beat", "late"],
           f"final verdicts: {[p['verdict'] for p in result['players']]}")
    late = result["players"][7]
    expect(late["timeline"][0] == {"note": 1, "time_ms": 0.0, "verdict": "warming up"}, "begin")
    expect([c["verdict"] for c in late["timeline"]] == ["warming up", "late"], "timeline")
    expect(late["timeline"][1]["note"] == 11, "a flag takes four notes in a row")
    expect(sum(late["ruled"].values()) == sum(late["shown"].values()) == 32, "each note counts")
    group = result["group"]
    expect(group["drift"] == "steady" and group["flagged"] == 2, "group")
    expect(group["verdicts"] == {"tight": 6, "off-beat": 1, "late": 1}, "verdicts of the group")
    near(group["median_ms"], 0, 3, "median of the group")
    near(group["share_on"], 6 / 8, 0.05, "share on the beat")
    result = scored(people(8), "--bpm", "120", "--verdicts", "--uncalibrated")
    expect(result["players"][7]["verdict"] == "tight", "nobody uncalibrated is late")
    shuffled = people(8).splitlines(keepends=True)
    rows = shuffled[1:]
    random.Random(3).shuffle(rows)
    again = scored("".join(shuffled[:1] + rows), "--bpm", "120", "--verdicts")
    expect(sorted(map(json.dumps, again["players"]))
           == sorted(map(json.dumps, scored(people(8), "--bpm", "120", "--verdicts")["players"])),
           "the order of rows does not matter")
    table = run("--taps", "-", "--bpm", "120", "--verdicts", stdin=people(8))
    expect("1 warming up, 11 late" in table.stdout, f"a table of verdicts: {table.stdout}")


def check_fit():
    rows = ["player,time_ms"] + [
        f"{name},{float(at) + 123456}" for name, at in
        (row.split(",") for row in people(8, period=731.5).splitlines()[1:])]
    result = scored("\n".join(rows), "--fit", "--verdicts")
    near(result["fit"]["bpm"], 60000 / 731.5, 0.05, "tempo")
    near((result["fit"]["t0_ms"] - 123456) % 731.5, 0, 10, "first beat")
    expect(result["players"][0]["verdict"] == "tight", "the fitted grid fits")
    expect(result["players"][6]["verdict"] == "off-beat", "and does not fit all")
    result = scored("\n".join(rows), "--fit", "--bpm", repr(60000 / 731.5))
    near(result["fit"]["bpm"], 60000 / 731.5, 1e-6, "a given tempo stays")
    done = run("--taps", "-", "--fit", stdin="player,time_ms\nA,1\nA,501\n")
    expect(done.returncode == 1 and "eight taps" in done.stderr, "too few taps to fit")


def chunk(kind, content):
    return kind + struct.pack(">I", len(content)) + content


def variable(number):
    out = [number & 0x7F]
    while number > 0x7F:
        number >>= 7
        out.insert(0, number & 0x7F | 0x80)
    return bytes(out)


def track(name, ticks, channel=0):
    content = b"\0\xff\3" + bytes([len(name)]) + name
    last = 0
    for tick in ticks:
        content += variable(tick - last) + bytes([0x90 | channel, 60, 100])
        content += variable(1) + bytes([60, 0])
        last = tick + 1
    return chunk(b"MTrk", content + b"\0\xff\x2f\0")


def check_midi():
    tempo = chunk(b"MTrk", b"\0\xff\x51\3" + (600000).to_bytes(3, "big") + b"\0\xff\x2f\0")
    file = chunk(b"MThd", struct.pack(">HHH", 1, 3, 480)) + tempo
    file += track(b"Ama", [480 * k + 8 for k in range(24)])
    file += track(b"Kofi", [480 * k + 240 for k in range(24)], 9)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "taps.mid"
        path.write_bytes(file)
        done = run("--taps", path, "--json", "--verdicts")
        expect(done.returncode == 0, f"the file's tempo is enough: {done.stderr}")
        ama, kofi = json.loads(done.stdout)["players"]
        expect(ama["player"] == "Ama" and ama["n"] == 24, "a track is a player")
        near(ama["bias_ms"], 10, 0.01, "ticks are time")
        expect(ama["verdict"] == "tight" and kofi["verdict"] == "off-beat", "verdicts")
        done = run("--taps", path, "--json", "--fit")
        near(json.loads(done.stdout)["fit"]["bpm"], 100, 0.01, "fitted")
        path.write_bytes(file[:-9])
        done = run("--taps", path, "--bpm", 100)
        expect(done.returncode == 1 and f"{path}: byte " in done.stderr, f"cut: {done.stderr}")


def check_figure():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "figure.svg"
        text = people(8).replace("p7,", "A&<B>,")
        done = run("--taps", "-", "--bpm", 120, "--svg", path, stdin=text)
        expect(done.returncode == 0 and "A&<B>" in done.stdout, "the table is printed as well")
        space = "{http://www.w3.org/2000/svg}"
        root = xml.etree.ElementTree.parse(path).getroot()
        marks = [use.get("href") for use in root.iter(space + "use")]
        words = [word.text for word in root.iter(space + "text")]
        # Eight people, and one mark in the key for each of three verdicts.
        expect(len(marks) == 8 + 3, f"{len(marks)} marks")
        expect("A&<B>" in words and "on the beat" in words and "Off-beat" in words, f"{words}")
        expect(root.get("width") == "1280", "size")
        done = run("--taps", "-", "--bpm", 120, "--svg", folder, stdin=text)
        expect(done.returncode == 1 and "cannot write" in done.stderr, "a folder is no file")
        done = run("--taps", "-", "--bpm", 120, "--svg", path, stdin="player,time_ms\n")
        expect(done.returncode == 0, "a figure of nobody")
        xml.etree.ElementTree.parse(path)


def check_errors():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "taps.csv"
        path.write_text("player,time_ms\nA,1\nA,two\n", encoding="utf-8")
        done = run("--taps", path, "--bpm", 100)
        expect(done.returncode == 1 and done.stdout == "", "a bad row is exit 1")
        expect(done.stderr.startswith(f"{path}:3: "), f"file and line: {done.stderr}")
        expect(run("--taps", pathlib.Path(folder) / "none", "--bpm", 100).returncode == 1,
               "no such file is exit 1")
    for wrong in (["--bpm", "0"], ["--bpm", "x", "--taps", "-"], ["--taps", "-"], ["--no"],
                  ["--taps", "-", "--bpm", "100", "--groove", "polka"],
                  ["--taps", "-", "--bpm", "100", "--profile", "god"],
                  ["--taps", "-", "--bpm", "100", "more"]):
        done = run(*wrong)
        expect(done.returncode == 2 and done.stderr != "", f"{wrong} is exit 2")
    for good in ("--help", "--version"):
        done = run(good)
        expect(done.returncode == 0 and done.stdout != "" and done.stderr == "", good)
    empty = scored("player,time_ms\n", "--bpm", "100")
    expect(empty["players"] == [] and empty["group"]["ppc"] is None, "nobody tapped")


def check_real_taps():
    if not REAL_TAPS.exists():
        print(f"skipped the golden figures: {REAL_TAPS} is absent")
        return
    with REAL_TAPS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for interval, count, r, mean in GOLDEN:
        taps = [float(row["asynch"]) for row in rows if int(row["isi"]) == interval]
        text = "player,time_ms\n" + "".join(
            f"everybody,{interval * k + a!r}\n" for k, a in enumerate(taps))
        player = scored(text, "--bpm", repr(60000 / interval))["players"][0]
        expect(player["n"] == count, f"{interval}: {player['n']} taps, expected {count}")
        near(player["r"], r, 2e-6, f"{interval}: R")
        near(player["bias_ms"], mean, 2e-4, f"{interval}: circular mean")


if __name__ == "__main__":
    check_simple()
    check_against_python()
    check_options()
    check_verdicts()
    check_fit()
    check_midi()
    check_figure()
    check_errors()
    check_real_taps()
    print("onedrum-score does what it says")
