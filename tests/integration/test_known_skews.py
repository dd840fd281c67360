#!/usr/bin/env python3
"""What a client finds out about the pace of a server's clock is there in its next run.

The server's clock gains 300 µs on the client's in every second. A client of more than a minute
finds that out and writes it down when it leaves; the next one starts from it. A damaged file, and
what is known of another server, are not used, and are no trouble.

The server's clock is shifted by a library that is loaded before it: see preload/shift_clock.c.

ctest: waits timeout=200
"""

import mmap
import os
import re
import struct
import threading
import time

from stage import TooSlow, measured

GAIN_PPM = 300
# A first guess is trusted to 5 ppm only (see known_skews.h).
OFF_PPM_MAX = 5.0
SECONDS_LONG = 66  # what is found within a minute is not written down
SECONDS_SHORT = 3


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


class FastClock(threading.Thread):
    """Lets the clock of programs that are started with `env` gain, in steps of a few µs."""

    def __init__(self, stage):
        super().__init__(daemon=True)
        path = stage.folder / "server.shift"
        path.write_bytes(bytes(16))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)
        self.env = {"LD_PRELOAD": str(stage.path("tests/libshift_clock.so")),
                    "ONEDRUM_TEST_SHIFT": str(path),
                    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                    ":verify_asan_link_order=0"}
        self.over = threading.Event()

    def run(self):
        begun_ns = time.monotonic_ns()
        while not self.over.wait(0.01):
            gained_ns = (time.monotonic_ns() - begun_ns) * GAIN_PPM // 1000000
            self.map[0:8] = struct.pack("=q", gained_ns)


def serve(stage, clock):
    before = dict(os.environ)
    os.environ.update(clock.env)
    try:
        return stage.serve("--seats", "8")
    finally:
        os.environ.clear()
        os.environ.update(before)


def skews_file(stage, name):
    return stage.folder / name / "known_skews"


def start(stage, name, seconds, known=None, tag=None):
    """A client whose file holds `known`."""
    skews_file(stage, name).parent.mkdir(exist_ok=True)
    if known is not None:
        skews_file(stage, name).write_bytes(known)
    return stage.start(
        "onedrum", "--join", stage.ready["link"], "--name", name, "--headless", "--audio", "null",
        "--seconds", seconds, "--config", stage.folder / f"{name}.ini", "--data",
        stage.folder / name, env={"DISPLAY": ""}, tag=tag or name)


def first_guess_ppm(stage, client):
    """What the clock of a client that has ended in order started from."""
    expect(client.wait(timeout=SECONDS_LONG + 30) == 0, stage.errors(client))
    guesses = re.findall(r"event=clock skew_ppm=(\S+)", stage.errors(client))
    expect(len(guesses) == 1, f"{client.tag}: {guesses}")
    return float(guesses[0])


def check_others(stage, port):
    """Clients that know nothing of this server, and what was found in their files stays there."""
    files = {
        "damaged": b"\x00\xff" * 700 + f"\n127.0.0.1 {port} 12x\n127.0.0.1 {port}".encode(),
        "other": f"127.0.0.1 {port + 1} 120000\n127.0.0.2 {port} 130000\n".encode(),
        "known": f"127.0.0.1 {port} 1\n127.0.0.1 {port} -140000\n".encode(),
    }
    clients = [start(stage, name, SECONDS_SHORT, known) for name, known in files.items()]
    guesses = {client.tag: first_guess_ppm(stage, client) for client in clients}
    print(guesses)
    expect(guesses == {"damaged": 0.0, "other": 0.0, "known": -140.0}, guesses)
    for name, known in files.items():
        expect(skews_file(stage, name).read_bytes() == known, f"{name}: after a few seconds "
               "something was written down")


def main(stage):
    clock = FastClock(stage)
    server = serve(stage, clock)
    clock.start()
    port = stage.ready["port"]
    first = start(stage, "Finder", SECONDS_LONG)
    check_others(stage, port)
    expect(first_guess_ppm(stage, first) == 0.0, "knew it before")
    path = skews_file(stage, "Finder")
    if not path.exists():
        raise TooSlow("the pace was not known well enough after a minute")
    words = path.read_text().split()
    expect(words[:2] == ["127.0.0.1", str(port)] and len(words) == 3, words)
    found_ppm = int(words[2]) / 1000
    again = first_guess_ppm(stage, start(stage, "Finder", SECONDS_SHORT, tag="again"))
    print(f"found {found_ppm} ppm, started again from {again} ppm")
    expect(again == found_ppm, f"{found_ppm} ppm are written down, {again} ppm were used")
    if abs(found_ppm - GAIN_PPM) > OFF_PPM_MAX:
        raise TooSlow(f"found {found_ppm} ppm instead of {GAIN_PPM}")
    clock.over.set()
    expect(stage.end(server) == 0, stage.errors(server))


measured(main)
