#!/usr/bin/env python3
"""An hour in a server's life: many players through a bad network, clients that fall over, restarts.

Usage: soak.py [--minutes M] [--players N] [--laptops N] [--profile NAME] [--seed K]

A room full of players comes through onedrum-relay; some of them are desktop clients, and every ten
seconds a random one of those is killed and started again. After a third of the time the server is
killed, after two thirds ended in order; each time it is started again with the same data. Every
minute everybody's score is compared with the minute before. Ends with 1, and says why, when a score
is lost, somebody does not come back, or the server's memory or descriptors grow.
"""

import argparse
import contextlib
import json
import pathlib
import random
import signal
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from stage import Stage, TooSlow  # noqa: E402
from test_metrics import page, values  # noqa: E402

KILL_EVERY_S = 10
COMPARE_EVERY_S = 60
BACK_WITHIN_S = 30
STORED_AFTER_S = 2.5  # the store writes once a second; reports travel through the bad network
SETTLING_SHARE = 0.3  # of a server's life, in which its memory may still grow
GROWTH_BYTES_MAX = 1 << 20
NEVER_LESS = "notes perfect good ok extra bounce".split()


def resident_bytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return 1024 * int(status.split("VmRSS:")[1].split()[0])


def descriptor_count(process):
    return len(list(pathlib.Path(f"/proc/{process.pid}/fd").iterdir()))


