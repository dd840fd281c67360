#!/usr/bin/env python3
"""The server under load: writes its section of docs/benchmarks.md by itself.

Usage: load.py [--players N,N,...] [--seconds S] [--out FILE] [--check]

For each number of players a fresh server, pinned to the first core, and a swarm on the second one,
over loopback. Figures of the server are its own metrics between two moments of play; lost hits,
clocks and joining are the swarm's. In the same run a raw sendto/recvfrom loop of datagrams of the
same size tells the physical limit. --check ends with 1 when a target is missed.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from pages import PAGE, circumstances, replace_section  # noqa: E402
from stage import BIN, Stage  # noqa: E402

SETTLE_S = 6.0  # after the music began
TARGETS = {  # players: (share of a core, seconds until all have joined)
    900: (0.20, 5.0),
    3000: (0.50, 15.0),
}
PINGS_PER_S = 10  # of each, as of any player
PASS_P99_S = 0.010
DOWN_BYTES_S = 3000
FLATNESS = 0.10


def pinned(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def metrics(port):
    """All numbers of the server by name, and the histogram of its passes."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
        text = page.read().decode()
    values = {name: float(value) for name, value in
              re.findall(r"^onedrum_(\w+) (\S+)$", text, re.M)}
    values["passes"] = [(float(limit), float(count)) for limit, count in re.findall(
        r'^onedrum_pass_seconds_bucket\{le="([^"]+)"\} (\S+)$', text, re.M)]
    values["dropped"] = {cause: float(count) for cause, count in re.findall(
        r'^onedrum_dropped_\w+\{cause="(\w+)"\} (\S+)$', text, re.M)}
    values["fates"] = {fate: float(count) for fate, count in re.findall(
        r'^onedrum_hits_total\{fate="(\w+)"\} (\S+)$', text, re.M)}
    return values


def quantile(before, after, share):
    """The limit of the class in which the pass of this rank lies, in seconds."""
    classes = [(limit, count - earlier) for (limit, count), (_, earlier)
               in zip(after["passes"], before["passes"])]
    total = classes[-1][1]
    for limit, below in classes:
        if below >= share * total:
            return limit
    return float("inf")


