#!/usr/bin/env python3
# ctest: waits timeout=220
"""24 simulated players and a desktop client play for a minute over real UDP: no hit is lost, and
the server's word on each hit is what the player really did."""

import json
import os

from stage import TooSlow, measured

PLAYERS = 24
SECONDS = 60
JUDGE_ERROR_MS_MAX = 2.0


def main(stage):
    stage.serve("--groove", "backbeat", "--seats", "30")
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", PLAYERS,
                        "--seconds", SECONDS + 4, "--seed", 1, "--json", "--same-host")
    stage.wait_for(lambda: stage.status()["joined"] == PLAYERS, 20, "whole swarm", swarm)
    client = stage.start(
        "onedrum", "--join", stage.ready["link"], "--name", "You", "--team", "Maple",
        "--headless", "--autoplay", "--audio", "null", "--seconds", SECONDS,
        "--config", stage.folder / "settings.ini",
        "--screenshot", stage.folder / "play.png", env={"SDL_AUDIODRIVER": "dummy"})
    stage.wait_for(lambda: stage.status()["joined"] == PLAYERS + 1, 20, "client", client)
    stage.ctl("start", "--count-in", "1")

    if client.wait(timeout=SECONDS + 30) != 0:
        stage.fail("the client failed")
    if swarm.wait(timeout=30) != 0:
        stage.fail("the swarm failed")
    report = json.loads(stage.output(swarm))
    print(json.dumps({key: report[key] for key in ("hits", "judge_error_ms", "clock_error_ms")}))
    you = next(row for row in stage.export()["participants"] if row["name"] == "You")
    print(f"You: {you}")
    if report["hits"]["sent"] < PLAYERS * SECONDS / 2:
        stage.fail(f"hardly anybody played: {report['hits']}")
    if report["hits"]["lost"] != 0 or report["hits"]["judged"] != report["hits"]["sent"]:
        stage.fail(f"hits were lost: {report['hits']}")
    if report["judge_error_ms"]["p99"] > JUDGE_ERROR_MS_MAX:
        raise TooSlow(f"judge error p99 {report['judge_error_ms']['p99']} ms")
    if you["perfect"] + you["good"] + you["ok"] < you["notes"] / 2:
        stage.fail(f"the client hardly played: {you}")
    if os.path.getsize(stage.folder / "play.png") < 10000:
        stage.fail("the client left no picture")


measured(main)
