#!/usr/bin/env python3
"""What people hear stays on the grid, measured on the sound itself.

Seven real clients in a session play their click into WAV files at a device's pace. While they play
the tempo changes and ramps, one comes late, one loses the network for four seconds, one is stopped
for ten seconds (SIGSTOP), one sleeps for ten (its CLOCK_MONOTONIC stands still, as over a closed
lid), one's clock leaps by half a second; everybody's wall clock is set by an hour; at last the
server's clock leaps by half a second, and the server is killed and started again.

Every click found in every file, from a second after the client's first one on, must lie within
1 ms of a beat of the server's timeline (list_beats), which is stricter than 1 ms per beat. No beat
sounds twice, and none is missing but where the client stood still, or rested: from a leap of a
clock to the next bar line (and a few where a busy machine stood still for longer than is planned
ahead). The first click after the server's clock has leapt is the first beat of a bar.

And everything of this has really happened: each tempo is in the timeline, who stood still is
silent so long, who was cut off has heard nothing of the server meanwhile and clicks on, and all are
back at the server that was started again, and click.

The clocks are shifted by a library that is loaded before the programs: see preload/shift_clock.c.

ctest: timeout=150
"""

import bisect
import json
import mmap
import os
import signal
import struct
import time

from sound_file import load, onsets, start_s
from stage import TooSlow, measured

OFF_MS_MAX = 1.0
MISSED_MAX = 4
SECONDS = 39
LEAP_S = 0.5
STOP_S = 10.0
CUT_S = 4.0
# Pings go every 0.1 s; three that contradict begin the clock anew, and it is believed again after
# a few more.
NOTICE_S = 2.0
BACK_S = 6.0


class Clock:
    """The clocks of one program, shifted while it runs."""

    def __init__(self, stage, name):
        self.path = stage.folder / f"{name}.shift"
        self.path.write_bytes(bytes(16))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)
        self.env = {"LD_PRELOAD": str(stage.path("tests/libshift_clock.so")),
                    "ONEDRUM_TEST_SHIFT": str(self.path),
                    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                    ":verify_asan_link_order=0"}

    def shift(self, monotonic_s=None, wall_s=None):
        if monotonic_s is not None:
            self.map[0:8] = struct.pack("=q", round(monotonic_s * 1e9))
        if wall_s is not None:
            self.map[8:16] = struct.pack("=q", round(wall_s * 1e9))
        return time.monotonic()


class Client:
    """A client that plays into a file. `leaps` are (when, by how much its clock moved on)."""

    def __init__(self, stage, name, link):
        self.name = name
        self.clock = Clock(stage, name)
        self.wav = stage.folder / f"{name}.wav"
        self.trace = stage.folder / f"{name}.csv"
        self.leaps = []
        self.rests = []  # (from, until) in this machine's time: beats may be missing there
        self.heard = []  # the clicks, in this machine's time
        self.process = stage.start(
            "onedrum", "--join", link, "--name", name, "--headless", "--seconds", SECONDS + 20,
            "--audio", f"file:{self.wav}", "--trace", self.trace,
            "--config", stage.folder / f"{name}.ini", "--data", stage.folder / name,
            env={**self.clock.env, "DISPLAY": ""}, tag=name)

    def leap(self, by_s, now):
        self.leaps.append((now, by_s))

    def own_time(self, machine_s):
        """What the client's clock showed at this unshifted time."""
        return machine_s + sum(by_s for when, by_s in self.leaps if when <= machine_s)

    def machine_time(self, heard_s):
        """The unshifted time at which the client's clock showed this."""
        shift = 0.0
        for when, by_s in self.leaps:
            if heard_s >= when + shift + by_s:
                shift += by_s
        return heard_s - shift


