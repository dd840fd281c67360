#!/usr/bin/env python3
"""Fifty people play through a home's Wi-Fi, a mobile network and an upload that fills its queue.

Ten seconds after joining, what their clients believe of the server's clock is within 3 ms for 95 of
100 looks at it; half the asymmetry that the relay is built with, which no method can see, is taken
off. Their hits are judged within 1 ms of what they heard for 99 of 100, whatever the network did.
The pings of the first player are recorded, as onedrum-clockreplay reads them.

ctest: timeout=120
"""

import concurrent.futures
import csv
import json

from stage import TooSlow, measured

PLAYERS = 50
PROFILES = ("home-wifi", "4g", "bufferbloat")
SETTLE_S = 10
SECONDS = 22
CLOCK_P95_MS = 3.0
JUDGE_P99_MS = 1.0


def play_through(stage, profile):
    """The swarm's result; everything is over when it returns."""
    server = stage.start("onedrum-server", "--listen", "127.0.0.1:0", "--data",
                         stage.folder / profile, "--seats", PLAYERS, "--tempo", "120",
                         tag=f"server-{profile}")
    ready = json.loads(stage.wait_for(lambda: stage.output(server).split("\n")[0], 20,
                                      "a ready server", server))
    relay = stage.start("onedrum-relay", "--listen", "127.0.0.1:0", "--to",
                        f"127.0.0.1:{ready['port']}", "--profile", profile, "--seed", 7,
                        tag=f"relay-{profile}")
    way = json.loads(stage.wait_for(lambda: stage.output(relay).split("\n")[0], 10,
                                    "a ready relay", relay))
    link = f"onedrum://127.0.0.1:{way['port']}/{ready['code']}"
    swarm = stage.start("onedrum-swarm", "--join", link, "--players", PLAYERS, "--seconds",
                        SECONDS, "--seed", 11, "--same-host", "--settle", SETTLE_S,
                        "--asymmetry", way["asymmetry_ms"], "--trace",
                        stage.folder / f"{profile}.csv", "--json", tag=f"swarm-{profile}")
    return profile, ready, swarm, relay, server


def check_trace(stage, profile):
    with open(stage.folder / f"{profile}.1.csv", encoding="ascii") as file:
        rows = [[int(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    with open(stage.folder / f"{profile}.1.csv", encoding="ascii") as file:
        if file.readline() != "c1_ns,s2_ns,s3_ns,c4_ns\n":
            stage.fail(f"{profile}: another header")
    if len(rows) < 200 or any(c4 < c1 or s3 < s2 for c1, s2, s3, c4 in rows):
        stage.fail(f"{profile}: {len(rows)} pings, or some that cannot be")
    if [row[3] for row in rows] != sorted(row[3] for row in rows):
        stage.fail(f"{profile}: the pings are not in order of arrival")


def main(stage):
    with concurrent.futures.ThreadPoolExecutor() as all_at_once:
        runs = list(all_at_once.map(lambda profile: play_through(stage, profile), PROFILES))
    for profile, ready, swarm, _, _ in runs:
        stage.ready = ready
        stage.wait_for(lambda: stage.status()["joined"] == PLAYERS, 20, f"{PLAYERS} people", swarm)
        stage.ctl("start", "--count-in", "1")
    slow = []
    for profile, _, swarm, relay, server in runs:
        if swarm.wait(timeout=60) != 0:
            stage.fail(f"{profile}: the swarm failed: {stage.errors(swarm)}")
        result = json.loads(stage.output(swarm))
        if stage.end(relay) != 0 or stage.end(server) != 0:
            stage.fail(f"{profile}: relay or server failed")
        clock, heard = result["clock_error_ms"], result["heard_error_ms"]
        print(f"{profile}: clock {clock} judge {heard} hits {result['hits']}")
        check_trace(stage, profile)
        if result["hits"]["sent"] < PLAYERS * 5 or result["hits"]["lost"] != 0:
            stage.fail(f"{profile}: {result['hits']}")
        if clock["p95"] > CLOCK_P95_MS:
            slow.append(f"{profile}: clock error p95 {clock['p95']} ms")
        if heard["p99"] > JUDGE_P99_MS:
            slow.append(f"{profile}: judge error p99 {heard['p99']} ms")
    if slow:
        raise TooSlow("\n".join(slow))


measured(main)
