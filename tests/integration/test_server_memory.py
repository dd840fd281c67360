#!/usr/bin/env python3
# ctest: waits timeout=120
"""A server has its memory from the start: one that stood still, and then has everything to do at
once, takes no more of it. (An hour of it is `./dev bench soak`.)"""

import pathlib
import signal
import sys
import time

from stage import RELEASE_BIN, Stage

PLAYERS = 100
STILL_S = 4  # shorter than what ends connections
GROWTH_KIB_MAX = 128


def anonymous_kib(process):
    """Without pages of files: those of the program come as its parts are used first."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0])


def main():
    stage = Stage(RELEASE_BIN)
    server = stage.serve("--seats", PLAYERS, "--groove", "pulse")
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", PLAYERS,
                        "--seconds", 0, "--seed", 1, "--json")
    stage.wait_for(lambda: stage.status()["joined"] == PLAYERS, 30, "everybody", swarm)
    stage.ctl("start")
    time.sleep(6)  # into the first bars, so that everybody has hits in the judge
    before = anonymous_kib(server)
    server.send_signal(signal.SIGSTOP)
    time.sleep(STILL_S)
    server.send_signal(signal.SIGCONT)
    time.sleep(4)  # all that waited has been judged and stored
    grown = anonymous_kib(server) - before
    print(f"{before} KiB, {grown:+d} KiB after {STILL_S} s of standing still")
    assert stage.status()["joined"] == PLAYERS, "somebody was lost, so that nothing is shown"
    assert grown <= GROWTH_KIB_MAX, f"the server grew by {grown} KiB"
    stage.close()


if __name__ == "__main__":
    sys.exit(main())