def check(stage, client, beats, server_leap):
    """The problems with what this client played, and the worst distance from the grid in ms."""
    problems = []
    start = start_s(stage.errors(client.process))
    samples, rate_hz = load(client.wav)
    heard = [client.machine_time(start + frame / rate_hz)
             for frame in onsets(samples, rate_hz // 20)]
    client.heard = heard
    places = [place for place, _ in beats]
    worst = 0.0
    last = None
    missed = 0
    leapt = False  # this client follows the server's clock after its leap
    if len(heard) < 20:
        return [f"{client.name}: {len(heard)} clicks"], 0.0
    for when in heard:
        candidates = []
        for shift, is_new in ((0.0, False), (LEAP_S, True)):
            if is_new == leapt or (is_new and when > server_leap):
                index = bisect.bisect(places, when + shift)
                for near in (index - 1, index):
                    if 0 <= near < len(places):
                        candidates.append((abs(when + shift - places[near]), near, is_new))
        off, beat, is_new = min(candidates)
        if when < heard[0] + 1.0:
            last = beat
            continue
        worst = max(worst, off * 1e3)
        if off * 1e3 > OFF_MS_MAX:
            problems.append(f"{client.name}: a click {off * 1e3:.2f} ms off beat {beat} at "
                            f"{when - heard[0]:.2f} s")
        if beat <= last:
            problems.append(f"{client.name}: beat {beat} after beat {last}")
        missing = [index for index in range(last + 1, beat)
                   if not any(begin <= places[index] - (LEAP_S if is_new else 0.0) <= end
                              for begin, end in client.rests)]
        missed += len(missing)
        if is_new != leapt and beats[beat][1] != 0:
            problems.append(f"{client.name}: comes in again on beat {beats[beat][1]} of a bar")
        leapt = is_new
        last = beat
    if not leapt:
        problems.append(f"{client.name}: does not follow the server's clock")
    if missed > MISSED_MAX:
        problems.append(f"{client.name}: {missed} beats are missing")
    print(f"{client.name}: {len(heard)} clicks, worst {worst:.3f} ms off, {missed} missing")
    return problems, worst


def longest_gap(times):
    return max((later - sooner for sooner, later in zip(times, times[1:])), default=0.0)


def pings_s(client):
    """When the client sent the pings that were answered."""
    rows = client.trace.read_text().splitlines()[1:]
    return sorted(int(row.split(",")[0]) / 1e9 for row in rows)


def check_tempi(beats):
    """The tempo was changed at once, and by a ramp."""
    spaces = [later[0] - sooner[0] for sooner, later in zip(beats, beats[1:])]
    problems = [f"no beat at {bpm} a minute" for bpm in (120, 132, 108)
                if not any(abs(space - 60 / bpm) < 1e-4 for space in spaces)]
    between = [space for space in spaces if 60 / 132 + 1e-3 < space < 60 / 108 - 1e-3 and
               abs(space - 0.5) > 1e-3]
    if len(between) < 4:
        problems.append(f"no ramp: {between}")
    return problems


def check_happened(clients, cut, restarted):
    """What was to happen to these clients did; `cut` and `restarted` are in this machine's time."""
    steady, stopped, sleeper, leaper, cut_off, late = clients
    problems = [f"{client.name} was never silent for {STOP_S} s"
                for client in (stopped, sleeper) if longest_gap(client.heard) < STOP_S - 1.0]
    if longest_gap(leaper.heard) < 0.9:
        problems.append("leaper never rested")
    if longest_gap(pings_s(cut_off)) < CUT_S - 0.5:
        problems.append("cut-off was not cut off")
    if longest_gap([cut, *(when for when in cut_off.heard if cut < when < cut + CUT_S)]) > 0.7:
        problems.append("cut-off did not click on")
    if late.heard[0] - steady.heard[0] < 4.0:
        problems.append("late was not late")
    problems += [f"{client.name} does not click after the server's return" for client in clients
                 if client.heard[-1] < restarted + 2.0]
    problems += [f"{client.name} did not hear the server that came back" for client in clients
                 if pings_s(client)[-1] < client.own_time(restarted)]
    return problems


def connected_count(stage):
    return sum(person["connected"] for person in stage.export()["participants"])


def at(begin, seconds):
    time.sleep(max(0.0, begin + seconds - time.monotonic()))
    return time.monotonic()


def main(stage):
    server_clock = Clock(stage, "server")
    os.environ.update(server_clock.env)
    try:
        server = stage.serve("--groove", "pulse", "--tempo", "120")
    finally:
        for name in ("LD_PRELOAD", "ONEDRUM_TEST_SHIFT"):
            del os.environ[name]
    relay = stage.start("onedrum-relay", "--listen", "127.0.0.1:0", "--to",
                        f"127.0.0.1:{stage.ready['port']}", "--profile", "lan", tag="relay")
    line = stage.wait_for(lambda: stage.output(relay).split("\n")[0], 10, "a ready relay", relay)
    through = f"onedrum://127.0.0.1:{json.loads(line)['port']}/{stage.ready['code']}"
    link = stage.ready["link"]
    steady, stopped, sleeper, leaper = (Client(stage, name, link) for name in
                                        ("steady", "stopped", "sleeper", "leaper"))
    cut_off = Client(stage, "cut-off", through)
    clients = [steady, stopped, sleeper, leaper, cut_off]
    listener = stage.start("tests/list_beats", link, SECONDS + 4, tag="beats")
    stage.wait_for(lambda: stage.status()["joined"] == len(clients), 20, "five clients",
                   steady.process)
    time.sleep(1.5)  # clocks and devices settle

    stage.ctl("start", "--count-in", "1")
    begin = time.monotonic()
    at(begin, 3)
    stage.ctl("tempo", "132")
    now = at(begin, 6)
    for client in (stopped, sleeper):
        client.process.send_signal(signal.SIGSTOP)
        client.rests.append((now - 0.1, now + STOP_S + 6.0))
    late = Client(stage, "late", link)
    clients.append(late)
    now = at(begin, 8)
    for client in clients:
        client.clock.shift(wall_s=3600.0)
    server_clock.shift(wall_s=-3600.0)
    leaper.leap(LEAP_S, leaper.clock.shift(monotonic_s=LEAP_S))
    leaper.rests.append((now - 0.2, now + 1.0 + 3.0))
    cut = now
    relay.send_signal(signal.SIGSTOP)
    at(begin, 10)
    stage.ctl("ramp", "108", "--bars", "4")
    at(begin, 8 + CUT_S)
    relay.send_signal(signal.SIGCONT)
    at(begin, 6 + STOP_S)
    stopped.process.send_signal(signal.SIGCONT)
    sleeper.leap(-STOP_S, sleeper.clock.shift(monotonic_s=-STOP_S))
    sleeper.process.send_signal(signal.SIGCONT)
    now = at(begin, 23)
    server_leap = server_clock.shift(monotonic_s=LEAP_S)
    for client in clients:
        client.rests.append((now - 0.1, now + NOTICE_S + 3.0))
    at(begin, 29)
    stage.end(server, signal.SIGKILL)
    time.sleep(1)
    os.environ.update(server_clock.env)
    try:
        server = stage.serve(tag="server-again")
    finally:
        for name in ("LD_PRELOAD", "ONEDRUM_TEST_SHIFT"):
            del os.environ[name]
    restarted = time.monotonic()
    stage.wait_for(lambda: connected_count(stage) == len(clients), BACK_S, "everybody back")
    at(begin, SECONDS - 2)
    for client in clients:
        if stage.end(client.process) != 0:
            stage.fail(f"{client.name}: {stage.errors(client.process)}")
    if listener.wait(timeout=30) != 0:
        stage.fail(stage.errors(listener))
    beats = [(ns / 1e9, beat) for ns, beat in json.loads(stage.output(listener))["beats"]]

    problems = check_tempi(beats)
    for client in clients:
        found, _ = check(stage, client, beats, server_leap)
        problems += found
    problems += check_happened(clients, cut, restarted)
    if problems:
        raise TooSlow("\n".join(problems))


measured(main)
