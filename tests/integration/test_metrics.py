#!/usr/bin/env python3
"""The metrics are there for Prometheus, on loopback alone, and say what happened.

ctest: waits timeout=60
"""

import json
import re
import socket
import sys
import time
import urllib.error
import urllib.request

from stage import Stage

PLAYERS = 5


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def page(port, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4", answer.headers)
        return answer.read().decode()


def values(text):
    """Every sample by its name with labels; a line that is none fails."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            expect(re.fullmatch(r"# (HELP|TYPE) onedrum_\w+ .+", line), f"a comment: {line}")
            continue
        match = re.fullmatch(r'(onedrum_\w+(?:\{\w+="[^"]*"\})?) (\S+)', line)
        expect(match, f"not a sample: {line}")
        expect(match.group(1) not in found, f"twice: {line}")
        found[match.group(1)] = float(match.group(2))
    return found


def check_strangers(port):
    """Nobody makes the loop wait or reads anything else."""
    try:
        page(port, "/secret")
        raise AssertionError("/secret was answered")
    except urllib.error.HTTPError as error:
        expect(error.code == 404, error)
    idlers = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    idlers[0].sendall(b"GET /metrics HTTP/1.1\r\n")
    idlers[1].sendall(b"x" * 5000)
    started = time.monotonic()
    page(port)
    waited = time.monotonic() - started
    expect(waited < 4.5, f"four idle readers kept another waiting for {waited:.1f} s")
    for idler in idlers:
        idler.close()


def main():
    stage = Stage()
    server = stage.serve("--metrics", "0")
    port = stage.ready["metrics_port"]
    swarm = stage.start("onedrum-swarm", "--join", stage.ready["link"], "--players", PLAYERS,
                        "--seconds", 9, "--json", tag="swarm")
    stage.wait_for(lambda: values(page(port))["onedrum_joined"] == PLAYERS, 15, "5 people", swarm)
    stage.ctl("start")
    expect(swarm.wait(timeout=60) == 0, stage.errors(swarm))
    result = json.loads(stage.output(swarm))
    found = values(page(port))
    expect(found["onedrum_joins_total"] >= PLAYERS, "joins")
    expect(found["onedrum_hits_received_total"] == result["hits"]["sent"],
           f"{found['onedrum_hits_received_total']} hits counted, {result['hits']['sent']} sent")
    fates = sum(value for name, value in found.items()
                if name.startswith("onedrum_hits_total") and "repeated" not in name)
    expect(fates == found["onedrum_hits_received_total"], "every hit has one fate")
    expect(found["onedrum_pass_seconds_count"] > 100, "passes are counted")
    expect(found['onedrum_pass_seconds_bucket{le="+Inf"}'] == found["onedrum_pass_seconds_count"],
           "the last bucket holds all passes")
    expect(found["onedrum_sent_bytes_total"] > 0.9 * PLAYERS * result["down_bytes_per_player_s"],
           "sent bytes")
    expect(found["onedrum_resident_bytes"] > 1e6, "memory")
    expect(found["onedrum_heap_bytes"] >= 0, "memory handed out")
    check_strangers(port)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        second = stage.start("onedrum-server", "--listen", "127.0.0.1:0", "--data",
                             stage.folder / "other", "--metrics", taken.getsockname()[1],
                             tag="second")
        expect(second.wait(timeout=20) == 1, "a taken port was accepted")
        expect("--metrics" in stage.errors(second), stage.errors(second))
    expect(stage.end(server) == 0, stage.errors(server))
    print(f"{len(found)} samples, {found['onedrum_hits_received_total']:.0f} hits")
    stage.close()


if __name__ == "__main__":
    sys.exit(main())