class Life:
    """One server process, and what was measured of it."""

    def __init__(self, process, metrics_port):
        self.process = process
        self.metrics_port = metrics_port
        self.bytes = []
        self.heap = []  # what the allocator has handed out
        self.descriptors = []

    def sample(self):
        self.descriptors.append(descriptor_count(self.process))
        self.bytes.append(resident_bytes(self.process))
        with contextlib.suppress(OSError):  # no answer in time is no measure
            self.heap.append(values(page(self.metrics_port))["onedrum_heap_bytes"])

    def growth(self):
        """What the last fifth of the life has more than the first fifth after settling: resident
        bytes, bytes handed out, descriptors."""
        def grown(samples):
            settled = samples[int(len(samples) * SETTLING_SHARE):]
            fifth = max(1, len(settled) // 5)
            return statistics.median(settled[-fifth:]) - statistics.median(settled[:fifth])
        return grown(self.bytes), grown(self.heap), grown(self.descriptors)


class Soak:
    def __init__(self, options):
        self.options = options
        self.chance = random.Random(options.seed)
        self.stage = Stage()
        self.lives = []
        self.laptops = []
        self.known = {}
        self.fell_count = 0
        self.faults = []
        self.began = time.monotonic()

    def say(self, what):
        print(f"{time.monotonic() - self.began:6.0f} s  {what}", file=sys.stderr, flush=True)

    def fault(self, what):
        self.say(f"FAULT: {what}")
        self.faults.append(what)

    # --- the room -----------------------------------------------------------------------------

    def serve(self):
        number = len(self.lives) + 1
        process = self.stage.serve("--seats", self.options.players + 10, "--groove", "pulse",
                                   "--metrics", 0, tag=f"server-{number}")
        self.lives.append(Life(process, self.stage.ready["metrics_port"]))

    def start_laptop(self, number):
        files = self.stage.folder / f"laptop-{number}"
        return self.stage.start(
            "onedrum", "--join", self.link, "--name", f"Laptop {number}", "--team", "Laptops",
            "--headless", "--autoplay", "--audio", "null", "--seconds", 86400, "--config",
            files / "settings.ini", "--data", files, tag=f"laptop-{number}",
            env={"DISPLAY": "", "WAYLAND_DISPLAY": ""})

    def fill(self):
        options = self.options
        self.serve()
        host, port = self.stage.ready["link"].split("//")[1].split("/")[0].rsplit(":", 1)
        relay = self.stage.start("onedrum-relay", "--listen", f"{host}:0", "--to",
                                 f"{host}:{port}", "--profile", options.profile, "--seed",
                                 options.seed)
        line = self.stage.wait_for(lambda: self.stage.output(relay).split("\n")[0], 10,
                                   "a ready relay", relay)
        self.link = self.stage.ready["link"].replace(f":{port}/", f":{json.loads(line)['port']}/")
        self.swarm = self.stage.start(
            "onedrum-swarm", "--join", self.link, "--players", options.players - options.laptops,
            "--seconds", 0, "--seed", options.seed, "--json", tag="swarm")
        self.laptops = [self.start_laptop(i + 1) for i in range(options.laptops)]
        self.await_everybody("in")
        self.stage.ctl("start")

    def joined_count(self):
        return self.stage.status()["joined"]

    def await_everybody(self, what):
        started = time.monotonic()
        try:
            self.stage.wait_for(lambda: self.joined_count() == self.options.players,
                                BACK_WITHIN_S, "everybody", self.swarm)
            self.say(f"all {self.options.players} {what} after {time.monotonic() - started:.1f} s")
        except TooSlow:
            self.fault(f"{self.joined_count()} of {self.options.players} {what}")

    # --- what goes wrong ----------------------------------------------------------------------

    def fell(self):
        index = self.chance.randrange(len(self.laptops))
        if self.laptops[index].poll() is not None:
            self.fault(f"laptop {index + 1} ended by itself: "
                       f"{self.stage.errors(self.laptops[index])[-500:]}")
        self.stage.end(self.laptops[index], signal.SIGKILL)
        self.stage.processes.remove(self.laptops[index])
        self.laptops[index] = self.start_laptop(index + 1)
        self.fell_count += 1

    def restart(self, how):
        self.compare()
        time.sleep(STORED_AFTER_S)
        self.say(f"the server gets {how.name}")
        self.stage.end(self.lives[-1].process, how)
        self.serve()
        self.await_everybody("back")
        self.compare()

    # --- what is looked at --------------------------------------------------------------------

    def compare(self):
        """Everybody's score beside what was known of it."""
        now = {row["seat"]: row for row in self.stage.export()["participants"]}
        for seat, before in self.known.items():
            after = now.get(seat)
            if after is None or after["name"] != before["name"] or after["team"] != before["team"]:
                self.fault(f"seat {seat} of {before['name']} is gone: {after}")
                continue
            for field in NEVER_LESS:
                if after[field] < before[field]:
                    self.fault(f"{field} of {before['name']}: {before[field]}, now {after[field]}")
        if len(now) != self.options.players:
            self.fault(f"{len(now)} seats for {self.options.players} people")
        self.known = now

    def run(self):
        seconds = 60 * self.options.minutes
        self.fill()
        began = time.monotonic()
        restarts = [(seconds / 3, signal.SIGKILL), (2 * seconds / 3, signal.SIGTERM)]
        next_compare = COMPARE_EVERY_S
        for tick in range(1, int(seconds / KILL_EVERY_S) + 1):
            time.sleep(max(0.0, began + tick * KILL_EVERY_S - time.monotonic()))
            passed = time.monotonic() - began
            self.lives[-1].sample()
            self.fell()
            if passed >= next_compare:
                next_compare += COMPARE_EVERY_S
                self.compare()
                life = self.lives[-1]
                self.say(f"{life.bytes[-1] / 2**20:.2f} MiB, {life.heap[-1] / 2**20:.2f} of heap, "
                         f"{life.descriptors[-1]} descriptors, "
                         f"{self.fell_count} clients fell")
            if restarts and passed >= restarts[0][0]:
                self.restart(restarts.pop(0)[1])
        self.await_everybody("in at the end")
        self.compare()

    def finish(self):
        self.stage.ctl("stop")
        time.sleep(STORED_AFTER_S)
        self.stage.end(self.swarm, signal.SIGINT, 60)
        result = json.loads(self.stage.output(self.swarm))
        lives = []
        for number, life in enumerate(self.lives, 1):
            grown_bytes, grown_heap, grown_descriptors = life.growth()
            lives.append({"first_mib": round(life.bytes[0] / 2**20, 2),
                          "last_mib": round(life.bytes[-1] / 2**20, 2),
                          "grown_bytes": int(grown_bytes),
                          "heap_mib": round(life.heap[-1] / 2**20, 2),
                          "grown_heap_bytes": int(grown_heap),
                          "descriptors": [min(life.descriptors), max(life.descriptors)]})
            if grown_bytes > GROWTH_BYTES_MAX:
                self.fault(f"server {number} grew by {grown_bytes / 2**20:.2f} MiB")
            if grown_heap > GROWTH_BYTES_MAX:
                self.fault(f"server {number} uses {grown_heap / 2**20:.2f} MiB more of its heap")
            if grown_descriptors > 0:
                self.fault(f"server {number} has {grown_descriptors} descriptors more")
        return {"minutes": self.options.minutes, "players": self.options.players,
                "profile": self.options.profile, "clients_killed": self.fell_count,
                "servers": lives, "hits": result["hits"], "reconnects": result["reconnects"],
                "faults": self.faults}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--players", type=int, default=300)
    parser.add_argument("--laptops", type=int, default=12)
    parser.add_argument("--profile", default="home-wifi")
    parser.add_argument("--seed", type=int, default=1)
    soak = Soak(parser.parse_args())
    try:
        soak.run()
        print(json.dumps(soak.finish(), indent=1))
        return 1 if soak.faults else 0
    finally:
        soak.stage.close()


if __name__ == "__main__":
    sys.exit(main())
