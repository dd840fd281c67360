#!/usr/bin/env python3
"""A server that dies in the middle of a song comes back with everybody and everything.

24 simulated people play over loopback. The server is killed without warning and started again with
the same data: all are back within 5 s by themselves, seats, names, teams and parts are theirs, and
every hit that was closed more than a second before is still there. Then it is ended in order and
started once more: nothing at all is missing.

ctest: waits timeout=180
"""

import json
import signal
import sqlite3
import sys
import time

from stage import BIN, measured

PLAYERS = 24
BACK_WITHIN_S = 5.0
# The store writes once a second; the rest is for a busy machine.
STORED_AFTER_S = 1.6
CLOSED = "notes perfect good ok miss extra bounce".split()
IDENTITY = "name team part".split()


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def people(listing):
    """The players of a status or an export, by seat."""
    return {person["seat"]: person for person in listing["participants"]}


def connected_count(stage):
    return sum(person["connected"] for person in stage.status()["participants"])


def stored(stage):
    """Per seat, how many hits and notes the store holds: closed, and open."""
    base = sqlite3.connect(f"file:{stage.folder}/data/onedrum.db?mode=ro", uri=True)
    rows = base.execute(
        "SELECT seat, SUM(judgement > 0), SUM(judgement = 0), SUM(hit_number > 0)"
        " FROM hit JOIN participant ON participant.id = participant_id GROUP BY seat").fetchall()
    base.close()
    return {seat: {"closed": closed, "open": still_open, "hits": hits}
            for seat, closed, still_open, hits in rows}


def closed_count(person):
    """Records that are closed for a participant: notes, and hits that belong to none."""
    return person["notes"] + person["extra"] + person["bounce"]


def check_same_people(before, after, what):
    for seat, person in before.items():
        expect(seat in after, f"{what}: seat {seat} of {person['name']} is gone")
        for field in IDENTITY:
            expect(after[seat][field] == person[field],
                   f"{what}: {field} of seat {seat} was {person[field]}, is {after[seat][field]}")


def check_nothing_shrank(before, after, what):
    for seat, person in before.items():
        for field in CLOSED:
            expect(after[seat][field] >= person[field],
                   f"{what}: {field} of {person['name']} fell from {person[field]} to "
                   f"{after[seat][field]}")


def start_playing(stage):
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", PLAYERS,
                        "--seconds", 45, "--seed", 4, "--json", tag="swarm")
    stage.wait_for(lambda: connected_count(stage) == PLAYERS, 20, "24 people", swarm)
    stage.ctl("start")
    stage.wait_for(lambda: stage.status()["state"] == "playing", 20, "music", swarm)
    return swarm


def kill_in_the_song(stage, server):
    """Returns the new server and what was known of everybody before."""
    known = people(stage.export())
    time.sleep(STORED_AFTER_S)
    stage.end(server, signal.SIGKILL)
    kept = stored(stage)
    for seat, person in known.items():
        expect(kept[seat]["closed"] >= closed_count(person),
               f"{person['name']}: {closed_count(person)} records were closed {STORED_AFTER_S} s "
               f"before the kill, {kept[seat]['closed']} are stored")
    first = dict(stage.ready)
    started = time.monotonic()
    server = stage.serve(tag="server-2")
    expect(stage.ready == first, f"the ready line was {first}, is {stage.ready}")
    stage.wait_for(lambda: connected_count(stage) == PLAYERS, BACK_WITHIN_S,
                   f"{PLAYERS} people back")
    print(f"all {PLAYERS} back {time.monotonic() - started:.2f} s after the restart")
    after = people(stage.export())
    check_same_people(known, after, "killed")
    check_nothing_shrank(known, after, "killed")
    expect(stage.status()["state"] == "playing", "play does not go on")
    return server, after


def end_in_the_song(stage, server):
    started = time.monotonic()
    code = stage.end(server)
    expect(code == 0, f"the server ended with {code}:\n{stage.errors(server)}")
    print(f"ended in order within {time.monotonic() - started:.2f} s")
    kept = stored(stage)
    server = stage.serve(tag="server-3")
    stage.wait_for(lambda: connected_count(stage) == PLAYERS, BACK_WITHIN_S,
                   f"{PLAYERS} people back")
    return server, kept


def main(stage):
    server = stage.serve("--groove", "backbeat", "--seats", "30", tag="server-1")
    swarm = start_playing(stage)
    time.sleep(6)
    server, before = kill_in_the_song(stage, server)
    time.sleep(6)
    playing = people(stage.export())
    expect(all(playing[seat]["notes"] > person["notes"] for seat, person in before.items()),
           "nobody's score grows after the restart")
    server, kept = end_in_the_song(stage, server)
    after = people(stage.export())
    check_same_people(playing, after, "ended")
    check_nothing_shrank(playing, after, "ended")
    expect(all(kept[seat]["closed"] >= closed_count(person) for seat, person in playing.items()),
           "a record that was told is not stored after an end in order")
    expect(swarm.wait(timeout=60) == 0, f"the swarm failed:\n{stage.errors(swarm)}")
    figures = json.loads(stage.output(swarm))
    print(json.dumps(figures["hits"]), f"reconnects {figures['reconnects']}")
    expect(figures["joined"] == PLAYERS and figures["lost"] == 0, f"somebody was lost: {figures}")
    expect(figures["reconnects"] >= 2 * PLAYERS, f"only {figures['reconnects']} reconnects")
    expect(figures["hits"]["sent"] > PLAYERS * 20, f"too few hits: {figures['hits']}")
    expect(stage.end(server) == 0, f"the last end was not in order:\n{stage.errors(server)}")
    # Whoever had played was told; what the kill may have cost is at most a second of hits.
    all_hits = sum(row["hits"] for row in stored(stage).values())
    lost = figures["hits"]["sent"] - all_hits
    print(f"{lost} of {figures['hits']['sent']} hits not stored")
    expect(0 <= lost <= PLAYERS * 4, f"{lost} hits are not in the store")


if __name__ == "__main__":
    try:
        # With the sanitizers' programs: what holds for them holds for the faster ones.
        measured(main, BIN)
    except AssertionError as error:
        sys.exit(f"{error}")