class Load:
    """A pinned server with a pinned swarm in it."""

    def __init__(self, players, seconds):
        self.players = players
        self.stage = Stage()
        self.server = self.start(0, "onedrum-server", "--listen", "127.0.0.1:0", "--data",
                                 self.stage.folder / "data", "--seats", players, "--metrics", 0)
        line = self.stage.wait_for(lambda: self.stage.output(self.server).split("\n")[0], 20,
                                   "a ready server", self.server)
        self.stage.ready = json.loads(line)
        self.port = self.stage.ready["metrics_port"]
        self.began = time.monotonic()
        self.swarm = self.start(1, "onedrum-swarm", "--join", self.stage.ready["link"],
                                "--players", players, "--seconds", seconds, "--ramp-ms", players,
                                "--pings-per-s", PINGS_PER_S, "--seed", 7, "--same-host",
                                "--json")

    def start(self, core, name, *arguments):
        with open(self.stage.folder / f"{name}.out", "wb") as out, \
                open(self.stage.folder / f"{name}.err", "wb") as err:
            process = subprocess.Popen(pinned(core, [BIN / name, *arguments]),
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        process.tag = name
        self.stage.processes.append(process)
        return process

    def metrics(self):
        return metrics(self.port)

    def await_all(self, seconds):
        """The seconds until everybody is in."""
        self.stage.wait_for(lambda: self.metrics()["joined"] >= self.players, seconds,
                            f"{self.players} people", self.swarm)
        return time.monotonic() - self.began

    def result(self):
        if self.swarm.wait(timeout=300) != 0:
            raise AssertionError(self.stage.errors(self.swarm)[-2000:])
        return json.loads(self.stage.output(self.swarm))

    def close(self):
        self.stage.end(self.server)
        self.stage.close()


def measure(players, seconds):
    joining_s = 5 + players / 100
    load = Load(players, joining_s + SETTLE_S + seconds + 12)
    joined_s = load.await_all(2 * joining_s + 10)
    load.stage.ctl("start")
    time.sleep(SETTLE_S)
    before = load.metrics()
    time.sleep(seconds)
    after = load.metrics()
    result = load.result()
    final = load.metrics()
    load.close()
    passed_s = after["up_seconds"] - before["up_seconds"]

    def rate(name):
        return (after[name] - before[name]) / passed_s

    sent_s, received_s = rate("sent_datagrams_total"), rate("received_datagrams_total")
    size = rate("sent_bytes_total") / max(sent_s, 1)
    raw = json.loads(subprocess.run(
        pinned(0, [BIN / "tests/bench_sendto", int(size)]), check=True, capture_output=True,
        text=True).stdout)
    raw_share = (sent_s * raw["send_ns"] + received_s * raw["receive_ns"]) / 1e9
    share = rate("cpu_seconds_total")
    return {
        "players": players,
        "pings_s": rate("pings_answered_total") / players,
        "cpu": share,
        "p50_ms": quantile(before, after, 0.50) * 1000,
        "p99_ms": quantile(before, after, 0.99) * 1000,
        "max_ms": final["pass_seconds_max"] * 1000,
        "hits": result["hits"],
        "down": rate("sent_bytes_total") / players,
        "up": rate("received_bytes_total") / players,
        "sent_s": sent_s,
        "size": size,
        "joined_s": joined_s,
        "memory_mib": after["resident_bytes"] / 2**20,
        "clock_p95_ms": result["clock_error_ms"]["p95"],
        "reconnects": result["reconnects"],
        "raw_share": raw_share,
        "raw_send_us": raw["send_ns"] / 1000,
        "ratio": share / raw_share,
        "received": final["hits_received_total"],
        "fates": final["fates"],
    }


def misses(rows):
    """What does not reach its target, in words."""
    found = []
    for row in rows:
        who = f"{row['players']} players"
        if row["players"] in TARGETS:
            share, joined_s = TARGETS[row["players"]]
            if row["cpu"] > share:
                found.append(f"{who}: {row['cpu']:.0%} of a core, {share:.0%} is the target")
            if row["joined_s"] > joined_s:
                found.append(f"{who}: joined in {row['joined_s']:.1f} s, {joined_s:.0f} s wanted")
        if row["pings_s"] < PINGS_PER_S - 0.1:
            found.append(f"{who}: {row['pings_s']:.1f} pings/s of each, a player has {PINGS_PER_S}")
        if row["p99_ms"] > PASS_P99_S * 1000:
            found.append(f"{who}: pass p99 {row['p99_ms']:.1f} ms")
        if row["hits"]["lost"] > 0:
            found.append(f"{who}: {row['hits']['lost']} hits lost")
        if row["down"] > DOWN_BYTES_S:
            found.append(f"{who}: {row['down']:.0f} bytes/s down per player")
    large = [row["down"] for row in rows if row["players"] >= 100]
    if large and max(large) > min(large) * (1 + FLATNESS):
        found.append(f"bytes down per player differ by {max(large) / min(large) - 1:.0%}")
    return found


def priority():
    """What the scheduler gave this run beside others."""
    group = pathlib.Path("/proc/self/autogroup")
    if not group.exists():
        return f"nice {os.nice(0)}"
    return f"nice {os.nice(0)}, its autogroup {group.read_text().split()[-1]}"


def section(rows, seconds, load_before):
    lines = [
        "`./dev bench load`: the server runs on one core, the simulated players on another, over",
        "loopback. Everybody pings as a player does. Bytes are UDP payload, ENet's included.",
        "",
        *circumstances(load_before),
        f"- priority over other work: {priority()}",
        f"- measured: {seconds:.0f} s of play for each row",
        "",
        "| players | pings of each | CPU of a core | pass p50 | pass p99 | longest pass | hits | "
        "lost | down per player | up per player | all joined | memory | clock error p95 |",
        "|" + " ---: |" * 13,
    ]
    for row in rows:
        lines.append(
            f"| {row['players']} | {row['pings_s']:.1f}/s | {row['cpu']:.1%} | "
            f"{row['p50_ms']:.2f} ms | "
            f"{row['p99_ms']:.2f} ms | {row['max_ms']:.1f} ms | {row['hits']['sent']} | "
            f"{row['hits']['lost']} | {row['down']:.0f} B/s | {row['up']:.0f} B/s | "
            f"{row['joined_s']:.1f} s | {row['memory_mib']:.0f} MiB | "
            f"{row['clock_p95_ms']:.2f} ms |")
    lines += [
        "",
        "The physical limit: the same numbers of datagrams of the same mean size through a bare",
        "`sendto` and `recvfrom` loop, and how many times that the whole server costs.",
        "",
        "| players | datagrams sent | mean size | one `sendto` | bare loop, CPU | server / bare "
        "loop |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        lines.append(
            f"| {row['players']} | {row['sent_s']:.0f}/s | {row['size']:.0f} B | "
            f"{row['raw_send_us']:.2f} us | {row['raw_share']:.1%} | {row['ratio']:.1f} |")
    found = misses(rows)
    lines += ["", "Targets: 900 players at most 20 % of a core and joined within 5 s; 3,000 at "
              "most 50 % and within",
              "15 s; pass p99 under 10 ms; no hit lost; at most 3,000 B/s down per player, flat "
              "within 10 % from",
              "100 players on.", ""]
    lines += [f"- missed: {what}" for what in found] or ["All targets were reached."]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", default="100,900,3000")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--out", default=str(PAGE))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    rows = []
    for players in map(int, options.players.split(",")):
        rows.append(measure(players, options.seconds))
        print(json.dumps(rows[-1]), flush=True)
    lines = section(rows, options.seconds, load_before)
    if options.out == "-":
        print("\n".join(lines))
    else:
        replace_section("Load", lines, pathlib.Path(options.out))
    for what in misses(rows):
        print(f"missed: {what}", file=sys.stderr)
    return 1 if options.check and misses(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
